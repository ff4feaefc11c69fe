"""SQL of mirrors, their steps and the hourly budget; each folder has its own beside it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.lapor.models import budget, mirror, step
from services.lapor.rules import digest
from shared.core.ids import new_id
from shared.db import UnitOfWork

LOOKED_AT = ("created", "tracked")
OPEN_STEPS = ("queued", "calling", "unclear")
"""States of a step that is not over."""
_EARLIER = step.alias("earlier")


async def open_mirror(tx: UnitOfWork, **values: object) -> bool:
    """Insert a complaint's row; False when it has one already."""
    opened = insert(mirror).values(values).on_conflict_do_nothing(index_elements=["complaint_id"])
    return await tx.scalar(opened.returning(mirror.c.complaint_id)) is not None


async def lock(tx: UnitOfWork, complaint_id: UUID) -> Row[Any] | None:
    """Return a complaint's row; nobody else changes it until the transaction ends."""
    found = select(mirror).where(mirror.c.complaint_id == complaint_id).with_for_update()
    return (await tx.execute(found)).first()


async def lock_ticket(tx: UnitOfWork, ticket: str) -> Row[Any] | None:
    """Return the row of a ticket; nobody else changes it until the transaction ends."""
    return (await tx.execute(select(mirror).where(mirror.c.ticket == ticket).with_for_update())).first()


async def lock_number(tx: UnitOfWork, lapor_id: str) -> Row[Any] | None:
    """Return the row that has this number of LAPOR!."""
    return (await tx.execute(select(mirror).where(mirror.c.lapor_id == lapor_id).with_for_update())).first()


async def change(tx: UnitOfWork, complaint_id: UUID, **values: object) -> None:
    """Write these columns of a row that this transaction has locked."""
    await tx.execute(update(mirror).where(mirror.c.complaint_id == complaint_id).values(values))


async def next_to_push(tx: UnitOfWork, now: datetime, *, fresh: bool) -> Row[Any] | None:
    """Lock and return the row whose turn it is, the newest first where `fresh`, otherwise the longest due.

    One that a person has judged is left alone, and one whose files are not there yet.
    """
    files = exists().where(
        step.c.complaint_id == mirror.c.complaint_id, step.c.kind == "upload", step.c.state.in_(OPEN_STEPS)
    )
    found = select(mirror).where(mirror.c.state == "queued", mirror.c.due_at <= now, mirror.c.verdict.is_(None), ~files)
    return await _first_free(tx, found, mirror.c.released_at.desc() if fresh else mirror.c.due_at)


async def next_to_look_at(tx: UnitOfWork, now: datetime, *, fresh: bool) -> Row[Any] | None:
    """Lock and return the row to look at next: where `fresh` the one that changed last, otherwise the longest due."""
    found = select(mirror).where(
        mirror.c.state.in_(LOOKED_AT),
        mirror.c.due_at <= now,
        or_(mirror.c.claimed_until.is_(None), mirror.c.claimed_until < now),
    )
    changed = func.coalesce(mirror.c.changed_at, mirror.c.mirrored_at).desc()
    return await _first_free(tx, found, changed if fresh else mirror.c.due_at)


async def next_verdict(tx: UnitOfWork) -> Row[Any] | None:
    """Lock and return a row that a person has judged."""
    return await _first_free(tx, select(mirror).where(mirror.c.verdict.is_not(None)), mirror.c.due_at)


async def _first_free(tx: UnitOfWork, found: Any, first: Any) -> Row[Any] | None:
    free = found.order_by(first, mirror.c.ticket).limit(1).with_for_update(skip_locked=True)
    row: Row[Any] | None = (await tx.execute(free)).first()
    return row


async def bring_back(tx: UnitOfWork, now: datetime, *, push: timedelta, look: timedelta) -> int:
    """Let nothing wait longer than it may from now on, because a clock that ran ahead dated it; return how many rows.

    `push` and `look`: the longest waits. Now is the later of our clock and PostgreSQL's. Who posts keeps the claim.
    """
    latest: ColumnElement[datetime] = func.greatest(now, func.now())
    queued = mirror.c.state == "queued"
    due = latest + case((queued & (mirror.c.attempts == 0), timedelta(0)), (queued, push), else_=look)
    ahead = update(mirror).where(mirror.c.state.in_(["queued", *LOOKED_AT]), mirror.c.due_at > due)
    steps = update(step).where(step.c.state.in_(["queued", "unclear"]), step.c.due_at > latest + push)
    moved = (await tx.execute(steps.values(due_at=latest + push))).rowcount
    return moved + (await tx.execute(ahead.values(due_at=due, claimed_until=None))).rowcount


async def give_up_lost_claims(tx: UnitOfWork, now: datetime, reason: str) -> Sequence[Row[Any]]:
    """Say of every push whose worker is gone that it may have arrived; return the rows."""
    lost = update(mirror).where(mirror.c.state == "posting", mirror.c.claimed_until < now)
    values = {"state": "perhaps_created", "reason": reason, "due_at": None, "claimed_until": None, "missed": 0}
    return (await tx.execute(lost.values(values).returning(mirror.c.complaint_id, mirror.c.ticket))).all()


async def number_is_taken(tx: UnitOfWork, lapor_id: str, complaint_id: UUID) -> bool:
    """Tell whether another complaint has this number of LAPOR!."""
    other = select(mirror.c.ticket).where(mirror.c.lapor_id == lapor_id, mirror.c.complaint_id != complaint_id)
    return await tx.scalar(other) is not None


async def doubtful(tx: UnitOfWork) -> Sequence[Row[Any, Any, Any]]:
    """Return what may be at LAPOR! without anybody knowing its number, the oldest first."""
    columns = (mirror.c.complaint_id, mirror.c.ticket, mirror.c.posted_at)
    found = select(*columns).where(mirror.c.state == "perhaps_created", mirror.c.verdict.is_(None))
    return (await tx.execute(found.order_by(mirror.c.posted_at))).all()


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


