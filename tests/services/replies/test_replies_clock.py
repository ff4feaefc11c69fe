"""A sender whose clock ran ahead has dated replies: they wait no longer than others."""

from datetime import UTC, datetime, timedelta

from tests.services.replies.house import House, until


async def test_a_receipt_that_was_dated_a_year_ahead_is_sent(house):
    await house.complain()
    house.clock.now = max(house.clock.now, datetime.now(UTC))
    ahead = house.clock.now + timedelta(days=365)
    await house.sql.execute("UPDATE replies.reply SET due_at = $1, expires_at = $1", ahead)
    async with house.running():
        await until(lambda: _brought_back(house, ahead))
        house.clock.advance(minutes=5)
        await until(house.settled)
    assert (await house.only())["state"] == "sent"


async def _brought_back(house: House, ahead: datetime) -> bool:
    return bool((await house.only())["due_at"] < ahead)


async def test_an_account_whose_rest_was_dated_a_year_ahead_works_again_after_a_normal_rest(house):
    await house.complain()
    house.clock.now = max(house.clock.now, datetime.now(UTC))
    await house.sql.execute("UPDATE replies.reply SET expires_at = $1", house.clock.now + timedelta(days=1))
    await house.sql.execute(
        "INSERT INTO replies.account (channel, account, paused_until) VALUES ('sms', '1708', $1)",
        house.clock.now + timedelta(days=365),
    )
    await house.pool.run(house.worker._dispatch.bring_back)
    await house.send_all()
    assert (await house.only())["state"] == "queued"
    house.clock.advance(minutes=6)
    await house.send_all()
    assert (await house.only())["state"] == "sent"


async def test_a_reply_whose_sender_vanished_with_a_wrong_clock_is_unknown_at_once(house):
    await house.complain()
    house.clock.now = max(house.clock.now, datetime.now(UTC))
    ahead = house.clock.now + timedelta(days=365)
    await house.sql.execute("UPDATE replies.reply SET state = 'sending', claimed_until = $1, attempts = 1", ahead)
    moved = await house.pool.run(house.worker._dispatch.expire)
    assert (moved.state, moved.reason) == ("unknown", "sender_vanished")
