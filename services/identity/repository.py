"""Every SQL statement of identity."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.identity.models import account, account_agency, failed_sign_in
from shared.db import UnitOfWork


async def add_account(tx: UnitOfWork, *, agencies: Sequence[str], **values: Any) -> bool:
    """Insert an account with its agencies; False when the username is taken."""
    added = insert(account).values(values).on_conflict_do_nothing(index_elements=["username"]).returning(account.c.id)
    account_id = await tx.scalar(added)
    if account_id is None:
        return False
    if agencies:
        rows = [{"account_id": account_id, "agency_key": key} for key in agencies]
        await tx.execute(insert(account_agency).values(rows))
    return True


async def lock_account(tx: UnitOfWork, username: str) -> Row[Any] | None:
    """Return an account and keep other sign-ins to it waiting until the transaction ends."""
    found = select(account).where(account.c.username == username).with_for_update()
    return (await tx.execute(found)).first()


async def account_by_id(tx: UnitOfWork, account_id: UUID) -> Row[Any] | None:
    """Return an account."""
    return (await tx.execute(select(account).where(account.c.id == account_id))).first()


async def accounts(tx: UnitOfWork) -> Sequence[Row[Any]]:
    """Return every account, by username."""
    return (await tx.execute(select(account).order_by(account.c.username))).all()


async def agencies_of(tx: UnitOfWork, account_id: UUID) -> tuple[str, ...]:
    """Return the keys of the agencies an account is bound to, sorted."""
    found = select(account_agency.c.agency_key).where(account_agency.c.account_id == account_id)
    return tuple((await tx.scalars(found.order_by(account_agency.c.agency_key))).all())


async def disable_account(tx: UnitOfWork, username: str, at: datetime) -> bool:
    """Mark an account as disabled; False when there is no such account. The first time stands."""
    marked = (
        update(account)
        .where(account.c.username == username)
        .values(disabled_at=func.coalesce(account.c.disabled_at, at))
        .returning(account.c.id)
    )
    return await tx.scalar(marked) is not None


async def count_failures(tx: UnitOfWork, account_id: UUID, since: datetime) -> int:
    """Count failed sign-ins after a time."""
    failures = select(func.count()).where(failed_sign_in.c.account_id == account_id, failed_sign_in.c.failed_at > since)
    return (await tx.execute(failures)).scalar_one()


async def store_failure(tx: UnitOfWork, account_id: UUID, at: datetime) -> None:
    """Write down a failed sign-in."""
    await tx.execute(insert(failed_sign_in).values(account_id=account_id, failed_at=at))


async def forget_failures(tx: UnitOfWork, account_id: UUID) -> None:
    """Delete an account's failed sign-ins."""
    await tx.execute(delete(failed_sign_in).where(failed_sign_in.c.account_id == account_id))
