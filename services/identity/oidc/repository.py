"""SQL of who is who at the provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from services.identity.models import oidc_allowance, oidc_binding
from shared.db import UnitOfWork


async def bound(tx: UnitOfWork, issuer: str, subject: str) -> UUID | None:
    """Return the account that a subject is bound to."""
    mine = (oidc_binding.c.issuer == issuer, oidc_binding.c.subject == subject)
    found: UUID | None = await tx.scalar(select(oidc_binding.c.account_id).where(*mine))
    return found


async def take_allowance(tx: UnitOfWork, claim: str, value: str) -> UUID | None:
    """Return the account that is allowed to whoever has this claim, and take the allowance away: it is for once."""
    mine = (oidc_allowance.c.claim == claim, oidc_allowance.c.value == value)
    found: UUID | None = await tx.scalar(delete(oidc_allowance).where(*mine).returning(oidc_allowance.c.account_id))
    return found


async def bind(tx: UnitOfWork, issuer: str, subject: str, account_id: UUID, at: datetime) -> None:
    """Bind a subject to an account."""
    await tx.execute(insert(oidc_binding).values(issuer=issuer, subject=subject, account_id=account_id, bound_at=at))


async def allow(tx: UnitOfWork, account_id: UUID, claim: str, value: str) -> bool:
    """Let the first with this claim be this account; whoever was it before is not any more. False: it is given away."""
    await tx.execute(delete(oidc_binding).where(oidc_binding.c.account_id == account_id))
    await tx.execute(delete(oidc_allowance).where(oidc_allowance.c.account_id == account_id))
    new = insert(oidc_allowance).values(account_id=account_id, claim=claim, value=value)
    return await tx.scalar(new.on_conflict_do_nothing().returning(oidc_allowance.c.account_id)) is not None
