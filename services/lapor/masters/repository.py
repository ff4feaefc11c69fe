"""SQL of LAPOR!'s own lists of ids."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.lapor.models import master
from services.lapor.wire.port import Master
from shared.db import UnitOfWork


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
