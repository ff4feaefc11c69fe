"""The uploads that a message names, put in their places before it is accepted."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.intake.media.check import TYPES, media_type_of
from services.intake.uploads.service import UploadService, UploadView
from services.intake.uploads.spool import SpoolUnavailableError
from shared.channels import Attachment, AttachmentKind, InboundMessage, RefusedError, Translation
from shared.db import Database

_AT_ONCE = 2
"""Messages with uploads that one process has in memory at a time."""
_MOST_BYTES = 100 * 1024 * 1024
"""Of one message's uploads together."""


@dataclass(frozen=True, slots=True)
class _Content:
    kind: AttachmentKind
    media_type: str
    content: bytes = field(repr=False)


class UploadResolver:
    """Replaces references by contents.

    A message that is in the house already keeps its references: its uploads are in the house with it, and may be gone
    from the spool. Until its time is over an upload may be named again, in another message: it is then in both.
    """

    def __init__(self, service: UploadService, database: Database) -> None:
        """Take both; open nothing."""
        self._service = service
        self._database = database
        self._few = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def resolved(self, channel: str, device: str | None, told: Translation) -> AsyncIterator[Translation]:
        """Give the translation with contents, for as long as the block lasts. Raises `RefusedError` 422 or 503."""
        if not any(one.upload for message in told.messages for one in message.attachments):
            yield told
            return
        async with self._few:
            messages = [await self._resolve(channel, device, message) for message in told.messages]
            yield replace(told, messages=tuple(messages))

    async def _resolve(self, channel: str, device: str | None, message: InboundMessage) -> InboundMessage:
        ids = [one.upload for one in message.attachments if one.upload is not None]
        async with self._database.transaction() as tx:
            if await self._service.is_accepted(tx, channel, message):
                return message
            found = await self._service.find_all(tx, device, ids)
        _check(found)
        contents = {one.id: await self._load(one, position) for position, one in enumerate(found) if one is not None}
        return replace(message, attachments=tuple(_with_content(one, contents) for one in message.attachments))

    async def _load(self, one: UploadView, position: int) -> _Content:
        try:
            content = await self._service.content(one)
        except SpoolUnavailableError:
            raise RefusedError("unavailable", status=503, detail="Belum tersimpan; kirim sekali lagi.") from None
        media_type = media_type_of(content)
        if media_type is None:
            raise _refused("upload_unknown_type", "Kirim foto, rekaman suara, video, atau PDF.", position)
        return _Content(_kind(media_type), media_type, content)


def _check(found: Sequence[UploadView | None]) -> None:
    for position, one in enumerate(found):
        if one is None:
            raise _refused("upload_unknown", "Unggahan ini bukan milik perangkat ini, atau waktunya habis.", position)
        if one.received < one.length:
            raise _refused("upload_unfinished", "Selesaikan unggahan ini dulu, lalu kirim lagi.", position)
    if sum(one.length for one in found if one) > _MOST_BYTES:
        raise RefusedError(
            "uploads_too_large",
            status=422,
            detail="Semua unggahan bersama-sama paling besar 100 MB.",
            pointer="/uploads",
        )


def _refused(reason: str, detail: str, position: int) -> RefusedError:
    return RefusedError(reason, status=422, detail=detail, pointer=f"/uploads/{position}")


def _kind(media_type: str) -> AttachmentKind:
    family = TYPES[media_type].family
    if family == "image":
        return "image"
    if family == "recording":
        return "video" if media_type.startswith("video/") else "audio"
    return "file"


def _with_content(given: Attachment, contents: Mapping[UUID, _Content]) -> Attachment:
    if given.upload is None:
        return given
    found = contents[given.upload]
    return replace(given, upload=None, kind=found.kind, media_type=found.media_type, content=found.content)
