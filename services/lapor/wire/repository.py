"""SQL of exchanges: what was said to LAPOR!, and what it said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.lapor.models import exchange
from services.lapor.wire.exchanges import Exchange
from shared.core.ids import new_id
from shared.db import UnitOfWork


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
