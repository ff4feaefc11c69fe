"""Read a request's body byte for byte, and no more of it than allowed."""

from fastapi import Request


class BodyTooLargeError(Exception):
    """The body is larger than this address takes; the rest of it was not read."""


async def read_body(request: Request, limit: int) -> bytes:
    """Return the raw body of at most `limit` bytes. Raises `BodyTooLargeError`."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise BodyTooLargeError
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError
        chunks.append(chunk)
    return b"".join(chunks)
