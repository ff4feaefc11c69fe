"""What happened, a line for each thing, in a file that outlives the process however that ends."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)


class JournalError(Exception):
    """A journal that somebody else wrote into."""


class Journal:
    """A file, open as long as the stand-in runs. A line is whole in it before anybody is answered."""

    def __init__(self, path: Path) -> None:
        """Open it; make it, if there is none."""
        self._path = path
        self._file = path.open("a+b", buffering=0)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Read what is there. A last line that is not whole was never answered: it is cut off, with a warning."""
        whole = 0
        size = self._path.stat().st_size
        with self._path.open("rb") as file:
            for place, raw in enumerate(file, 1):
                line = _read(raw)
                if line is None and whole + len(raw) < size:
                    raise JournalError(f"{self._path}: line {place} is none of a stand-in's")
                if line is None:
                    _log.warning("%s: line %d is torn; nobody was answered for it, it is left out", self._path, place)
                    self._file.truncate(whole)
                    return
                whole += len(raw)
                yield line

    def write(self, line: dict[str, Any]) -> None:
        """Add a line; when that fails (a full disk), no piece of it stays."""
        raw = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        end = self._path.stat().st_size
        written = 0
        try:
            written = self._file.write(raw)
        finally:
            if written != len(raw):
                self._file.truncate(end)
        if written != len(raw):
            raise OSError(f"{self._path}: no room for a line")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _read(raw: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(raw) if raw.endswith(b"\n") else None
    except ValueError:
        return None
    return line if isinstance(line, dict) and {"what", "at", "after"} <= line.keys() else None
