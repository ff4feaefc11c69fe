"""Finding a complaint for an officer, and writing down what they did with it."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row

from services.lapor import repository
from services.lapor.desk import repository as desk
from services.lapor.desk.access import canonical, unknown_ticket
from shared.db import UnitOfWork
from shared.security import Principal

log = structlog.get_logger()


async def locked(tx: UnitOfWork, ticket: str) -> Row[Any]:
    """Return a complaint's row, locked; a sealed one is not there. Raises `NotFoundError`."""
    row = await repository.lock_ticket(tx, canonical(ticket))
    if row is None or row.sealed:
        raise unknown_ticket()
    return row


async def relocked(tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
    """Return a row that this transaction has locked, as it is now."""
    row = await repository.lock(tx, complaint_id)
    assert row is not None, "it is locked"  # noqa: S101 - for the type
    return row


async def keep_act(
    tx: UnitOfWork,
    principal: Principal,
    what: str,
    now: datetime,
    *,
    about: Row[Any] | None = None,
    detail: str = "",
) -> None:
    """Write down who did what; the log gets no detail."""
    await desk.keep_act(tx, about.complaint_id if about is not None else None, what, principal.account_id, now, detail)
    ticket = about.ticket if about is not None else None
    tx.after_commit(partial(log.info, "lapor.acted", what=what, ticket=ticket, officer=str(principal.account_id)))
