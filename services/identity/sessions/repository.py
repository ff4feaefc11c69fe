"""SQL of sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.identity.models import refresh_secret, session
from shared.db import UnitOfWork


async def add(tx: UnitOfWork, *, digest: bytes, **values: Any) -> None:
    """Insert a session with the secret that renews it."""
    await tx.execute(insert(session).values(values))
    await add_secret(tx, values["id"], digest)


async def add_secret(tx: UnitOfWork, session_id: UUID, digest: bytes) -> None:
    """Insert another secret."""
    await tx.execute(insert(refresh_secret).values(session_id=session_id, digest=digest))


async def lock_by_secret(tx: UnitOfWork, digest: bytes) -> Row[Any] | None:
    """Return a session by one of its secrets, with `used_at`, and keep other renewals waiting."""
    found = (
        select(session, refresh_secret.c.used_at)
        .join(refresh_secret, refresh_secret.c.session_id == session.c.id)
        .where(refresh_secret.c.digest == digest)
        .with_for_update()
    )
    return (await tx.execute(found)).first()


async def renew(tx: UnitOfWork, session_id: UUID, *, old: bytes, new: bytes, at: datetime) -> None:
    """Mark a secret as used, keep the next, and note when; the first use stands."""
    first = func.coalesce(refresh_secret.c.used_at, at)
    await tx.execute(update(refresh_secret).where(refresh_secret.c.digest == old).values(used_at=first))
    await add_secret(tx, session_id, new)
    await tx.execute(update(session).where(session.c.id == session_id).values(seen_at=at))


async def by_id(tx: UnitOfWork, session_id: UUID) -> Row[Any] | None:
    """Return a session."""
    return (await tx.execute(select(session).where(session.c.id == session_id))).first()


async def unended(tx: UnitOfWork, account_id: UUID) -> Sequence[Row[Any]]:
    """Return an account's sessions that nobody has ended, the newest first."""
    mine = select(session).where(session.c.account_id == account_id, session.c.ended_at.is_(None))
    return (await tx.execute(mine.order_by(session.c.opened_at.desc()))).all()


async def end(tx: UnitOfWork, session_id: UUID, at: datetime) -> None:
    """End one session; its secrets are forgotten."""
    await tx.execute(update(session).where(session.c.id == session_id).values(ended_at=at))
    await tx.execute(delete(refresh_secret).where(refresh_secret.c.session_id == session_id))


async def end_all(tx: UnitOfWork, account_id: UUID, at: datetime, *, but: UUID | None = None) -> int:
    """End an account's sessions, all but one if that is wanted; return how many there were."""
    ended = update(session).where(session.c.account_id == account_id, session.c.ended_at.is_(None))
    if but is not None:
        ended = ended.where(session.c.id != but)
    ids = (await tx.scalars(ended.values(ended_at=at).returning(session.c.id))).all()
    await tx.execute(delete(refresh_secret).where(refresh_secret.c.session_id.in_(ids)))
    return len(ids)


async def forget_before(tx: UnitOfWork, account_id: UUID, before: datetime) -> None:
    """Delete an account's sessions that were over by then; the log keeps what happened."""
    await tx.execute(delete(session).where(session.c.account_id == account_id, session.c.ends_at < before))
