"""A citizen's text message through Kannel itself: its parts, and a door that is away when it comes."""

import asyncio
import time
from collections.abc import Iterator

import asyncpg
import pytest

from deploy.local.handset import Handset
from deploy.local.kannel import Kannel, kannel_available

REASON = kannel_available()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))
CITIZEN = "+6281999000222"
PATIENCE_S = 30


@pytest.fixture(scope="session")
def kannel(stack, tmp_path_factory) -> Iterator[Kannel]:
    """Kannel, calling the stack's door for text messages."""
    door = f"{stack.url('intake-sms')}/channels/sms/kannel/{stack.environment()['NTBCARE_SMS_KANNEL_TOKEN']}"
    with Kannel(tmp_path_factory.mktemp("kannel"), door_url=door, retry_seconds=1) as running:
        yield running


@pytest.fixture(scope="session")
def handset(kannel) -> Iterator[Handset]:
    with Handset(kannel) as running:
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
