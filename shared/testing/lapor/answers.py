"""How the stand-in answers: LAPOR!'s envelope, its pages, and the ways in which an answer goes missing."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

Entry = TypeVar("Entry")

_MOST_ENTRIES = 1000
_PAGING = (("page", 1), ("page_size", 10))
_LONGEST_NUMBER = 18


class WrongError(Exception):
    """A request that is not taken; answered in the envelope."""

    def __init__(self, status: int, message: str, *, headers: dict[str, str] | None = None, **results: object) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers
        self.results = results


def envelope(results: Any = None, *, message: str = "Success", status: bool = True, **root: Any) -> dict[str, Any]:
    """Wrap an answer as LAPOR! does; `root` stands beside the envelope's own names."""
    return {"status": status, "message": message, "results": {} if results is None else results, **root}


def refusal(error: WrongError) -> JSONResponse:
    """Answer what is not taken."""
    document = envelope(error.results, message=error.message, status=False)
    return JSONResponse(document, status_code=error.status, headers=error.headers)


class CutAnswer(Response):
    """Begins an answer and never ends it: the server then closes the connection."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Promise more than is sent."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"status": true, ', "more_body": True})


def broken() -> Response:
    """Answer with a body that is whole for HTTP and no JSON."""
    return Response('{"status": true, "results": {"data": [', media_type="application/json")


def error_page() -> Response:
    """Answer as a wall in front of LAPOR! does: a page for people, and a 200."""
    return HTMLResponse("<!doctype html><html><title>Request Rejected</title><body>The requested URL was rejected.")


def page_of(
    request: Request, entries: Sequence[Entry], show: Callable[[Entry], dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the page of a list that was asked for; `show` writes an entry of it."""
    try:
        page, size = (int(request.query_params.get(name, default)) for name, default in _PAGING)
    except ValueError:
        raise WrongError(422, "page and page_size are numbers") from None
    if page < 1 or not 1 <= size <= _MOST_ENTRIES:
        raise WrongError(422, f"page from 1; page_size from 1 to {_MOST_ENTRIES}")
    chosen = entries[(page - 1) * size : page * size]
    url = str(request.url.include_query_params(page=page + 1)) if page * size < len(entries) else None
    data = [show(entry) for entry in chosen] if show else list(chosen)
    return {"data": data, "current_page": page, "next_page_url": url}


def as_object(entries: list[Any], **beside: Any) -> dict[str, Any]:
    """Write a list as an object with numbers for names, as PHP does when a number is missing."""
    return {str(place): entry for place, entry in enumerate(entries)} | beside


def number_in(text: str) -> int | None:
    """Read a complaint's number in an address; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None
