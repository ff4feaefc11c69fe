"""Complaints that citizens filed at LAPOR! itself: each becomes one here, through intake's door, and keeps its number.

The door knows a number again, so that a complaint that was handed over twice is there once. Its words stay here until
then, and no longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import Row

from services.lapor import keeping
from services.lapor.arrivals import repository
from services.lapor.keeping import MIRROR, Policy
from services.lapor.notices import repository as notices
from services.lapor.rules import wait
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork

log = structlog.get_logger()

_LEASE = timedelta(minutes=2)
_NO_WORDS: Mapping[str, Any] = {"title": None, "content": None, "reporter": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A complaint for intake's door; `document` is what the door takes."""

    lapor_id: str
    attempts: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Intake has it, as this complaint."""

    ticket: str
    complaint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReceived:
    """Intake does not have it. `final`: it will not take it as it is."""

    reason: str
    final: bool


class IntakeDoor(Protocol):
    """Where complaints are handed to intake."""

    async def hand_over(self, document: Mapping[str, Any]) -> Received | NotReceived:
        """Hand over one, as often as needed: the door knows its number again."""
        ...


class Arriving:
    """Hands what arrived to intake, and lets its mirror have the number that it has at LAPOR!."""

    def __init__(self, policy: Policy, clock: Clock = utc_now) -> None:
        """Take the policy and a clock."""
        self._policy = policy
        self._clock = clock

    async def claim(self, tx: UnitOfWork) -> Arrival | None:
        """Take the next one to hand over."""
        now = self._clock()
        row = await repository.next_arrival(tx, now)
        if row is None:
            return None
        attempts = row.attempts + 1
        await repository.change(tx, row.lapor_id, claimed_until=now + _LEASE, attempts=attempts)
        return Arrival(lapor_id=row.lapor_id, attempts=attempts, document=_document(row))

    async def record(self, tx: UnitOfWork, arrival: Arrival, outcome: Received | NotReceived) -> None:
        """Write down what intake said."""
        now = self._clock()
        values: dict[str, Any] = {"claimed_until": None, "due_at": None, "reason": None}
        if isinstance(outcome, Received):
            values |= {"state": "accepted", "ticket": outcome.ticket, "complaint_id": outcome.complaint_id, **_NO_WORDS}
        elif outcome.final:
            values |= {"state": "refused", "reason": outcome.reason}
        else:
            seconds = wait(arrival.attempts, self._policy.retry_s, None)
            values |= {"reason": outcome.reason, "due_at": now + timedelta(seconds=seconds)}
        settled = await repository.settle(tx, arrival.lapor_id, **values)
        if settled and isinstance(outcome, NotReceived) and outcome.final:
            await notices.raise_notice(tx, "arrival_refused", now, detail=f"{arrival.lapor_id}: {outcome.reason}")

    async def link(self, tx: UnitOfWork) -> bool:
        """Give one arrived complaint, of which Kafka has told by now, its number; False when there is none."""
        now = self._clock()
        found = await repository.next_unlinked(tx)
        if found is None:
            return False
        row = await keeping.known(tx, found.complaint_id)
        await repository.change(tx, found.lapor_id, linked_at=now)
        if row.lapor_id is None and row.state == "arriving":
            await keeping.number(tx, row, found.lapor_id, MIRROR, now, 0.0)
        elif row.lapor_id != found.lapor_id:
            await keeping.notice(tx, row, "perhaps_double", now, detail=found.lapor_id)
        return True


def _document(row: Row[Any]) -> dict[str, Any]:
    filed = row.filed_at.astimezone(UTC).isoformat() if row.filed_at else None
    return {
        "number": row.lapor_id,
        "title": row.title or "",
        "content": row.content or row.title or "",
        "filed_at": filed,
        "incident_on": row.incident_on.isoformat() if row.incident_on else None,
        "place": row.location,
        "region_code": row.region_code,
        "anonymous": row.anonymous,
        "secret": row.secret,
        "reporter": row.reporter,
        "source": row.source,
    }
