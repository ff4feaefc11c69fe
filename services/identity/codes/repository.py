"""SQL of the second factor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from services.identity.models import authenticator, recovery_code
from shared.db import UnitOfWork


async def authenticator_of(tx: UnitOfWork, account_id: UUID) -> Row[Any] | None:
    """Return an account's authenticator, confirmed or not; the account is locked by whoever asks."""
    return (await tx.execute(select(authenticator).where(authenticator.c.account_id == account_id))).first()


async def propose(tx: UnitOfWork, account_id: UUID, pending: bytes) -> None:
    """Keep a key until its first code comes; the one in use stays until then."""
    new = insert(authenticator).values(account_id=account_id, pending=pending)
    await tx.execute(new.on_conflict_do_update(index_elements=["account_id"], set_={"pending": pending}))


async def forget_pending(tx: UnitOfWork, account_id: UUID) -> None:
    """Take a key away that waits for its first code."""
    await tx.execute(update(authenticator).where(authenticator.c.account_id == account_id).values(pending=None))


async def confirm(
    tx: UnitOfWork, account_id: UUID, *, secret: bytes, step: int, at: datetime, digests: Sequence[bytes]
) -> None:
    """Take a key into use, and new recovery codes with it."""
    await tx.execute(
        update(authenticator)
        .where(authenticator.c.account_id == account_id)
        .values(secret=secret, pending=None, last_step=step, confirmed_at=at)
    )
    await tx.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id))
    await tx.execute(insert(recovery_code).values([{"account_id": account_id, "digest": one} for one in digests]))


async def note_step(tx: UnitOfWork, account_id: UUID, step: int) -> None:
    """Remember the step of an accepted code."""
    await tx.execute(update(authenticator).where(authenticator.c.account_id == account_id).values(last_step=step))


async def spend_recovery_code(tx: UnitOfWork, account_id: UUID, digest: bytes) -> bool:
    """Take a recovery code away; False when there is none like it."""
    spent = delete(recovery_code).where(recovery_code.c.account_id == account_id, recovery_code.c.digest == digest)
    return await tx.scalar(spent.returning(recovery_code.c.account_id)) is not None


async def forget(tx: UnitOfWork, account_id: UUID) -> None:
    """Take an account's authenticator and recovery codes away."""
    await tx.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id))
    await tx.execute(delete(authenticator).where(authenticator.c.account_id == account_id))
