"""Where a citizen is answered: closed in the vault, opened by one login for a purpose, each look written down."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from services.intake.drafts import Delivery
from services.intake.ledger.forgetting import Forgetting
from services.intake.service import IntakeService
from shared.channels import DeliveryReport, InboundRequest, ReturnAddress, Translation
from shared.contents import AttachmentStore
from shared.core.ids import new_id
from shared.db import Database
from shared.events import ReplySent
from shared.security.vault import VaultKeys
from tests.services.intake.provider import SETTINGS, message, signed, webhook

VAULT = VaultKeys([SETTINGS["NTBCARE_INTAKE_VAULT_KEYS"]])


async def reporter_of(sql, message_id) -> UUID:
    reference = await sql.fetchval(
        "SELECT o.value->>'reporter' FROM bus.outbox AS o JOIN intake.message AS m ON m.complaint_id = o.subject"
        " WHERE m.provider_message_id = $1",
        message_id,
    )
    return UUID(reference)


async def test_the_login_that_replies_learns_where_and_leaves_a_trace_of_it(http, sql, database_urls):
    body = webhook("facebook", message("facebook", "m_answer_me", "Jalan rusak di Selong", sender="psid-77"))
    await http.post("/channels/facebook", content=body, headers=signed("facebook", body))
    reference = await reporter_of(sql, "m_answer_me")
    replies = await asyncpg.connect(database_urls["replies"])
    try:
        sealed = await replies.fetchval("SELECT vault.return_address($1, 'reply')", reference)
        for statement in ("SELECT * FROM vault.reporter", "SELECT * FROM vault.look", "DELETE FROM vault.look"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await replies.fetch(statement)
    finally:
        await replies.close()
    address = ReturnAddress.read(VAULT.open(sealed))
    assert (address.channel, address.recipient, address.message_id) == ("facebook", "psid-77", "m_answer_me")
    looks = await sql.fetch("SELECT role, purpose FROM vault.look WHERE reference = $1", reference)
    assert [tuple(look) for look in looks] == [("ntbcare_replies", "reply")]


@pytest.mark.parametrize("service", ["intake", "casework", "routing", "relay", "identity"])
async def test_no_other_login_learns_where(service, database_urls):
    connection = await asyncpg.connect(database_urls[service])
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval("SELECT vault.return_address($1, 'curiosity')", new_id())
    finally:
        await connection.close()


@pytest.fixture
async def intake_database(database_urls):
    opened = Database(database_urls["intake"], application="test", pool_size=2)
    yield opened
    await opened.close()


@pytest.fixture
def service(tmp_path) -> IntakeService:
    store = AttachmentStore.in_folder(tmp_path / "attachments")
    return IntakeService(vault=VAULT, access_code_key="k" * 16, store=store)


@pytest.fixture
def tell(intake_database, service):
    """Let a door's request say what became of replies."""

    async def say(*reports: DeliveryReport) -> None:
        request = InboundRequest(
            method="GET", door="/", path_values={}, query=b"", headers={}, body=b"", received_at=datetime.now(UTC)
        )
        delivery = Delivery(door="/sms", request=request, translation=Translation(reports=reports))
        async with intake_database.transaction() as tx:
            await service.accept(tx, "sms", [delivery])

    return say


@pytest.fixture
def send(intake_database, service):
    """Let replies say what the provider called a reply that it took."""

    async def say(complaint_id: UUID, ticket: str, reply: UUID, called: str) -> None:
        event = ReplySent(
            complaint_id=complaint_id,
            ticket=ticket,
            reply_id=reply,
            template="answer",
            channel="sms",
            provider_message_id=called,
            sent_at=datetime.now(UTC),
        )
        async with intake_database.transaction() as tx:
            await service.remember_reply(tx, event)

    return say


async def test_a_delivery_report_is_announced_once_however_often_it_comes(http, sql, tell):
    answer = await http.post(
        "/v1/complaints", json={"text": "Lampu jalan mati"}, headers={"Idempotency-Key": "reported-1"}
    )
    receipt = answer.json()
    complaint_id = await sql.fetchval("SELECT id FROM intake.complaint WHERE ticket = $1", receipt["ticket"])
    reply = new_id()
    accepted = DeliveryReport(reply_id=reply, complaint_id=complaint_id, outcome="accepted")
    delivered = DeliveryReport(reply_id=reply, complaint_id=complaint_id, outcome="delivered")
    await tell(accepted, accepted)
    await tell(accepted)
    await tell(delivered)
    told = await sql.fetch(
        "SELECT value FROM bus.outbox WHERE subject = $1 AND type = 'reply.delivery_reported.v1' ORDER BY sequence",
        complaint_id,
    )
    assert [(one["value"]["reply_id"], one["value"]["outcome"]) for one in told] == [
        (str(reply), "accepted"),
        (str(reply), "delivered"),
    ]


