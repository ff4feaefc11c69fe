"""A citizen's text message through Kannel itself, and our answer back to the phone with its delivery report."""

import asyncio
import time
from collections.abc import Iterator

import asyncpg
import pytest

from deploy.local.handset import Arrived, Handset
from deploy.local.kannel import kannel_available

REASON = kannel_available()
pytestmark = [pytest.mark.wide, pytest.mark.skipif(REASON is not None, reason=str(REASON))]
CITIZEN = "+6281999000222"
PATIENCE_S = 30


@pytest.fixture(scope="module")
def handset(stack) -> Iterator[Handset]:
    """The citizen's phone, at the stack's own Kannel."""
    with Handset(stack.kannel) as running:
        yield running


async def arrived(stack, books, text: str) -> None:
    """Wait for the message with these words, and enter into the books the id that Kannel gave it."""
    connection = await asyncpg.connect(stack.owner_url)
    query = "SELECT provider_message_id FROM intake.message WHERE channel = 'sms' AND text = $1"
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not (names := await connection.fetch(query, text)):
            assert time.monotonic() < deadline, f"it did not come: {text}"
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    (name,) = names
    books.accepted([name["provider_message_id"]])


async def test_a_long_message_whose_parts_come_out_of_order_is_one_message(stack, books, handset):
    text = "Jembatan gantung di Sembalun putus, anak sekolah menyeberang lewat sungai. " * 3 + "Mohon bantuan."
    assert handset.send(CITIZEN, "1708", text, order=(1, 0)) == 2
    await arrived(stack, books, text)


async def test_a_message_that_comes_while_the_door_is_away_comes_again_until_it_is_taken(stack, books, handset):
    stack.kill_process("intake-sms")
    handset.send(CITIZEN.replace("222", "333"), "1708", "Air PDAM di Praya mati tiga hari 😢")
    await asyncio.sleep(1.5)
    stack.start_process("intake-sms")
    await arrived(stack, books, "Air PDAM di Praya mati tiga hari 😢")


async def test_a_citizen_gets_the_ticket_by_sms_once_and_its_delivery_report_comes_back(stack, books, handset):
    citizen, text = CITIZEN.replace("222", "444"), "Lampu jalan di Selong Lombok Timur mati semua"
    handset.send(citizen, "1708", text)
    await arrived(stack, books, text)
    connection = await asyncpg.connect(stack.owner_url)
    try:
        reply = await delivered(connection, text)
        said = await heard(handset, citizen)
        assert reply["ticket"] in said.text
        assert (said.sender, reply["state"], reply["template"]) == ("1708", "sent", "acknowledgement")
        told = await connection.fetch(
            "SELECT type FROM bus.outbox WHERE subject = $1 AND value->>'reply_id' = $2 ORDER BY sequence",
            reply["complaint_id"],
            str(reply["id"]),
        )
        types = [one["type"] for one in told]
        assert types.count("reply.sent.v1") == 1
        assert types.count("reply.delivery_reported.v1") == 2  # the operator's centre took it, the phone has it
    finally:
        await connection.close()
    receipts = [one for one in handset.received() if one.receiver == citizen and "kami terima" in one.text]
    assert len(receipts) == 1


async def heard(handset: Handset, citizen: str) -> Arrived:
    """Wait for the first message to this phone: replies to others may still be on their way."""
    deadline = time.monotonic() + PATIENCE_S
    while not (there := [one for one in handset.received() if one.receiver == citizen]):
        assert time.monotonic() < deadline, "nothing was said"
        await asyncio.sleep(0.1)
    return there[0]


async def delivered(connection, text: str) -> asyncpg.Record:
    """Wait for the reply to the message with these words, until its delivery is known."""
    query = """
        SELECT r.* FROM replies.reply AS r JOIN intake.complaint AS c ON c.id = r.complaint_id
        WHERE c.text = $1 AND r.delivered_at IS NOT NULL AND r.template = 'acknowledgement'
    """
    deadline = time.monotonic() + PATIENCE_S
    while not (rows := await connection.fetch(query, text)):
        assert time.monotonic() < deadline, "no delivery report came"
        await asyncio.sleep(0.1)
    (row,) = rows
    return row
