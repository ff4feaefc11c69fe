"""The whole service as it is built, with a real channel, to a stand-in of the provider."""

import asyncio
from contextlib import suppress
from datetime import time

import pytest

from services.replies import app as replies
from services.replies.quiet import QuietHours
from services.replies.rules import Policy
from shared.core.service import ServeOptions
from shared.core.times import utc_now
from shared.http.client import async_client
from shared.security import new_key_pair
from shared.testing.kannel import create_kannel_simulator
from tests.channels.serving import serving
from tests.services.replies.house import VAULT_KEY, until

PASSWORD = "9d04c2f7a61b83e5"


@pytest.fixture
async def kannel():
    async with serving(create_kannel_simulator(username="ntbcare", password=PASSWORD)) as url:
        yield url


@pytest.fixture
def policy() -> Policy:
    """Of the real clock's hour nothing may hang: there is no night here."""
    return Policy(quiet=QuietHours(begin=time(), end=time()))


@pytest.fixture
async def service(kannel, monkeypatch, tmp_path, database_urls):
    settings = {
        "NTBCARE_ENV_FILE": str(tmp_path / "no.env"),
        "NTBCARE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "NTBCARE_REPLIES_DATABASE_URL": database_urls["replies"],
        "NTBCARE_REPLIES_VAULT_KEYS": VAULT_KEY,
        "NTBCARE_REPLIES_QUIET_BEGIN": "00:00",
        "NTBCARE_REPLIES_QUIET_END": "00:00",
        "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": new_key_pair().public_key,
        "NTBCARE_SMS_SENDSMS_URL": f"{kannel}/cgi-bin/sendsms",
        "NTBCARE_SMS_SENDSMS_PASSWORD": PASSWORD,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    built = replies.build(ServeOptions(channels=("sms",)))
    yield built
    await built.close()


async def test_a_text_message_is_acknowledged_and_answered_through_kannel(house, service, kannel):
    house.clock.now = utc_now()
    event = await house.complain()
    foreign = await house.complain(address={"recipient": "+12025550100"})
    sending = asyncio.create_task(service.workers["sender"]())
    await until(house.settled)
    await house.deliver(house.answered(event))
    await until(house.settled)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    async with async_client(timeout=5) as http:
        taken = (await http.get(f"{kannel}/_simulator/messages")).json()["messages"]
    assert [event.ticket in one["text"] for one in taken] == [True, True]
    assert taken[0]["coding"] == "0"
    assert "sudah kami ganti" in taken[1]["text"]
    withheld = [(row["ticket"], row["reason"]) for row in await house.replies() if row["state"] == "withheld"]
    assert withheld == [(foreign.ticket, "foreign_number")]


async def test_it_is_ready_when_its_database_answers(service):
    for check in service.checks.values():
        await check()
