"""Read a request's body byte for byte, no more of it than allowed, and not for ever."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

_PATIENCE_S = 30.0
"""Between two pieces of a body: a slow line is welcome, a silent one gives its place to others."""
_MOST_DIGITS = 18
_FREE = 256 * 1024
"""Bytes of each body that nobody counts: words always find room, however many photos are under way."""


class BodyTooLargeError(Exception):
    """The body is larger than this address takes; the rest of it was not read."""


class BodyIncompleteError(Exception):
    """The caller hung up or fell silent before the body was complete."""


class NoRoomError(Exception):
    """So many large bodies are in memory that one more could end the process."""


class Memory:
    """What large bodies may take of one process's memory together."""

    def __init__(self, most: int) -> None:
        """`most` in bytes."""
        self._left = most

    @contextmanager
    def share(self) -> "Iterator[Share]":
        """Count one request's body for as long as the block lasts: until it is answered."""
        share = Share(self)
        try:
            yield share
        finally:
            self._left += share.taken

    def take(self, size: int) -> bool:
        """Take so many bytes if there are so many left."""
        if size > self._left:
            return False
        self._left -= size
        return True


class Share:
    """One body's part of it."""

    def __init__(self, memory: Memory) -> None:
        """Nothing is taken yet."""
        self._memory = memory
        self.taken = 0

    def grow(self, size: int) -> None:
        """Say how large the body is by now; raises `NoRoomError`."""
        more = size - _FREE - self.taken
        if more > 0:
            if not self._memory.take(more):
                raise NoRoomError
            self.taken += more


async def read_body(
    request: Request, limit: int, *, share: Share | None = None, patience_s: float = _PATIENCE_S
) -> bytes:
    """Return the raw body of at most `limit` bytes.

    Raises `BodyTooLargeError`, `BodyIncompleteError`, or `NoRoomError` where it is counted as a `share`.
    """
    if _declares_more(request.headers.get("content-length", ""), limit):
        raise BodyTooLargeError
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(patience_s) as patience:
            while True:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise BodyIncompleteError
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > limit:
                    raise BodyTooLargeError
                if share is not None:
                    share.grow(size)
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
                patience.reschedule(asyncio.get_running_loop().time() + patience_s)
    except TimeoutError:
        raise BodyIncompleteError from None


def _declares_more(declared: str, limit: int) -> bool:
    digits = declared.lstrip("0") or "0"
    return digits.isdecimal() and (len(digits) > _MOST_DIGITS or int(digits) > limit)
