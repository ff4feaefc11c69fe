"""Where the pieces of uploads lie until their words come: a file each, in a folder that all intake processes share."""

import asyncio
import os
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from services.intake.settings import IntakeSettings

_SPARE = 512 * 1024 * 1024
"""Bytes that stay free on a disk that PostgreSQL may share."""


class SpoolUnavailableError(Exception):
    """Nothing can be written or read now: the disk is full, or away. It may be tried again."""


class Spool:
    """Files named by the upload's id, which is ours: no name of a sender's ever reaches the disk."""

    def __init__(self, folder: Path, *, spare: int = _SPARE) -> None:
        """Use a folder that only we may enter; it is made with the first piece. `spare`: bytes that stay free."""
        self._folder = folder
        self._spare = spare

    @classmethod
    def of(cls, settings: IntakeSettings) -> "Spool":
        """Use what the settings name."""
        beside = Path() if settings.attachments.startswith("s3://") else Path(settings.attachments)
        return cls(Path(settings.uploads) if settings.uploads else beside / ".uploads")

    async def write(self, upload_id: UUID, position: int, piece: bytes) -> None:
        """Have a piece on disk, for good, when this returns. Raises `SpoolUnavailableError`."""
        try:
            await asyncio.to_thread(self._write, upload_id, position, piece)
        except OSError as error:
            raise SpoolUnavailableError(type(error).__name__) from None

    def _write(self, upload_id: UUID, position: int, piece: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free < len(piece) + self._spare:
            raise OSError
        descriptor = os.open(self._path(upload_id), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            written = 0
            while written < len(piece):
                written += os.pwrite(descriptor, piece[written:], position + written)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        if position == 0:
            self._name_to_disk()

    def _name_to_disk(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    async def read(self, upload_id: UUID, length: int) -> bytes:
        """Return a finished upload. Raises `SpoolUnavailableError`."""
        if length == 0:
            return b""
        try:
            content = await asyncio.to_thread(self._path(upload_id).read_bytes)
        except OSError as error:
            raise SpoolUnavailableError(type(error).__name__) from None
        return content[:length]

    async def remove(self, upload_id: UUID) -> None:
        """Delete a file; that it is gone already is as good."""
        with suppress(FileNotFoundError):
            await asyncio.to_thread(self._path(upload_id).unlink)

    def _path(self, upload_id: UUID) -> Path:
        return self._folder / str(upload_id)
