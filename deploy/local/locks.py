"""One starter per state folder."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

import psutil

from deploy.local.processes import ServerError


class FolderInUseError(ServerError):
    """Another process, named in the text, runs the server of this folder."""


class FolderLock:
    """An advisory lock on a folder, held by its open file: the kernel frees it when the holder dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock, or raise `FolderInUseError`; harmless when this object holds it already."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode().strip()
            os.close(descriptor)
            raise FolderInUseError(
                f"{self._folder} is in use by {_describe(holder)}. Stop that one first, or use another folder."
            ) from None
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _describe(holder: str) -> str:
    if not holder.isdigit():
        return "another process that is just starting"
    with suppress(psutil.Error):
        return f"process {holder} ({' '.join(psutil.Process(int(holder)).cmdline())})"
    return f"process {holder}"
