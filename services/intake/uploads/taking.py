"""One request's bytes on their way to the disk."""

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

from services.intake.uploads import tus
from services.intake.uploads.errors import TooLargeError, UploadError
from services.intake.uploads.service import UploadService, UploadView
from services.intake.uploads.tus import Checksum
from shared.db import Database

_PIECE = 256 * 1024
"""Bytes that are put on disk at a time; what a kill -9 of ours may take from a chunk under way."""
_PATIENCE_S = 30.0


class Taking:
    """Takes them; raises what `UploadService.append` raises."""

    def __init__(self, service: UploadService, database: Database, device: str, view: UploadView) -> None:
        """Go on where the upload stands."""
        self._service = service
        self._database = database
        self._device = device
        self._view = view
        self._began_at = view.received
        self._waiting = bytearray()

    @property
    def kept(self) -> int:
        """How many bytes of this request are on disk."""
        return self._view.received - self._began_at

    async def as_it_comes(self, request: Request) -> UploadView:
        """Keep piece by piece; whatever ends the request early, what arrived stays."""
        try:
            await self._read(request, _PIECE)
        except (ClientDisconnect, TimeoutError):
            await self._keep()
            raise _cut_off() from None
        except UploadError:
            await self._keep()
            raise
        await self._keep()
        return self._view

    async def as_a_whole(self, request: Request, checksum: Checksum) -> UploadView:
        """Keep all of it, or nothing: bytes that nobody could check are sent again."""
        try:
            await self._read(request, None)
        except (ClientDisconnect, TimeoutError):
            raise _cut_off() from None
        checksum.check(bytes(self._waiting))
        await self._keep()
        return self._view

    async def _read(self, request: Request, piece: int | None) -> None:
        stream = aiter(request.stream())
        while True:
            async with asyncio.timeout(_PATIENCE_S):
                content = await anext(stream, None)
            if content is None:
                return
            if len(self._waiting) + len(content) > self._room(piece):
                raise too_much()
            self._waiting += content
            if piece is not None and len(self._waiting) >= piece:
                await self._keep()

    def _room(self, piece: int | None) -> int:
        left = self._view.length - self._view.received
        return left if piece is not None else min(left, tus.LARGEST_SUMMED_CHUNK)

    async def _keep(self) -> None:
        if not self._waiting:
            return
        piece, self._waiting = bytes(self._waiting), bytearray()
        async with self._database.transaction() as tx:
            self._view = await self._service.append(tx, self._device, self._view.id, self._view.received, piece)


def too_much() -> TooLargeError:
    """Return that more came than was announced."""
    return TooLargeError("upload_too_long", "Isi lebih panjang daripada Upload-Length")


def _cut_off() -> UploadError:
    return UploadError("upload_cut_off", "Kiriman terputus; lanjutkan dari Upload-Offset yang dijawab HEAD")
