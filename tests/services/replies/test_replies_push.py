"""A device is woken by the push token that it gave, and left alone once there is nobody behind it."""

import pytest

from shared.channels import Remedy, Sender, SendError
from shared.security.vault import VaultKeys
from tests.services.replies.house import VAULT_KEY

DEVICE, TOKEN = "uJ2vX0cQ9mZ4rT7yB1nK5w", "fMEP0vJ" * 20
KEYS = VaultKeys([VAULT_KEY])
ADDRESS = {"recipient": DEVICE, "recipient_kind": "device"}


@pytest.fixture
async def token(sql):
    (name,) = KEYS.digests("", Sender(id=DEVICE, kind="device"))
    await sql.execute("DELETE FROM vault.push_token")
    await sql.execute("INSERT INTO vault.push_token VALUES ($1, $2, now())", name, KEYS.close(TOKEN))


async def complain(house) -> None:
    event = house.received()
    await house.know(event, **ADDRESS)
    await house.deliver(event)


async def test_a_device_with_a_token_is_woken_by_it(house, token):
    await complain(house)
    await house.send_all()
    (sent,) = house.sender.handed
    assert (sent.address.recipient_kind, sent.address.recipient) == ("push_token", TOKEN)


async def test_a_device_without_a_token_stays_a_device(house, sql):
    await sql.execute("DELETE FROM vault.push_token")
    await complain(house)
    await house.send_all()
    (sent,) = house.sender.handed
    assert (sent.address.recipient_kind, sent.address.recipient) == ("device", DEVICE)


async def test_a_token_with_nobody_behind_it_is_forgotten(house, token, sql):
    house.sender.answers.append(SendError("push_token_unregistered", Remedy.GIVE_UP, address_gone=True))
    await complain(house)
    await house.send_all()
    assert await house.outcomes() == {("failed", "push_token_unregistered"): 1}
    assert await sql.fetchval("SELECT count(*) FROM vault.push_token") == 0


async def test_another_failure_forgets_no_token(house, token, sql):
    house.sender.answers.append(SendError("invalid_push", Remedy.GIVE_UP))
    await complain(house)
    await house.send_all()
    assert await sql.fetchval("SELECT count(*) FROM vault.push_token") == 1
