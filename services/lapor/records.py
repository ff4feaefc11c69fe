"""SQL of what is only written down: what was heard, said on the wire, noticed, and LAPOR!'s own lists of ids."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.lapor.exchanges import Exchange
from services.lapor.models import exchange, heard, master, mirror, notice
from services.lapor.port import Master
from shared.core.ids import new_id
from shared.db import UnitOfWork


async def hear(tx: UnitOfWork, **values: object) -> bool:
    """Keep that a follow-up was heard; False when it was heard before."""
    kept = insert(heard).values(values).on_conflict_do_nothing()
    return await tx.scalar(kept.returning(heard.c.their_id)) is not None


async def heard_ids(tx: UnitOfWork, lapor_id: str) -> Mapping[tuple[str, str], str]:
    """Return what was heard of a complaint: its kind by id and digest."""
    found = await tx.execute(select(heard).where(heard.c.lapor_id == lapor_id))
    return {(row.their_id, row.digest): row.what for row in found}


async def keep_exchanges(tx: UnitOfWork, complaint_id: UUID | None, exchanges: Sequence[Exchange]) -> None:
    """Keep what was said on the wire."""
    rows = [
        {
            "id": new_id(),
            "complaint_id": complaint_id,
            "call": one.call,
            "method": one.method,
            "path": one.path,
            "status": one.status,
            "outcome": one.outcome,
            "sent": one.sent,
            "got": one.got,
            "began_at": one.began_at,
            "took_ms": one.took_ms,
        }
        for one in exchanges
    ]
    if rows:
        await tx.execute(insert(exchange), rows)


async def exchanges_of(tx: UnitOfWork, complaint_id: UUID, limit: int) -> Sequence[Row[Any]]:
    """Return a complaint's exchanges, the newest first."""
    found = select(exchange).where(exchange.c.complaint_id == complaint_id)
    return (await tx.execute(found.order_by(exchange.c.began_at.desc()).limit(limit))).all()


async def forget_exchanges(tx: UnitOfWork, before: datetime) -> int:
    """Delete what is older."""
    return (await tx.execute(delete(exchange).where(exchange.c.began_at < before))).rowcount


async def raise_notice(
    tx: UnitOfWork,
    kind: str,
    now: datetime,
    *,
    complaint_id: UUID | None = None,
    ticket: str | None = None,
    detail: str = "",
) -> bool:
    """Put something before a person, once as long as nobody has settled it."""
    values = {
        "id": new_id(),
        "complaint_id": complaint_id,
        "ticket": ticket,
        "kind": kind,
        "detail": detail,
        "raised_at": now,
    }
    raised = (
        insert(notice)
        .values(values)
        .on_conflict_do_nothing(index_elements=["ticket", "kind", "detail"], index_where=notice.c.settled_at.is_(None))
    )
    return await tx.scalar(raised.returning(notice.c.id)) is not None


async def settle_notices(tx: UnitOfWork, complaint_id: UUID, kinds: Sequence[str], by: str, now: datetime) -> None:
    """Settle what is over by itself."""
    mine = (notice.c.complaint_id == complaint_id, notice.c.kind.in_(kinds), notice.c.settled_at.is_(None))
    await tx.execute(update(notice).where(*mine).values(settled_at=now, settled_by=by))


async def settle_notice(tx: UnitOfWork, notice_id: UUID, by: str, now: datetime) -> Row[Any] | None:
    """Settle one; None when there is no such open one."""
    settled = update(notice).where(notice.c.id == notice_id, notice.c.settled_at.is_(None))
    done = await tx.execute(settled.values(settled_at=now, settled_by=by).returning(notice))
    row: Row[Any] | None = done.first()
    return row


async def open_notices(tx: UnitOfWork, limit: int, complaint_id: UUID | None = None) -> Sequence[Row[Any]]:
    """Return what waits for a person, the newest first; of sealed complaints nothing."""
    sealed = select(mirror.c.complaint_id).where(mirror.c.sealed)
    found = select(notice).where(notice.c.settled_at.is_(None))
    found = found.where(notice.c.complaint_id.is_(None) | notice.c.complaint_id.not_in(sealed))
    if complaint_id is not None:
        found = found.where(notice.c.complaint_id == complaint_id)
    return (await tx.execute(found.order_by(notice.c.raised_at.desc()).limit(limit))).all()


async def count_notices(tx: UnitOfWork) -> Mapping[str, int]:
    """Return how many wait for a person, by kind."""
    counted = select(notice.c.kind, func.count().label("number")).where(notice.c.settled_at.is_(None))
    return {row.kind: row.number for row in await tx.execute(counted.group_by(notice.c.kind))}


async def keep_masters(tx: UnitOfWork, kind: str, entries: Sequence[Master], now: datetime) -> int:
    """Keep a whole list of LAPOR!'s as it is now; what is on it no more is gone. Return how many are gone."""
    rows = [
        {"kind": kind, "id": one.id, "name": one.name, "purpose": one.kind, "first_seen_at": now, "seen_at": now}
        for one in {entry.id: entry for entry in entries}.values()
    ]
    if rows:
        new = insert(master)
        same = {"name": new.excluded.name, "purpose": new.excluded.purpose, "seen_at": now, "gone_at": None}
        await tx.execute(new.on_conflict_do_update(index_elements=["kind", "id"], set_=same), rows)
    gone = update(master).where(master.c.kind == kind, master.c.seen_at < now, master.c.gone_at.is_(None))
    return (await tx.execute(gone.values(gone_at=now))).rowcount


async def masters(tx: UnitOfWork, kind: str) -> Sequence[Row[Any]]:
    """Return a list of LAPOR!'s as it was seen last, with what is gone."""
    return (await tx.execute(select(master).where(master.c.kind == kind).order_by(master.c.name))).all()


async def newest_master(tx: UnitOfWork, kind: str) -> datetime | None:
    """Return when a list of LAPOR!'s was seen last."""
    seen: datetime | None = await tx.scalar(select(func.max(master.c.seen_at)).where(master.c.kind == kind))
    return seen
