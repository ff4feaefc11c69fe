"""Stop 9: what the citizen is told, and where."""

import json

import asyncpg
import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from shared.channels import Remedy, SendError
from shared.core.errors import RejectError
from shared.core.ids import new_id
from tests.services.replies.house import AGENCY, NUMBER, TRACE


async def test_a_complaint_is_acknowledged_with_its_ticket_where_it_was_written(house):
    event = await house.complain()
    await house.send_all()
    (sent,) = house.sender.handed
    assert event.ticket in sent.text
    assert (sent.address.recipient, sent.address.account, sent.confidential) == (NUMBER, "1708", False)
    row = await house.only()
    assert (row["state"], row["provider_message_id"], row["sent_at"]) == ("sent", "m_1", house.clock())
    assert sent.reply_id == row["id"]
    assert await house.said() == [("reply.sent.v1", None)]


async def test_what_is_sent_is_announced_with_the_providers_own_name_for_it(house, sql):
    await house.complain()
    await house.send_all()
    assert [row["value"]["provider_message_id"] for row in await sql.fetch("SELECT value FROM bus.outbox")] == ["m_1"]


async def test_the_trace_of_the_request_goes_on_to_what_replies_announces(house, sql):
    await house.complain()
    await house.send_all()
    assert await sql.fetchval("SELECT traceparent FROM bus.outbox") == TRACE


async def test_an_officers_answer_goes_to_the_citizen_alone_with_the_agencys_name(house):
    event = await house.comment(post="p1")
    await house.deliver(house.answered(event))
    await house.send_all()
    answer = next(one for one in house.sender.handed if one.by_officer)
    assert answer.confidential
    assert AGENCY in answer.text
    assert "sudah kami ganti" in answer.text
    assert [row["state"] for row in await house.replies()] == ["sent", "sent"]


async def test_answers_go_before_receipts(house):
    await house.complain()
    event = await house.complain()
    await house.deliver(house.answered(event))
    await house.send_all()
    assert [one.by_officer for one in house.sender.handed] == [True, False, False]


async def test_the_answer_to_a_sealed_complaint_names_no_agency(house):
    event = await house.complain(sealed=True)
    await house.deliver(house.answered(event))
    await house.send_all()
    assert not any(AGENCY in one.text for one in house.sender.handed)


@pytest.mark.parametrize("flag", ["sealed", "secret", "anonymous"])
async def test_the_receipt_of_a_hidden_complaint_is_neutral_and_for_the_citizen_alone(house, flag):
    told = {"channel": "facebook", "account": "page-1", "surface": "direct_message"}
    event = await house.complain(**told, **{flag: True})
    await house.send_all()
    (sent,) = house.sender.handed
    assert sent.confidential
    assert event.ticket in sent.text
    for word in ("laporan", "aduan", "Inspektorat", "rahasia", "segel"):
        assert word.lower() not in sent.text.lower()


async def test_an_app_that_cannot_be_written_to_gets_no_row(house):
    event = await house.complain(channel="mobile", account="ntbcare", surface="form")
    await house.deliver(house.answered(event))
    assert await house.replies() == []


async def test_a_channel_that_this_installation_does_not_serve_leaves_a_row_with_the_reason(house):
    await house.complain(channel="instagram", surface="direct_message")
    await house.send_all()
    assert await house.outcomes() == {("withheld", "channel_not_served"): 1}


async def test_an_answer_to_an_unknown_complaint_is_refused(house):
    with pytest.raises(RejectError):
        await house.deliver(house.answered(house.received()))


async def test_the_window_counts_from_the_last_time_that_the_citizen_wrote(house):
    person = new_id()
    first = await house.complain(conversation_id=person)
    house.clock.advance(hours=3)
    later = await house.complain(conversation_id=person)
    await house.send_all()
    house.sender.handed.clear()
    await house.deliver(house.answered(first))
    await house.send_all()
    assert house.sender.handed[0].written_to_us_at == later.received_at


async def test_a_comments_window_counts_from_that_very_comment(house):
    person = new_id()
    first = await house.comment(post="p1", conversation_id=person)
    house.clock.advance(hours=3)
    await house.comment(post="p1", conversation_id=person)
    await house.deliver(house.answered(first))
    await house.send_all()
    (answer,) = [one for one in house.sender.handed if one.by_officer]
    assert answer.written_to_us_at == first.received_at


async def test_each_send_leaves_one_look_in_the_vaults_log(house):
    for _ in range(3):
        await house.complain()
    assert await house.looks() == [], "the consumer looks nobody up"
    await house.send_all()
    looks = await house.looks()
    assert len(looks) == len(house.sender.handed) == 3
    assert {(look["role"], look["purpose"]) for look in looks} == {("ntbcare_replies", "reply")}
    assert {look["reference"] for look in looks} == {row["recipient"] for row in await house.replies()}


async def test_a_reporter_whom_the_vault_does_not_know_is_an_answer_that_failed(house):
    await house.deliver(house.received())
    await house.send_all()
    assert await house.outcomes() == {("failed", "no_address"): 1}
    assert await house.said() == [("reply.failed.v1", "no_address")]


async def test_an_address_that_our_keys_do_not_open_waits_for_the_right_key(house, sql):
    event = await house.complain()
    await sql.execute("UPDATE vault.reporter SET address = 'sealed by others' WHERE reference = $1", event.reporter)
    await house.send_all()
    assert await house.outcomes() == {("queued", "address_unreadable"): 1}
    assert house.sender.handed == []


async def test_nothing_personal_reaches_logs_figures_or_events(house, sql, caplog):
    caplog.set_level("DEBUG")
    house.sender.answers.extend([SendError("busy", Remedy.RETRY), ValueError(f"{NUMBER} Baiq Contohsari")])
    with capture_logs() as logs:
        event = await house.complain(text="Kata-kata Baiq Contohsari")
        await house.send_all()
        house.clock.advance(hours=1)
        await house.send_all()
        await house.deliver(house.answered(event, text="Jawaban untuk Baiq Contohsari"))
        await house.send_all()
    told = json.dumps(logs, default=str) + caplog.text + generate_latest().decode()
    told += "".join(str(row["value"]) for row in await sql.fetch("SELECT value FROM bus.outbox"))
    assert "reply.sent" in told
    for trace in ("Contohsari", NUMBER, NUMBER[3:], str(event.reporter), str(event.conversation_id), "simpang tiga"):
        assert trace not in told


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT address FROM vault.reporter",
        "SELECT * FROM vault.person",
        "SELECT * FROM vault.look",
        "DELETE FROM vault.look",
        "SELECT * FROM intake.message",
        "SELECT * FROM casework.case",
        "SELECT value FROM bus.outbox",
        "UPDATE replies.reply SET text = ''",
        "UPDATE replies.reply SET recipient = gen_random_uuid()",
        "DELETE FROM replies.reply",
        "UPDATE replies.complaint SET reporter = gen_random_uuid()",
    ],
)
async def test_replies_role_may_not(statement, database_urls):
    connection = await asyncpg.connect(database_urls["replies"])
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
