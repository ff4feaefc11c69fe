"""A backlog drains within what an hour allows, and holds up nothing that is fresh. `make storm`: one of 10,000."""

import itertools
import math
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.lapor.app import policy
from services.lapor.service import LaporService
from services.lapor.wire.port import Created, FollowUps, Status
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from tests.services.lapor.conftest import IDS

BEGIN = datetime(2026, 11, 9, 0, 0, tzinfo=UTC)
FRESH_AN_HOUR = 3
BACKLOG = int(os.environ.get("NTBCARE_STORM_BACKLOG", "80"))
QUEUED = """
    INSERT INTO lapor.mirror (complaint_id, ticket, state, text, personal, attachments, anonymous, secret, happened_on,
                              agency_key, verified_at, released_at, reviewed_at, due_at)
    VALUES ($1, $2, 'queued', 'Lampu padam.', false, 0, false, false, $3::timestamptz, 'NTB.DIKPORA', $3, $3, $3, $3)
"""
THERE = """
    INSERT INTO lapor.mirror (complaint_id, ticket, state, personal, attachments, anonymous, secret, happened_on,
                              agency_key, lapor_id, mirrored_at, changed_at, status, due_at)
    VALUES ($1, $2, 'tracked', false, 0, false, false, $4::timestamptz, 'NTB.DIKPORA', $3, $4, $4, 'Terverifikasi', $4)
"""


class Calm:
    """A LAPOR! that answers at once, and tells when it was asked."""

    def __init__(self, now: list[datetime]) -> None:
        self.now = now
        self.numbers = itertools.count(1)
        self.told: dict[str, datetime] = {}
        self.looked: dict[str, datetime] = {}
        self.per_hour: dict[datetime, int] = {}

    def _count(self) -> None:
        hour = self.now[0].replace(minute=0, second=0, microsecond=0)
        self.per_hour[hour] = self.per_hour.get(hour, 0) + 1

    async def create(self, report: Any) -> Created:
        self._count()
        self.told[report.content[1:15]] = self.now[0]
        return Created(str(next(self.numbers)))

    async def status(self, lapor_id: str) -> Status:
        self._count()
        self.looked.setdefault(lapor_id, self.now[0])
        return Status(name="Terverifikasi", since=None)

    async def follow_ups(self, _lapor_id: str) -> FollowUps:
        return FollowUps(())


@pytest.fixture
def slow_time(house, settings):
    """Make a house whose clock stands still until an hour is spent."""

    def make(**changes: Any) -> tuple[Any, list[datetime], Calm]:
        now = [BEGIN]
        port = Calm(now)
        chosen = settings(look_every_s=10_800, look_again_s=3_600, **changes)
        service = LaporService(replace(policy(chosen), ids=IDS), clock=lambda: now[0])
        made = house(port=port, service=service)
        made.mirror._clock = lambda: now[0]
        return made, now, port

    return make


async def test_a_backlog_of_complaints_drains_and_what_is_fresh_goes_within_the_hour(slow_time):
    backlog, an_hour = BACKLOG, max(BACKLOG // 17, FRESH_AN_HOUR * 5)
    mirror, now, port = slow_time(sends_per_hour=an_hour)
    old = BEGIN - timedelta(days=3)
    rows = [(new_id(), new_ticket(), old + timedelta(seconds=number)) for number in range(backlog)]
    await mirror.sql.executemany(QUEUED, rows)
    fresh: dict[str, datetime] = {}
    while len(port.told) < backlog + len(fresh) or not fresh:
        if len(port.told) < backlog:
            for _ in range(FRESH_AN_HOUR):
                ticket = new_ticket()
                fresh[ticket] = now[0]
                await mirror.sql.execute(QUEUED, new_id(), ticket, now[0])
        while await mirror.mirror.push_one():
            pass
        now[0] += timedelta(hours=1)
    assert max(port.per_hour.values()) == an_hour
    assert all(port.told[ticket] - since < timedelta(hours=1) for ticket, since in fresh.items())
    assert len(port.per_hour) == math.ceil((backlog + len(fresh)) / an_hour)
    assert await mirror.sql.fetchval("SELECT count(*) FROM lapor.mirror WHERE state <> 'created'") == 0


async def test_many_that_nothing_happens_to_hold_up_no_look_at_what_changed(slow_time):
    mirror, now, port = slow_time(looks_per_hour=20)
    old = BEGIN - timedelta(days=90)
    quiet = [(new_id(), new_ticket(), f"9{number}", old) for number in range(200)]
    await mirror.sql.executemany(THERE, quiet)
    fresh = [(new_id(), new_ticket(), f"8{number}", BEGIN - timedelta(hours=4)) for number in range(10)]
    await mirror.sql.executemany(THERE, fresh)
    for _ in range(4):
        while await mirror.mirror.look_at_one():
            pass
        now[0] += timedelta(hours=1)
    assert all(port.looked[number] - BEGIN < timedelta(hours=1) for _, _, number, _ in fresh)
    looked_at = {number for number in port.looked if number.startswith("9")}
    assert 50 <= len(looked_at) <= 70, "the quiet ones get the rest"
    assert max(port.per_hour.values()) == 20
