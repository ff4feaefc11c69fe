"""Every SQL statement about looks: the log, and the vault's one door for officers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Row, Text, Uuid, cast, column, func, select
from sqlalchemy.dialects.postgresql import insert

from services.casework.models import case, look
from shared.db import UnitOfWork


async def add(tx: UnitOfWork, **values: object) -> None:
    """Append a look; the database dates it, and this login takes none back."""
    await tx.execute(insert(look).values(values))


async def reporter_for_officer(tx: UnitOfWork, complaint_id: UUID, account_id: UUID, reason: str) -> Row[Any] | None:
    """Return a complaint's channel and, encrypted, its reporter's identifier and details; leaves a row in the vault."""
    called = func.vault.reporter_for_officer(cast(complaint_id, Uuid), cast(account_id, Uuid), cast(reason, Text))
    found = called.table_valued(
        column("channel", Text), column("identifier", LargeBinary), column("details", LargeBinary)
    )
    return (await tx.execute(select(found))).first()


async def looks(
    tx: UnitOfWork,
    *,
    ticket: str | None,
    account_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
    before: int | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Return looks, the newest first: `since` inclusive, `until` and `before` (an id) not."""
    found = select(look, case.c.ticket).outerjoin(case, case.c.complaint_id == look.c.complaint_id)
    if ticket is not None:
        found = found.where(case.c.ticket == ticket)
    if account_id is not None:
        found = found.where(look.c.account_id == account_id)
    if since is not None:
        found = found.where(look.c.at >= since)
    if until is not None:
        found = found.where(look.c.at < until)
    if before is not None:
        found = found.where(look.c.id < before)
    return (await tx.execute(found.order_by(look.c.id.desc()).limit(limit))).all()
