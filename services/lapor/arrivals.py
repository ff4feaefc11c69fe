"""Complaints that citizens filed at LAPOR! itself: each becomes one here, through intake's door, and keeps its number.

The door knows a number again, so that a complaint that was handed over twice is there once. Its words stay here until
then, and no longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import structlog
from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.lapor import keeping, records, repository
from services.lapor.keeping import MIRROR, Policy
from services.lapor.models import incoming, mirror
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


async def arrive(tx: UnitOfWork, now: datetime, **values: object) -> bool:
    """Take in a complaint of LAPOR!'s; False when it was there before."""
    new = insert(incoming).values({"state": "queued", "due_at": now, "arrived_at": now, **values})
    arrived = new.on_conflict_do_nothing(index_elements=["lapor_id"]).returning(incoming.c.lapor_id)
    return await tx.scalar(arrived) is not None


class Arriving:
    """Hands what arrived to intake, and lets its mirror have the number that it has at LAPOR!."""

    def __init__(self, policy: Policy, clock: Clock = utc_now) -> None:
        """Take the policy and a clock."""
        self._policy = policy
        self._clock = clock

    async def claim(self, tx: UnitOfWork) -> Arrival | None:
        """Take the next one to hand over."""
        now = self._clock()
        free = (incoming.c.claimed_until.is_(None)) | (incoming.c.claimed_until < now)
        due = select(incoming).where(incoming.c.state == "queued", incoming.c.due_at <= now, free)
        row = (await tx.execute(due.order_by(incoming.c.due_at).limit(1).with_for_update(skip_locked=True))).first()
        if row is None:
            return None
        attempts = row.attempts + 1
        await _change(tx, row.lapor_id, claimed_until=now + _LEASE, attempts=attempts)
        return Arrival(lapor_id=row.lapor_id, attempts=attempts, document=_document(row))

    async def record(self, tx: UnitOfWork, arrival: Arrival, outcome: Received | NotReceived) -> None:
        """Write down what intake said."""
        now = self._clock()
        if isinstance(outcome, Received):
            there = {"state": "accepted", "ticket": outcome.ticket, "complaint_id": outcome.complaint_id}
            await _change(tx, arrival.lapor_id, **there, reason=None, claimed_until=None, due_at=None, **_NO_WORDS)
        elif outcome.final:
            await _change(tx, arrival.lapor_id, state="refused", reason=outcome.reason, claimed_until=None, due_at=None)
            await records.raise_notice(tx, "arrival_refused", now, detail=f"{arrival.lapor_id}: {outcome.reason}")
        else:
            due = now + timedelta(seconds=wait(arrival.attempts, self._policy.retry_s, None))
            await _change(tx, arrival.lapor_id, reason=outcome.reason, claimed_until=None, due_at=due)

    async def link(self, tx: UnitOfWork) -> bool:
        """Give one arrived complaint, of which Kafka has told by now, its number; False when there is none."""
        now = self._clock()
        joined = select(incoming.c.lapor_id, incoming.c.complaint_id).join(
            mirror, mirror.c.complaint_id == incoming.c.complaint_id
        )
        ready = joined.where(incoming.c.state == "accepted", incoming.c.linked_at.is_(None))
        found = (await tx.execute(ready.limit(1).with_for_update(of=incoming, skip_locked=True))).first()
        if found is None:
            return False
        row = await keeping.known(tx, found.complaint_id)
        await _change(tx, found.lapor_id, linked_at=now)
        if row.lapor_id is None and row.state == "arriving":
            await keeping.number(tx, row, found.lapor_id, MIRROR, now, 0.0)
        elif row.lapor_id != found.lapor_id:
            await keeping.notice(tx, row, "perhaps_double", now, detail=found.lapor_id)
        return True

    async def count(self, tx: UnitOfWork) -> Mapping[str, int]:
        """Return how many arrived, by state."""
        counted = select(incoming.c.state, func.count().label("number")).group_by(incoming.c.state)
        return {row.state: row.number for row in await tx.execute(counted)}


async def listed(tx: UnitOfWork, state: str | None, limit: int) -> Sequence[Row[Any]]:
    """Return what arrived, the newest first."""
    found = select(incoming)
    if state is not None:
        found = found.where(incoming.c.state == state)
    return (await tx.execute(found.order_by(incoming.c.arrived_at.desc()).limit(limit))).all()


async def is_known(tx: UnitOfWork, lapor_id: str) -> Literal["mirrored", "arrived"] | None:
    """Tell whether a number is known already, and how."""
    if await repository.lock_number(tx, lapor_id) is not None:
        return "mirrored"
    arrived = await tx.scalar(select(incoming.c.lapor_id).where(incoming.c.lapor_id == lapor_id))
    return None if arrived is None else "arrived"


async def _change(tx: UnitOfWork, lapor_id: str, **values: object) -> None:
    await tx.execute(update(incoming).where(incoming.c.lapor_id == lapor_id).values(values))


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
