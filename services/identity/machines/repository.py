"""SQL of service tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from services.identity.models import account, machine
from shared.db import UnitOfWork


async def keep_token(tx: UnitOfWork, account_id: UUID, digest: bytes, expires_at: datetime) -> None:
    """Keep a machine's token; the one before it is gone."""
    values = {"digest": digest, "expires_at": expires_at}
    new = insert(machine).values(account_id=account_id, **values)
    await tx.execute(new.on_conflict_do_update(index_elements=["account_id"], set_=values))


async def use(tx: UnitOfWork, digest: bytes, at: datetime) -> UUID | None:
    """Note that a token was used, and return whose it is; None where there is none, or it has run out."""
    mine = update(machine).where(machine.c.digest == digest, machine.c.expires_at > at)
    found: UUID | None = await tx.scalar(mine.values(last_used_at=at).returning(machine.c.account_id))
    return found


async def machines(tx: UnitOfWork) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return every machine, by name."""
    columns = (account.c.username, account.c.role, account.c.disabled_at, machine.c.expires_at, machine.c.last_used_at)
    found = select(*columns).join(machine, machine.c.account_id == account.c.id).order_by(account.c.username)
    return (await tx.execute(found)).all()
