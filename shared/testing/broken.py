"""A lost answer, for any stand-in."""

from fastapi import Response
from starlette.types import Receive, Scope, Send


class BrokenAnswer(Response):
    """An answer that never arrives whole: the server hangs up in the middle of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send a piece of it."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