async def test_a_report_by_the_providers_own_id_is_about_the_reply_that_was_sent_under_it(http, sql, tell, send):
    answer = await http.post(
        "/v1/complaints", json={"text": "Lampu jalan padam"}, headers={"Idempotency-Key": "reported-2"}
    )
    complaint_id = await sql.fetchval("SELECT id FROM intake.complaint WHERE ticket = $1", answer.json()["ticket"])
    reply = new_id()
    failed = DeliveryReport(outcome="failed", provider_message_id="gateway-77")
    await tell(failed, DeliveryReport(outcome="delivered", provider_message_id="somebody-elses"))
    await send(complaint_id, answer.json()["ticket"], reply, "gateway-77")
    await tell(failed, failed)
    await tell(failed)
    told = await sql.fetch(
        "SELECT value FROM bus.outbox WHERE subject = $1 AND type = 'reply.delivery_reported.v1'", complaint_id
    )
    assert [(one["value"]["reply_id"], one["value"]["outcome"]) for one in told] == [(str(reply), "failed")]


async def test_a_report_that_comes_before_we_know_what_the_provider_calls_the_reply_waits_for_that(
    http, sql, tell, send
):
    answer = await http.post(
        "/v1/complaints", json={"text": "Lampu jalan rusak"}, headers={"Idempotency-Key": "reported-3"}
    )
    ticket = answer.json()["ticket"]
    complaint_id = await sql.fetchval("SELECT id FROM intake.complaint WHERE ticket = $1", ticket)
    reply, delivered = new_id(), DeliveryReport(outcome="delivered", provider_message_id="gateway-78")
    question = "SELECT value FROM bus.outbox WHERE subject = $1 AND type = 'reply.delivery_reported.v1'"
    await tell(delivered, delivered)
    assert await sql.fetch(question, complaint_id) == []
    await send(complaint_id, ticket, reply, "gateway-78")
    await send(complaint_id, ticket, reply, "gateway-78")
    await tell(delivered)
    told = await sql.fetch(question, complaint_id)
    assert [(one["value"]["reply_id"], one["value"]["outcome"]) for one in told] == [(str(reply), "delivered")]
    assert await sql.fetchval("SELECT count(*) FROM intake.early_report WHERE provider_message_id = 'gateway-78'") == 0


async def test_a_receipt_that_comes_with_the_echo_that_tells_its_name_is_about_that_reply(http, sql, tell):
    answer = await http.post(
        "/v1/complaints", json={"text": "Lampu taman mati"}, headers={"Idempotency-Key": "reported-4"}
    )
    complaint_id = await sql.fetchval("SELECT id FROM intake.complaint WHERE ticket = $1", answer.json()["ticket"])

    def both(name: str) -> tuple[DeliveryReport, DeliveryReport]:
        ours = {"reply_id": new_id(), "complaint_id": complaint_id}
        echoed = DeliveryReport(**ours, outcome="echoed", provider_message_id=name)
        return echoed, DeliveryReport(outcome="delivered", provider_message_id=name)

    together, earlier = both("m_together"), both("m_earlier")
    await tell(*reversed(together))
    await tell(earlier[1])
    await tell(earlier[0])
    told = await sql.fetch(
        "SELECT value->>'reply_id' AS reply, value->>'outcome' AS outcome FROM bus.outbox"
        " WHERE subject = $1 AND type = 'reply.delivery_reported.v1' ORDER BY sequence",
        complaint_id,
    )
    assert [tuple(one) for one in told] == [
        (str(reply), outcome)
        for reply in (together[0].reply_id, earlier[0].reply_id)
        for outcome in ("echoed", "delivered")
    ]


async def test_what_providers_say_of_somebody_elses_messages_is_forgotten_after_a_day(sql, tell, intake_database):
    await tell(DeliveryReport(outcome="delivered", provider_message_id="not-ours"))
    forgetting = Forgetting(intake_database, timedelta(days=90), clock=lambda: datetime.now(UTC) + timedelta(hours=25))
    kept = "SELECT count(*) FROM intake.early_report WHERE provider_message_id = 'not-ours'"
    await forgetting.forget_reports()
    assert await sql.fetchval(kept) == 0


async def test_a_report_about_a_complaint_that_is_not_ours_is_kept_and_announces_nothing(sql, tell):
    stranger = DeliveryReport(reply_id=new_id(), complaint_id=new_id(), outcome="delivered")
    await tell(stranger)
    assert await sql.fetchval("SELECT count(*) FROM bus.outbox WHERE subject = $1", stranger.complaint_id) == 0
    assert await sql.fetchval("SELECT count(*) FROM intake.delivery_report WHERE reply_id = $1", stranger.reply_id) == 1
