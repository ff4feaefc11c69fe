"""The manners of every request: an id, a name in the log, security headers, and no exception that escapes."""

import re
import time
from collections.abc import Sequence

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import unexpected
from shared.core.ids import new_id

log = structlog.get_logger()

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
)
_LARGEST_BODY = 64 * 1024
"""Bytes; the doors have limits of their own."""
_QUIET = ("/health", "/metrics")


class Manners:
    """Pure ASGI, so that bodies pass through byte for byte."""

    def __init__(self, app: ASGIApp, own_bodies: Sequence[str] = ()) -> None:
        """Wrap the application. `own_bodies`: what paths (routes' templates) begin with that limit their bodies."""
        self.app = app
        self._own_bodies = re.compile("|".join(map(_pattern, own_bodies)) or "(?!)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = str(new_id())
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                there = {name for name, _ in headers}
                headers += [(name, value) for name, value in _HEADERS if name not in there]
                message = {**message, "headers": [*headers, (b"x-request-id", request_id.encode())]}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, self._limited(scope, receive), send_with_headers)
            except Exception as error:  # noqa: BLE001 - the last resort
                answer = await unexpected(Request(scope), error)
                if not status:
                    await answer(scope, receive, send_with_headers)
            finally:
                self._log(scope, status, time.perf_counter() - started)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """Stop reading a body that is larger than any command of an officer: it would be held in memory whole."""
        left = _LARGEST_BODY

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        return receive if self._own_bodies.match(scope["path"]) else limited

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        """Log the route's template, not the path: a path may hold a token or a ticket."""
        if scope["path"].startswith(_QUIET):
            return
        route = scope.get("route")
        template = getattr(route, "path", "unmatched")
        log.info("request", method=scope["method"], route=template, status=status, ms=round(seconds * 1000, 1))


def _pattern(template: str) -> str:
    """Return what the paths of a route's template begin with."""
    return "[^/]+".join(map(re.escape, re.split(r"\{\w+\}", template)))
