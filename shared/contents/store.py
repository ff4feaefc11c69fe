"""Where contents lie, each named by its hash: a local folder, or S3 and what speaks like it."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from shared.contents.settings import ContentSettings

if TYPE_CHECKING:
    from obstore.store import S3Config

_SCHEME = "s3://"
_SPARE = 64 * 1024 * 1024
"""Bytes that stay free on a disk that PostgreSQL may share."""
_REQUEST = "10s"
_RETRY = timedelta(seconds=15)
_PIECE = 256 * 1024
_OURS = re.compile(r"[0-9a-f]{64}")


class StoreUnavailableError(Exception):
    """A content could not be written or read: the disk is full, or the store is away. It may be tried again."""


class AttachmentStore:
    """Keeps contents. Writing one twice is harmless, and one whose message is rolled back is only an orphan."""

    def __init__(self, store: LocalStore | S3Store, folder: Path | None = None, *, spare: int = _SPARE) -> None:
        """Take the store, and its folder where it is one; `spare` in bytes."""
        self._store = store
        self._folder = folder
        self._spare = spare

    @classmethod
    def in_folder(cls, folder: Path, *, spare: int = _SPARE) -> "AttachmentStore":
        """Use a folder that only we may enter; it is made when missing."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(folder), folder, spare=spare)

    @classmethod
    def of(cls, settings: ContentSettings) -> "AttachmentStore":
        """Open what the settings name: `s3://bucket/prefix`, or a folder."""
        if not settings.attachments.startswith(_SCHEME):
            return cls.in_folder(Path(settings.attachments))
        bucket, _, prefix = settings.attachments.removeprefix(_SCHEME).partition("/")
        return cls(
            S3Store(
                bucket,
                prefix=prefix,
                config=_config(settings),
                client_options={"timeout": _REQUEST, "allow_http": settings.attachments_endpoint.startswith("http://")},
                retry_config={"max_retries": 3, "retry_timeout": _RETRY},
            )
        )

    async def keep(self, contents: Mapping[str, bytes]) -> None:
        """Write contents by their hashes, and have them on disk before the commit: no row lacks its content.

        Raises `StoreUnavailableError` when the store cannot take them now, for example because its disk is full.
        """
        try:
            for sha256, content in contents.items():
                await self._room_for(len(content))
                await self._store.put_async(_path(sha256), content)
                if self._folder is not None:
                    await asyncio.to_thread(_to_disk, self._folder / _path(sha256))
        except (BaseError, OSError) as error:
            raise StoreUnavailableError(type(error).__name__) from None

    async def _room_for(self, size: int) -> None:
        if self._folder is not None and shutil.disk_usage(self._folder).free < size + self._spare:
            raise StoreUnavailableError("DiskFull")

    async def read(self, sha256: str) -> AsyncIterator[bytes] | None:
        """Return a content piece by piece; None when it is not there. Raises `StoreUnavailableError`."""
        try:
            found = await self._store.get_async(_path(sha256))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (BaseError, OSError) as error:
            raise StoreUnavailableError(type(error).__name__) from None
        return _pieces(found.stream(min_chunk_size=_PIECE))

    async def forget(self, sha256: str) -> None:
        """Delete a content; that it is gone already is as good. Raises `StoreUnavailableError`."""
        try:
            await self._store.delete_async(_path(sha256))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StoreUnavailableError(type(error).__name__) from None

    async def older_than(self, moment: datetime) -> AsyncIterator[list[str]]:
        """Yield the hashes of contents that were last written before a moment, some at a time."""
        try:
            async for page in self._store.list():
                names = (one["path"].rpartition("/")[2] for one in page if one["last_modified"] < moment)
                yield [name for name in names if _OURS.fullmatch(name)]
        except (BaseError, OSError) as error:
            raise StoreUnavailableError(type(error).__name__) from None


def _config(settings: ContentSettings) -> "S3Config":
    """Return what is set; without keys, obstore takes those of the machine it runs on."""
    config: S3Config = {"region": settings.attachments_region}
    if settings.attachments_endpoint:
        config["endpoint"] = settings.attachments_endpoint
    if settings.attachments_access_key and settings.attachments_secret_key is not None:
        config["access_key_id"] = settings.attachments_access_key
        config["secret_access_key"] = settings.attachments_secret_key.get_secret_value()
    return config


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


async def _pieces(stream: AsyncIterator[object]) -> AsyncIterator[bytes]:
    try:
        async for piece in stream:
            yield bytes(piece)  # type: ignore[call-overload]
    except (BaseError, OSError) as error:  # it broke off in the middle
        raise StoreUnavailableError(type(error).__name__) from None


def _to_disk(file: Path) -> None:
    """Flush a file and the folders that name it: after a power cut a renamed file may otherwise be empty or gone."""
    for path in (file, file.parent, file.parent.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
