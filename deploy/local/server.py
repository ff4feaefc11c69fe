"""What every server that we start on this machine has: one folder, one starter, and an end with its `with`."""

from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.locks import FolderLock


class Server(ABC):
    """A server whose whole state is `folder`. Raises `ServerError` (`FolderInUseError` for a second starter)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._lock = FolderLock(self.folder)

    @property
    @abstractmethod
    def running(self) -> bool:
        """Whether its process lives; `start` says when it answers."""

    def start(self) -> Self:
        """Start what does not run, and return when it answers; what an earlier, killed run left behind is stopped."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.acquire()
        try:
            self._begin()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Ask it to end, then give the folder free. Harmless when it is not running."""
        self._end()
        self._lock.release()

    @abstractmethod
    def kill(self) -> None:
        """SIGKILL, as a crash; `start` brings it back on the same port."""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def _begin(self) -> None: ...

    @abstractmethod
    def _end(self) -> None: ...
