"""SQL of complaints that were filed at LAPOR!."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.lapor.models import incoming, mirror
from shared.db import UnitOfWork


async def arrive(tx: UnitOfWork, now: datetime, **values: object) -> bool:
    """Take in a complaint of LAPOR!'s; False when it was there before."""
    new = insert(incoming).values({"state": "queued", "due_at": now, "arrived_at": now, **values})
    arrived = new.on_conflict_do_nothing(index_elements=["lapor_id"]).returning(incoming.c.lapor_id)
    return await tx.scalar(arrived) is not None


async def next_arrival(tx: UnitOfWork, now: datetime) -> Row[Any] | None:
    """Lock and return what is to be handed over next."""
    free = (incoming.c.claimed_until.is_(None)) | (incoming.c.claimed_until < now)
    due = select(incoming).where(incoming.c.state == "queued", incoming.c.due_at <= now, free)
    row: Row[Any] | None = (
        await tx.execute(due.order_by(incoming.c.due_at).limit(1).with_for_update(skip_locked=True))
    ).first()
    return row


async def next_unlinked(tx: UnitOfWork) -> Row[Any, Any] | None:
    """Lock and return an arrival that is a complaint here, of which Kafka has told by now."""
    joined = select(incoming.c.lapor_id, incoming.c.complaint_id).join(
        mirror, mirror.c.complaint_id == incoming.c.complaint_id
    )
    ready = joined.where(incoming.c.state == "accepted", incoming.c.linked_at.is_(None))
    return (await tx.execute(ready.limit(1).with_for_update(of=incoming, skip_locked=True))).first()


async def change(tx: UnitOfWork, lapor_id: str, **values: object) -> None:
    """Write these columns."""
    await tx.execute(update(incoming).where(incoming.c.lapor_id == lapor_id).values(values))


async def settle(tx: UnitOfWork, lapor_id: str, **values: object) -> bool:
    """Write what came of handing it over; False where that is known already."""
    open_one = update(incoming).where(incoming.c.lapor_id == lapor_id, incoming.c.state == "queued")
    return await tx.scalar(open_one.values(values).returning(incoming.c.lapor_id)) is not None


async def forget_words(tx: UnitOfWork, before: datetime) -> None:
    """Delete the words of what intake refused and nobody mended for so long."""
    old = update(incoming).where(
        incoming.c.state == "refused", incoming.c.arrived_at < before, incoming.c.content.is_not(None)
    )
    await tx.execute(old.values(title=None, content=None, reporter=None))


async def count(tx: UnitOfWork) -> Mapping[str, int]:
    """Return how many arrived, by state."""
    counted = select(incoming.c.state, func.count().label("number")).group_by(incoming.c.state)
    return {row.state: row.number for row in await tx.execute(counted)}


async def arrivals(tx: UnitOfWork, state: str | None, limit: int) -> Sequence[Row[Any]]:
    """Return what arrived, the newest first."""
    found = select(incoming)
    if state is not None:
        found = found.where(incoming.c.state == state)
    return (await tx.execute(found.order_by(incoming.c.arrived_at.desc()).limit(limit))).all()


async def find(tx: UnitOfWork, lapor_id: str) -> Row[Any] | None:
    """Return what arrived under this number."""
    return (await tx.execute(select(incoming).where(incoming.c.lapor_id == lapor_id))).first()
