"""The contents of attachments, as LAPOR! takes them: read from intake's store by their hash."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.lapor.rules import LARGEST_FILE, file_name
from services.lapor.wire.port import File
from shared.contents import AttachmentStore


class MissingContentError(Exception):
    """A content that is kept no longer, or is not what it was said to be."""


class Contents:
    """Reads contents; it writes none."""

    def __init__(self, store: AttachmentStore) -> None:
        """Take intake's store."""
        self._store = store

    async def file(self, ref: Mapping[str, Any], name: str) -> File:
        """Return one content. Raises `MissingContentError` and `StoreUnavailableError`."""
        pieces = await self._store.read(ref["sha256"])
        if pieces is None:
            raise MissingContentError("the content is kept no longer")
        content = b"".join([piece async for piece in pieces])
        if not 0 < len(content) <= LARGEST_FILE:
            raise MissingContentError("the content is larger than LAPOR! takes")
        return File(name=name, media_type=ref["media_type"], content=content)

    async def files(self, refs: Sequence[Mapping[str, Any]]) -> list[File]:
        """Return contents; what is kept no longer is left out: the words go without it."""
        found: list[File] = []
        for place, ref in enumerate(refs, 1):
            try:
                found.append(await self.file(ref, file_name(place, ref["media_type"])))
            except MissingContentError:
                continue
        return found
