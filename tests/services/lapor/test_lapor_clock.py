"""What a process dated whose clock ran ahead goes on as soon as what a right clock dated."""

from datetime import timedelta

from shared.core.times import utc_now

AHEAD = timedelta(days=365)


async def test_a_complaint_that_was_queued_a_year_ahead_is_told(house, lapor):
    mirror = house()
    told = await mirror.verified()
    await mirror.sql.execute("UPDATE lapor.mirror SET due_at = $2 WHERE ticket = $1", told.ticket, utc_now() + AHEAD)
    await mirror.work()
    assert lapor.count(told.ticket) == 0
    await mirror.mirror._sample()
    await mirror.work()
    assert lapor.count(told.ticket) == 1


async def test_what_lapor_asked_to_wait_for_is_waited_for_a_day_at_most(house, lapor):
    mirror = house()
    told = await mirror.verified()
    asked = utc_now() + timedelta(hours=20)
    change = "UPDATE lapor.mirror SET attempts = 1, due_at = $2 WHERE ticket = $1"
    await mirror.sql.execute(change, told.ticket, asked)
    await mirror.mirror._sample()
    assert (await mirror.row(told.ticket))["due_at"] == asked
    await mirror.sql.execute(change, told.ticket, utc_now() + AHEAD)
    await mirror.mirror._sample()
    assert (await mirror.row(told.ticket))["due_at"] < utc_now() + timedelta(days=1, minutes=1)


async def test_a_status_that_should_be_looked_at_in_a_year_is_looked_at_as_the_others(house, lapor):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    ahead = utc_now() + AHEAD
    await mirror.sql.execute(
        "UPDATE lapor.mirror SET due_at = $2, claimed_until = $2 WHERE ticket = $1", told.ticket, ahead
    )
    await mirror.mirror._sample()
    row = await mirror.row(told.ticket)
    assert row["due_at"] < utc_now() + timedelta(days=2)
    assert row["claimed_until"] is None


async def test_whoever_posts_keeps_their_claim_whatever_its_date(house, lapor):
    """It may be at LAPOR! already: nobody else may post it, not even after a wrong clock."""
    mirror = house()
    told = await mirror.verified()
    push = await mirror.mirror._database.run(mirror.mirror._service.telling.claim_push)
    assert push.ticket == told.ticket
    ahead = utc_now() + AHEAD
    await mirror.sql.execute(
        "UPDATE lapor.mirror SET due_at = $2, claimed_until = $2 WHERE ticket = $1", told.ticket, ahead
    )
    await mirror.mirror._sample()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["claimed_until"]) == ("posting", ahead)
