"""Where a citizen is answered: closed in the vault, opened by one login for a purpose, each look written down."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from services.intake.drafts import Delivery
from services.intake.media.store import AttachmentStore
from services.intake.service import IntakeService
from shared.channels import DeliveryReport, InboundRequest, ReturnAddress, Translation
from shared.core.ids import new_id
from shared.db import Database
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
async def tell(database_urls, tmp_path):
    """Let a door's request say what became of replies."""
    database = Database(database_urls["intake"], application="test", pool_size=2)
    service = IntakeService(
        vault=VAULT, access_code_key="k" * 16, store=AttachmentStore.in_folder(tmp_path / "attachments")
    )

    async def say(*reports: DeliveryReport) -> None:
        request = InboundRequest(
            method="GET", door="/", path_values={}, query=b"", headers={}, body=b"", received_at=datetime.now(UTC)
        )
        delivery = Delivery(door="/sms", request=request, translation=Translation(reports=reports))
        async with database.transaction() as tx:
            await service.accept(tx, "sms", [delivery])

    yield say
    await database.close()


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


async def test_a_report_about_a_complaint_that_is_not_ours_is_kept_and_announces_nothing(sql, tell):
    stranger = DeliveryReport(reply_id=new_id(), complaint_id=new_id(), outcome="delivered")
    await tell(stranger)
    assert await sql.fetchval("SELECT count(*) FROM bus.outbox WHERE subject = $1", stranger.complaint_id) == 0
    assert await sql.fetchval("SELECT count(*) FROM intake.delivery_report WHERE reply_id = $1", stranger.reply_id) == 1
