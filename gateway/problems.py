"""Errors as RFC 9457 problem+json, rendered in this one place."""

from collections.abc import Sequence

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.core.errors import ProblemError, whereabouts
from shared.core.text import clean_text
from shared.db import is_unavailable
from shared.telemetry import metrics

log = structlog.get_logger()

_RETRY_AFTER_S = "5"

NOT_FOUND = ("not_found", "Alamat ini tidak ditemukan")
"""Code and title of an address that is none, or that the caller shall take for none."""
_TITLES = {
    404: NOT_FOUND,
    413: ("body_too_large", "Kiriman terlalu besar"),
    405: ("method_not_allowed", "Metode HTTP ini tidak didukung di alamat ini"),
}


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, unexpected)


def _document(status: int, code: str, title: str, detail: str | None = None, **more: object) -> JSONResponse:
    metrics.PROBLEMS.labels(code=code).inc()
    body = {"type": f"urn:ntbcare:problem:{code}", "title": title, "status": status, "code": code, **more}
    if detail is not None:
        body["detail"] = detail
    return JSONResponse(body, status, media_type="application/problem+json")


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class only
    response = _document(error.status, error.code, error.title, error.detail, **error.extensions)
    response.headers.update(error.headers)
    if error.status == 401:  # noqa: PLR2004
        response.headers["www-authenticate"] = "Bearer"
    if error.status == 429:  # noqa: PLR2004
        response.headers["retry-after"] = _RETRY_AFTER_S
    return response


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = [{"pointer": _pointer(fault["loc"][1:]), "detail": clean_text(fault["msg"])} for fault in error.errors()]
    return _document(422, "invalid_request", "Periksa kembali isian berikut", errors=faults)


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    code, title = _TITLES.get(error.status_code, ("http_error", str(error.detail)))
    response = _document(error.status_code, code, title)
    response.headers.update(error.headers or {})
    return response


def _pointer(names: Sequence[object]) -> str:
    """Return a JSON pointer as a URI fragment would hold it (RFC 6901); names that JSON allows may not be UTF-8."""
    return clean_text("#" + "".join(f"/{str(name).replace('~', '~0').replace('/', '~1')}" for name in names))


async def unexpected(_request: Request, error: Exception) -> Response:
    """Say that it is our fault, and nothing of the error."""
    if is_unavailable(error):
        response = _document(503, "unavailable", "Layanan sedang terganggu; coba lagi sebentar lagi")
        response.headers["retry-after"] = _RETRY_AFTER_S
        return response
    log.error("request.failed", **whereabouts(error))
    return _document(500, "internal_error", "Ada kesalahan di pihak kami; sudah kami catat")
