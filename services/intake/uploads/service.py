"""The use cases of uploads. Each method runs inside one transaction that the edge opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.intake.settings import IntakeSettings
from services.intake.uploads import repository
from services.intake.uploads.errors import (
    FullError,
    GoneUploadError,
    OffsetError,
    TooManyError,
    UnknownUploadError,
)
from services.intake.uploads.spool import Spool, SpoolUnavailableError
from shared.channels import InboundMessage, Sender
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security.vault import VaultKeys

_DAY = timedelta(days=1)
_AT_ONCE = 100
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """What uploads may take; sizes in bytes. Devices are free to draw, so that `in_all` guards the disk."""

    largest: int
    count_per_day: int
    bytes_per_day: int
    in_all: int
    life: timedelta = _DAY

    @classmethod
    def of(cls, settings: IntakeSettings) -> "UploadLimits":
        """Take them from the settings."""
        return cls(
            largest=settings.upload_mb * _MB,
            count_per_day=settings.uploads_per_device,
            bytes_per_day=settings.uploads_mb_per_device * _MB,
            in_all=settings.uploads_mb * _MB,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadView:
    """How an upload stands."""

    id: UUID
    length: int
    received: int
    metadata: str | None
    expires_at: datetime


class UploadService:
    """Takes uploads piece by piece, and gives the finished ones to the messages that name them."""

    def __init__(self, *, vault: VaultKeys, spool: Spool, limits: UploadLimits, clock: Clock = utc_now) -> None:
        """Take the keys that hash a device's name, where pieces lie, and the limits."""
        self._vault = vault
        self._spool = spool
        self._clock = clock
        self.limits = limits

    async def create(self, tx: UnitOfWork, device: str, length: int, metadata: str | None) -> UploadView:
        """Announce an upload; raises `TooManyError` or `FullError`."""
        names, now = self._names(device), self._clock()
        await repository.lock_device(tx, names[0])
        count, size = await repository.counted(tx, names, now - _DAY)
        if count >= self.limits.count_per_day or size + length > self.limits.bytes_per_day:
            raise TooManyError("upload_limit", "Batas unggahan hari ini tercapai; coba lagi besok")
        await self._require_room(tx, length)
        upload_id, expires_at = new_id(), now + self.limits.life
        await repository.create(
            tx,
            upload_id=upload_id,
            device=names[0],
            length=length,
            metadata=metadata,
            created_at=now,
            expires_at=expires_at,
        )
        return UploadView(id=upload_id, length=length, received=0, metadata=metadata, expires_at=expires_at)

    async def show(self, tx: UnitOfWork, device: str, upload_id: UUID) -> UploadView:
        """Say how far an upload is; raises `UnknownUploadError` or `GoneUploadError`."""
        return _view(self._usable(await repository.find(tx, upload_id, self._names(device))))

    async def append(self, tx: UnitOfWork, device: str, upload_id: UUID, position: int, piece: bytes) -> UploadView:
        """Keep a piece: it is on disk before the row says so, and the row's lock keeps two requests apart.

        Raises `OffsetError` when the upload is elsewhere by now, `UnknownUploadError`, `GoneUploadError`, `FullError`.
        """
        row = self._usable(await repository.find(tx, upload_id, self._names(device), lock=True))
        if row.received != position:
            raise OffsetError("upload_offset", "Lanjutkan dari Upload-Offset yang dijawab HEAD", offset=row.received)
        await self._require_room(tx, len(piece))
        try:
            await self._spool.write(upload_id, position, piece)
        except SpoolUnavailableError:
            raise _full() from None
        received = position + len(piece)
        await repository.advance(tx, upload_id, received)
        return UploadView(
            id=row.id, length=row.length, received=received, metadata=row.metadata, expires_at=row.expires_at
        )

    async def remove(self, tx: UnitOfWork, device: str, upload_id: UUID) -> None:
        """Delete an upload; raises `UnknownUploadError` or `GoneUploadError`."""
        self._usable(await repository.find(tx, upload_id, self._names(device), lock=True))
        await repository.remove(tx, upload_id, self._clock())
        await self._spool.remove(upload_id)

    async def sweep(self, tx: UnitOfWork) -> int:
        """Delete some of the uploads whose time is over; return how many. The file goes first: no file lacks a row."""
        ids = await repository.lock_expired(tx, self._clock(), at_most=_AT_ONCE)
        for upload_id in ids:
            await self._spool.remove(upload_id)
        if ids:
            await repository.forget(tx, ids)
        return len(ids)

    async def find_all(self, tx: UnitOfWork, device: str | None, ids: Sequence[UUID]) -> list[UploadView | None]:
        """Return uploads of a device, in their order; None for what is not its own, or not any more."""
        found = await repository.find_all(tx, ids, self._names(device)) if device else {}
        rows = [found.get(upload_id) for upload_id in ids]
        return [None if row is None or self._is_over(row) else _view(row) for row in rows]

    async def is_accepted(self, tx: UnitOfWork, channel: str, message: InboundMessage) -> bool:
        """Tell whether a message is in the house already."""
        return await repository.is_accepted(tx, channel, message.account, message.provider_message_id)

    async def content(self, one: UploadView) -> bytes:
        """Return the bytes of a finished upload; raises `SpoolUnavailableError`."""
        return await self._spool.read(one.id, one.length)

    async def _require_room(self, tx: UnitOfWork, size: int) -> None:
        if await repository.spooled(tx) + size > self.limits.in_all:
            raise _full()

    def _names(self, device: str) -> list[bytes]:
        """Hash a device's name under each key, for no channel in particular."""
        return self._vault.digests("", Sender(id=device, kind="device"))

    def _is_over(self, row: Row[Any]) -> bool:
        return row.removed_at is not None or bool(row.expires_at <= self._clock())

    def _usable(self, row: Row[Any] | None) -> Row[Any]:
        if row is None:
            raise UnknownUploadError("unknown_upload", "Unggahan tidak ditemukan")
        if self._is_over(row):
            raise GoneUploadError("upload_gone", "Unggahan ini sudah tidak disimpan lagi; mulai dari awal")
        return row


def _full() -> FullError:
    return FullError("upload_spool_full", "Tempat unggahan sedang penuh; coba lagi nanti")


def _view(row: Row[Any]) -> UploadView:
    return UploadView(
        id=row.id, length=row.length, received=row.received, metadata=row.metadata, expires_at=row.expires_at
    )
