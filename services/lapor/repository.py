"""Every SQL statement of lapor."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.lapor.models import budget, mirror
from shared.db import UnitOfWork

_LOOKED_AT = ("created", "tracked")


async def open_mirror(tx: UnitOfWork, **values: object) -> bool:
    """Insert a complaint's row; False when it has one already."""
    opened = insert(mirror).values(values).on_conflict_do_nothing(index_elements=["complaint_id"])
    return await tx.scalar(opened.returning(mirror.c.complaint_id)) is not None


async def lock(tx: UnitOfWork, complaint_id: UUID) -> Row[Any] | None:
    """Return a complaint's row; nobody else changes it until the transaction ends."""
    found = select(mirror).where(mirror.c.complaint_id == complaint_id).with_for_update()
    return (await tx.execute(found)).first()


async def change(tx: UnitOfWork, complaint_id: UUID, **values: object) -> None:
    """Write these columns of a row that this transaction has locked."""
    await tx.execute(update(mirror).where(mirror.c.complaint_id == complaint_id).values(values))


async def next_to_push(tx: UnitOfWork, now: datetime) -> Row[Any] | None:
    """Lock and return the row whose turn it is; one that a person has judged is left alone."""
    found = select(mirror).where(mirror.c.state == "queued", mirror.c.due_at <= now, mirror.c.verdict.is_(None))
    return await _first_free(tx, found)


async def next_to_look_at(tx: UnitOfWork, now: datetime) -> Row[Any] | None:
    """Lock and return the row that should be looked at next."""
    found = select(mirror).where(
        mirror.c.state.in_(_LOOKED_AT),
        mirror.c.due_at <= now,
        or_(mirror.c.claimed_until.is_(None), mirror.c.claimed_until < now),
    )
    return await _first_free(tx, found)


async def next_verdict(tx: UnitOfWork) -> Row[Any] | None:
    """Lock and return a row that a person has judged."""
    return await _first_free(tx, select(mirror).where(mirror.c.verdict.is_not(None)))


async def _first_free(tx: UnitOfWork, found: Any) -> Row[Any] | None:
    free = found.order_by(mirror.c.due_at, mirror.c.ticket).limit(1).with_for_update(skip_locked=True)
    row: Row[Any] | None = (await tx.execute(free)).first()
    return row


async def bring_back(tx: UnitOfWork, now: datetime, *, push: timedelta, look: timedelta) -> int:
    """Let nothing wait longer than it may from now on, because a clock that ran ahead dated it; return how many rows.

    `push` and `look`: the longest waits. Now is the later of our clock and PostgreSQL's. Who posts keeps the claim.
    """
    latest: ColumnElement[datetime] = func.greatest(now, func.now())
    queued = mirror.c.state == "queued"
    due = latest + case((queued & (mirror.c.attempts == 0), timedelta(0)), (queued, push), else_=look)
    ahead = update(mirror).where(mirror.c.state.in_(["queued", *_LOOKED_AT]), mirror.c.due_at > due)
    return (await tx.execute(ahead.values(due_at=due, claimed_until=None))).rowcount


async def give_up_lost_claims(tx: UnitOfWork, now: datetime, reason: str) -> Sequence[str]:
    """Say of every push whose worker is gone that it may have arrived; return the tickets."""
    lost = update(mirror).where(mirror.c.state == "posting", mirror.c.claimed_until < now)
    values = {"state": "perhaps_created", "reason": reason, "due_at": None, "claimed_until": None}
    return (await tx.scalars(lost.values(values).returning(mirror.c.ticket))).all()


async def number_is_taken(tx: UnitOfWork, lapor_id: str, complaint_id: UUID) -> bool:
    """Tell whether another complaint has this number of LAPOR!."""
    other = select(mirror.c.ticket).where(mirror.c.lapor_id == lapor_id, mirror.c.complaint_id != complaint_id)
    return await tx.scalar(other) is not None


async def spend(tx: UnitOfWork, kind: str, now: datetime, limit: int) -> datetime | None:
    """Take one of this hour's calls; return None, or when the next hour begins if there is none left."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    same = budget.c.hour == hour
    taken = insert(budget).values(kind=kind, hour=hour, spent=1)
    taken = taken.on_conflict_do_update(
        index_elements=["kind"],
        set_={"hour": hour, "spent": case((same, budget.c.spent + 1), else_=1)},
        where=or_(~same, budget.c.spent < limit),
    )
    spent = await tx.scalar(taken.returning(budget.c.spent))
    return None if spent is not None else hour + timedelta(hours=1)


async def count_by_state(tx: UnitOfWork) -> Mapping[str, int]:
    """Return how many rows stand in each state."""
    counted = select(mirror.c.state, func.count().label("number")).group_by(mirror.c.state)
    return {row.state: row.number for row in await tx.execute(counted)}
