"""Every SQL statement about uploads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Row, cast, delete, func, insert, select, update

from services.intake.models import message, upload
from shared.db import UnitOfWork


async def lock_device(tx: UnitOfWork, device: bytes) -> None:
    """Let no other upload of this device be counted until the transaction ends."""
    name = func.hashtextextended(device.hex(), cast(0, BigInteger))
    await tx.execute(select(func.pg_advisory_xact_lock(name)))


async def counted(tx: UnitOfWork, devices: Sequence[bytes], since: datetime) -> tuple[int, int]:
    """Return how many uploads a device announced since then, and of how many bytes."""
    found = select(func.count(), func.coalesce(func.sum(upload.c.length), 0)).where(
        upload.c.device.in_(devices), upload.c.created_at > since
    )
    count, size = (await tx.execute(found)).one()
    return int(count), int(size)


async def spooled(tx: UnitOfWork) -> int:
    """Return how many bytes of all uploads together are kept: who only announces must take nobody's place."""
    total = select(func.coalesce(func.sum(upload.c.received), 0)).where(upload.c.removed_at.is_(None))
    return int((await tx.execute(total)).scalar_one())


async def create(
    tx: UnitOfWork,
    *,
    upload_id: UUID,
    device: bytes,
    length: int,
    metadata: str | None,
    created_at: datetime,
    expires_at: datetime,
) -> None:
    """Announce an upload."""
    row = {
        "id": upload_id,
        "device": device,
        "length": length,
        "metadata": metadata,
        "created_at": created_at,
        "expires_at": expires_at,
    }
    await tx.execute(insert(upload).values(row))


async def find(tx: UnitOfWork, upload_id: UUID, devices: Sequence[bytes], *, lock: bool = False) -> Row[Any] | None:
    """Return an upload of this device (its name hashed under each key), locked where it is to be changed."""
    found = select(upload).where(upload.c.id == upload_id, upload.c.device.in_(devices))
    return (await tx.execute(found.with_for_update() if lock else found)).first()


async def find_all(tx: UnitOfWork, ids: Sequence[UUID], devices: Sequence[bytes]) -> dict[UUID, Row[Any]]:
    """Return those of the uploads that are this device's."""
    found = select(upload).where(upload.c.id.in_(ids), upload.c.device.in_(devices))
    return {row.id: row for row in await tx.execute(found)}


async def advance(tx: UnitOfWork, upload_id: UUID, received: int) -> None:
    """Remember how much is on disk."""
    await tx.execute(update(upload).where(upload.c.id == upload_id).values(received=received))


async def remove(tx: UnitOfWork, upload_id: UUID, at: datetime) -> None:
    """Remember that its device wants it no more."""
    await tx.execute(update(upload).where(upload.c.id == upload_id).values(removed_at=at))


async def lock_expired(tx: UnitOfWork, now: datetime, *, at_most: int) -> Sequence[UUID]:
    """Return uploads whose time is over; no other process sees them meanwhile."""
    found = select(upload.c.id).where(upload.c.expires_at <= now).limit(at_most)
    return (await tx.execute(found.with_for_update(skip_locked=True))).scalars().all()


async def forget(tx: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Delete the rows."""
    await tx.execute(delete(upload).where(upload.c.id.in_(ids)))


async def is_accepted(tx: UnitOfWork, channel: str, account: str, provider_message_id: str) -> bool:
    """Tell whether a message is in the house already."""
    found = select(message.c.id).where(
        message.c.channel == channel,
        message.c.account == account,
        message.c.provider_message_id == provider_message_id,
    )
    return await tx.scalar(found) is not None