async def take_turn(tx: UnitOfWork, kind: str, now: datetime, lease: timedelta, every: timedelta) -> bool:
    """Take, for as long as the lease, what one process does for all once in so long (`every`).

    False where it is not time yet, or another has it. For turns `hour` is when the next may be taken; what lies further
    ahead than `every` was dated by a clock that ran ahead.
    """
    due = or_(budget.c.hour <= now, budget.c.hour > now + every)
    taken = insert(budget).values(kind=kind, hour=now + lease, spent=1)
    taken = taken.on_conflict_do_update(index_elements=["kind"], set_={"hour": now + lease}, where=due)
    return await tx.scalar(taken.returning(budget.c.kind)) is not None


async def end_turn(tx: UnitOfWork, kind: str, until: datetime) -> None:
    """Say when the next turn may be taken."""
    await tx.execute(update(budget).where(budget.c.kind == kind).values(hour=until))


async def count_by_state(tx: UnitOfWork) -> Mapping[str, int]:
    """Return how many rows stand in each state."""
    counted = select(mirror.c.state, func.count().label("number")).group_by(mirror.c.state)
    return {row.state: row.number for row in await tx.execute(counted)}


# steps


async def add_steps(
    tx: UnitOfWork, complaint_id: UUID, kind: str, rows: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Add steps, each of a cause and a part only once; their order is that of the rows."""
    common = {"complaint_id": complaint_id, "kind": kind, "state": "queued", "due_at": now, "made_at": now}
    for row in rows:
        added = insert(step).values({"id": new_id(), **common, **row})
        await tx.execute(added.on_conflict_do_nothing(constraint="step_once"))


async def next_step(tx: UnitOfWork, now: datetime, *, fresh: bool) -> tuple[Row[Any], Row[Any]] | None:
    """Lock and return the step whose turn it is, with its mirror.

    Files go before the complaint, all else after it; of one complaint one after the other, in their order.
    """
    before = exists().where(
        _EARLIER.c.complaint_id == step.c.complaint_id,
        _EARLIER.c.place < step.c.place,
        _EARLIER.c.kind != "upload",
        _EARLIER.c.state.in_(OPEN_STEPS),
    )
    its_own = (mirror.c.complaint_id == step.c.complaint_id, ~mirror.c.sealed)
    at_home = exists().where(*its_own, mirror.c.state == "queued")
    there = exists().where(*its_own, mirror.c.lapor_id.is_not(None))
    found = (
        select(step)
        .where(
            step.c.state.in_(["queued", "unclear"]),
            step.c.due_at <= now,
            case((step.c.kind == "upload", at_home), else_=there & ~before),
        )
        .order_by(step.c.made_at.desc() if fresh else step.c.due_at, step.c.place)
        .limit(1)
        .with_for_update(skip_locked=True, of=step)
    )
    row = (await tx.execute(found)).first()
    if row is None:
        return None
    # Whoever has the mirror may wait for this step: so do not wait for the mirror.
    mine = select(mirror).where(mirror.c.complaint_id == row.complaint_id).with_for_update(skip_locked=True)
    owner = (await tx.execute(mine)).first()
    return None if owner is None else (row, owner)


async def lock_step(tx: UnitOfWork, step_id: UUID) -> Row[Any] | None:
    """Return a step; nobody else changes it until the transaction ends."""
    return (await tx.execute(select(step).where(step.c.id == step_id).with_for_update())).first()


async def change_step(tx: UnitOfWork, step_id: UUID, **values: object) -> None:
    """Write these columns of a step that this transaction has locked."""
    await tx.execute(update(step).where(step.c.id == step_id).values(values))


async def steps_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return a complaint's steps in their order."""
    return (await tx.execute(select(step).where(step.c.complaint_id == complaint_id).order_by(step.c.place))).all()


async def drop_steps(
    tx: UnitOfWork, complaint_id: UUID, reason: str, now: datetime, *, kind: str | None = None
) -> None:
    """Leave out what is open of a complaint; what is in hand is only not tried again. Of words their digest stays."""
    for one in await steps_of(tx, complaint_id):
        if one.state in OPEN_STEPS and kind in {None, one.kind}:
            over = {"state": "left_out", "reason": reason, "due_at": None, "settled_at": now}
            await change_step(tx, one.id, **over, payload=remembered(one))


def remembered(row: Row[Any]) -> dict[str, Any] | None:
    """Return what is kept of a step that is over: by what its words are known again, and none of them."""
    payload = row.payload or {}
    return {"digest": digest(payload["content"])} if "content" in payload else None


async def revive_lost_steps(tx: UnitOfWork, now: datetime, settle: timedelta) -> int:
    """Take up the steps of workers that died in mid-call: a file again at once, all else after a look."""
    lost = step.c.state == "calling"
    file = step.c.kind == "upload"
    revived = update(step).where(lost, step.c.claimed_until < now)
    values = {
        "state": case((file, "queued"), else_="unclear"),
        "due_at": case((file, now), else_=now + settle),
        "reason": "we were interrupted",
        "claimed_until": None,
    }
    return (await tx.execute(revived.values(values))).rowcount


async def count_steps(tx: UnitOfWork) -> Mapping[tuple[str, str], int]:
    """Return how many open steps there are by kind and state."""
    open_ones = step.c.state.in_(OPEN_STEPS)
    counted = select(step.c.kind, step.c.state, func.count().label("number")).where(open_ones)
    return {(row.kind, row.state): row.number for row in await tx.execute(counted.group_by(step.c.kind, step.c.state))}
