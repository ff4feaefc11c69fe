"""How the stand-in answers: LAPOR!'s envelope, and the ways in which an answer goes missing."""

from typing import Any

from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send


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


def as_object(entries: list[Any], **beside: Any) -> dict[str, Any]:
    """Write a list as an object with numbers for names, as PHP does when a number is missing."""
    return {str(place): entry for place, entry in enumerate(entries)} | beside
