"""Errors that know their remedy.

ProblemError            an HTTP answer, rendered once, in the gateway, as RFC 9457 problem+json
├── NotFoundError 404  ├── ForbiddenError 403  ├── ConflictError 409  ├── StaleError 412
├── UnauthenticatedError 401  ├── GoneError 410  └── UnavailableError 503
ExplainedError          an operator's command that cannot go on, with what to do next; shown without a trace
RejectError             a consumer's "never try this again": the event is parked with this reason
"""

import traceback
from collections.abc import Mapping
from typing import ClassVar


class ProblemError(Exception):
    """A request that cannot be done, with what the caller can do about it (RFC 9457).

    `code` is a stable snake_case name for machines and metrics; `title` says what to do; `detail` is about this very
    request and holds no personal data.
    """

    status: ClassVar[int] = 400
    headers: ClassVar[Mapping[str, str]] = {}
    """What the answer says beside its document."""

    def __init__(self, code: str, title: str, detail: str | None = None, **extensions: object) -> None:
        """Keep the words; `extensions` become members of the problem document."""
        super().__init__(title if detail is None else f"{title} ({detail})")
        self.code = code
        self.title = title
        self.detail = detail
        self.extensions = extensions


class UnauthenticatedError(ProblemError):
    """No token, or not a valid one."""

    status = 401


class ForbiddenError(ProblemError):
    """A valid token that does not reach this far."""

    status = 403


class NotFoundError(ProblemError):
    """No such thing, or none that the caller may know of."""

    status = 404


class ConflictError(ProblemError):
    """The thing is in a state that does not allow this."""

    status = 409


class GoneError(ProblemError):
    """It was here, and is not any more."""

    status = 410


class StaleError(ProblemError):
    """Somebody changed the thing since the caller read it (If-Match failed)."""

    status = 412


class PreconditionRequiredError(ProblemError):
    """The request must carry If-Match."""

    status = 428


class TooManyRequestsError(ProblemError):
    """Slow down."""

    status = 429


class UnavailableError(ProblemError):
    """Something that we stand on is away; the same request can succeed later."""

    status = 503


class ExplainedError(Exception):
    """Something that an operator can mend. The text says what to do and holds no secret."""


class RejectError(Exception):
    """Raised by a consumer's handler when trying again cannot help: park the event at once with this reason."""


def whereabouts(error: BaseException) -> dict[str, str | int]:
    """Return an error's class and place for the log: never its text, which may quote personal data."""
    found: dict[str, str | int] = {"error": type(error).__name__}
    for frame, line in traceback.walk_tb(error.__traceback__):
        found |= {"file": frame.f_code.co_filename, "line": line}
    return found
