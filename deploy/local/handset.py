"""A citizen's phone and its operator, played by kannel-extras' `fakesmsc` (the protocol: its usage text).

Some of its habits are met here. It reads stdin through a buffer that its `select` does not see, so that a second line
would wait for a third: `stdbuf` takes the buffer away. It reads 255 bytes at a time and drops a piece of one byte. It
can neither send UCS-2 in parts nor say that the parts it got are UCS-2. It looks for what arrived once a second.
"""

import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote_from_bytes, unquote_to_bytes

from deploy.local.kannel import HOST, Kannel, program
from deploy.local.processes import POLL_SECONDS, Child, ServerError

_READ = 255
_START_SECONDS = 10
_ARRIVED = re.compile(r"Got message \d+: <(\S+) (\S+) (?:udh (\S+) )?(text|data|ucs-2) (.*)>$", re.MULTILINE)
_LINKED = b"\x05\x00\x03"
"""The user data header of one of several parts: then come reference, total and number (3GPP TS 23.040, 9.2.3.24.1)."""
_SINGLE = 160
_PART = 153


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that reached the handset, whole: its parts are joined."""

    sender: str
    receiver: str
    text: str


class Handset:
    """Writes to Kannel as citizens do and keeps what arrives in `<folder>/handset.log`. One at a time per Kannel."""

    def __init__(self, kannel: Kannel) -> None:
        self._kannel = kannel
        self._child = Child("handset", kannel.folder)
        self._stdin: int | None = None
        self._reference = 0

    @property
    def running(self) -> bool:
        """Whether fakesmsc lives; it ends when bearerbox does."""
        return self._child.running

    def start(self) -> Self:
        """Connect to Kannel's fake operator."""
        reading, self._stdin = os.pipe()
        port = str(self._kannel.ports.fake_operator)
        command = ["stdbuf", "-i0", program("fakesmsc") or "fakesmsc", "-v", "0", "-H", HOST, "-r", port, "-i", "0"]
        try:
            self._child.start(command, stdin=reading)
        finally:
            os.close(reading)
        self._child.wait_until(self._connected, timeout=_START_SECONDS)
        return self

    def stop(self) -> None:
        """End it. Harmless when it is not running."""
        self._child.kill()
        if self._stdin is not None:
            os.close(self._stdin)
            self._stdin = None

    def send(self, sender: str, receiver: str, text: str, *, order: Sequence[int] | None = None) -> int:
        """Send a message as a phone does: a long one in parts, in that `order` (from 0); return how many they are.

        A part that `order` leaves out is never sent. What needs UCS-2 goes in one piece however long it is, as from an
        operator who joins the parts.
        """
        parts = self._parts(text)
        for number in range(len(parts)) if order is None else order:
            self._write(f"{sender} {receiver} {parts[number]}")
        return len(parts)

    def received(self) -> list[Arrived]:
        """Return what has arrived since the first start in this folder, without messages of which parts miss."""
        return list(_whole_messages(self._child.log))

    def wait_for(self, count: int, *, timeout: float = 10) -> list[Arrived]:
        """Wait until so many messages have arrived; raises `ServerError` after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while len(arrived := self.received()) < count:
            if time.monotonic() > deadline:
                raise ServerError(f"Only {len(arrived)} of {count} messages reached the handset.")
            time.sleep(POLL_SECONDS)
        return arrived

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _connected(self) -> bool:
        status = self._kannel.status()
        return status is not None and status.operators > 0

    def _parts(self, text: str) -> list[str]:
        if not (text.isascii() and text.isprintable()):
            return [f"ucs2 {quote_from_bytes(text.encode('utf-16-be'))}"]
        if len(text) <= _SINGLE:
            return [f"text {text}"]
        pieces = [text[start : start + _PART] for start in range(0, len(text), _PART)]
        self._reference = (self._reference + 1) % 256
        headers = (_LINKED + bytes([self._reference, len(pieces), number]) for number in range(1, len(pieces) + 1))
        return [f"udh-text {quote_from_bytes(header)} {piece}" for header, piece in zip(headers, pieces, strict=True)]

    def _write(self, line: str) -> None:
        if self._stdin is None or not self.running:
            raise ServerError("The handset is not connected: start it (again) after Kannel.")
        ending = b"\r\n" if len(line) % _READ == 0 else b"\n"
        os.write(self._stdin, line.encode("ascii") + ending)


def _whole_messages(log: Path) -> Iterator[Arrived]:
    """Read the log; of linked parts the last one completes the message."""
    waiting: dict[tuple[str, str, int], dict[int, bytes]] = {}
    for sender, receiver, header, alphabet, words in _ARRIVED.findall(log.read_text(encoding="utf-8")):
        raw = words.encode() if alphabet == "text" else unquote_to_bytes(words.replace("+", " "))
        if header:
            *_, reference, total, number = unquote_to_bytes(header.replace("+", " "))
            parts = waiting.setdefault((sender, receiver, reference), {})
            parts[number] = raw
            if len(parts) < total:
                continue
            raw = b"".join(parts[number] for number in sorted(waiting.pop((sender, receiver, reference))))
        charset = "utf-16-be" if alphabet == "ucs-2" or b"\0" in raw else "utf-8"
        yield Arrived(sender=sender, receiver=receiver, text=raw.decode(charset))
