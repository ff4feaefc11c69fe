"""Where attachments' contents lie: an object store, a local folder by default, each content named by its hash."""

import asyncio
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
        """Use a folder; it is made when missing."""
        self._store = LocalStore(folder, mkdir=True)

    async def keep(self, attachments: Sequence[StoredAttachment]) -> None:
        """Write the contents that came along. Called before the commit: a committed row always has its content.

        Raises `StoreUnavailableError`.
        """
        writes = [
            self._store.put_async(f"{one.sha256[:2]}/{one.sha256}", one.given.content)
            for one in attachments
            if one.given.content is not None and one.sha256 is not None
        ]
        for result in await asyncio.gather(*writes, return_exceptions=True):
            if isinstance(result, (BaseError, OSError)):
                raise StoreUnavailableError from result
            if isinstance(result, BaseException):
                raise result
