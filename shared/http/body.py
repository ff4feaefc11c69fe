"""Read a request's body byte for byte, no more of it than allowed, and not for ever."""

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

_PATIENCE_S = 30.0
"""Between two pieces of a body: a slow line is welcome, a silent one gives its place to others."""
_MOST_DIGITS = 18


class BodyTooLargeError(Exception):
    """The body is larger than this address takes; the rest of it was not read."""


class BodyIncompleteError(Exception):
    """The caller hung up or fell silent before the body was complete."""


async def read_body(request: Request, limit: int, *, patience_s: float = _PATIENCE_S) -> bytes:
    """Return the raw body of at most `limit` bytes. Raises `BodyTooLargeError` or `BodyIncompleteError`."""
    if _declares_more(request.headers.get("content-length", ""), limit):
        raise BodyTooLargeError
    chunks: list[bytes] = []
    size = 0
    stream = request.stream()
    try:
        while True:
            async with asyncio.timeout(patience_s):
                chunk = await anext(stream)
            size += len(chunk)
            if size > limit:
                raise BodyTooLargeError
            chunks.append(chunk)
    except StopAsyncIteration:
        return b"".join(chunks)
    except (ClientDisconnect, TimeoutError):
        raise BodyIncompleteError from None


def _declares_more(declared: str, limit: int) -> bool:
    digits = declared.lstrip("0") or "0"
    return digits.isdecimal() and (len(digits) > _MOST_DIGITS or int(digits) > limit)
