"""Where attachments' contents lie: an object store, a local folder by default, each content named by its hash."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from obstore.exceptions import BaseError
from obstore.store import LocalStore

from services.intake.drafts import StoredAttachment


class StoreUnavailableError(Exception):
    """A content could not be written: the disk is full, or the store is away. Nothing of its message is kept."""


class AttachmentStore:
    """Keeps contents. Writing one twice is harmless, and one whose message is rolled back is only an orphan."""

    def __init__(self, folder: Path) -> None:
        """Use a folder that only we may enter; it is made when missing."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._store = LocalStore(folder)

    async def keep(self, attachments: Sequence[StoredAttachment]) -> None:
        """Write the contents that came along, and have them on disk before the commit: no row lacks its content.

        Raises `StoreUnavailableError` when the store cannot take them now, for example because its disk is full.
        """
        try:
            for one in attachments:
                if one.sha256 is not None and one.given.content is not None:
                    await self._store.put_async(_path(one.sha256), one.given.content)
                    await asyncio.to_thread(_to_disk, self._folder / _path(one.sha256))
        except (BaseError, OSError) as error:
            raise StoreUnavailableError(type(error).__name__) from None


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"


def _to_disk(file: Path) -> None:
    """Flush a file and the folders that name it: after a power cut a renamed file may otherwise be empty or gone."""
    for path in (file, file.parent, file.parent.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
