"""Which case an officer means, whether they may see it, and whether it is still what they read."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from sqlalchemy import Row

from services.casework import repository, rules
from services.casework.conflicts import no_precondition, stale, unknown_case
from shared.core.ticket import InvalidTicketError, parse_ticket
from shared.db import UnitOfWork
from shared.events import Actor
from shared.security import Principal


async def find(tx: UnitOfWork, principal: Principal, ticket: str, *, lock: bool = False) -> Row[Any]:
    """Return a case. Raises `NotFoundError`, also for one that the principal may not see."""
    try:
        row = await repository.case_by_ticket(tx, parse_ticket(ticket), lock=lock)
    except InvalidTicketError:
        row = None
    scope = rules.scope(principal)
    if row is None or scope is None or not scope.covers(row.agency_key, sealed=row.sealed, regency=row.regency):
        raise unknown_case()
    return row


async def lock_with_companions(tx: UnitOfWork, ticket: str) -> None:
    """Lock a case and the others of its matter, always in one order: two officers never wait for each other."""
    with suppress(InvalidTicketError):
        await repository.lock_companions(tx, parse_ticket(ticket))


async def require_version(tx: UnitOfWork, row: Row[Any], expected: Collection[int] | None) -> None:
    """Raise `PreconditionRequiredError` without a version, `StaleError` where it is none of those that were read."""
    if expected is None:
        raise no_precondition(row)
    if row.version not in expected:
        raise stale(row, await repository.last_transition(tx, row.complaint_id))


def officer(principal: Principal) -> Actor:
    """Return who acts: an officer's account, or a machine's that signed in with a service token; never a name."""
    return Actor(kind=principal.kind, id=str(principal.account_id))
