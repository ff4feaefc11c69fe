"""Puts the stand-in together."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from shared.core.times import Clock, utc_now
from shared.testing.lapor.answers import WrongError, refusal
from shared.testing.lapor.api import Api
from shared.testing.lapor.control import control
from shared.testing.lapor.held import Held
from shared.testing.lapor.masters import INSTITUTIONS, Entry, Masters
from shared.testing.lapor.pages import look
from shared.testing.lapor.payloads import mistakes
from shared.testing.lapor.quirks import Quirks
from shared.testing.lapor.timetable import Timetable

HOSTS = {
    "/lapor/3.0.0": "auth",
    "/sandbox-konsolidasi/1.0": "Authorization",
    "/integration/api/v3": "Authorization",
}
"""The three hosts' paths (production, sandbox, training), and the header in which each wants the first secret."""


def create_simulator(
    *,
    auth: str,
    token: str,
    timetable: Timetable = (),
    institutions: Mapping[int, str | Entry] = INSTITUTIONS,
    quirks: Quirks | None = None,
    clock: Clock = utc_now,
    journal: Path | None = None,
) -> FastAPI:
    """Build a stand-in that demands these secrets (`auth` with or without `Bearer`) and holds nothing yet.

    With a `journal` it holds again what that file tells, and writes down what is new.
    """
    held = Held(timetable, clock, journal, quirks=quirks, masters=Masters(institutions))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        held.close()

    app = FastAPI(title="SP4N-LAPOR! (stand-in)", openapi_url=None, lifespan=lifespan)
    app.state.held = held
    app.state.quirks = held.quirks
    api = Api(held, auth=auth, token=token)
    for prefix, auth_header in HOSTS.items():
        app.include_router(api.router(prefix, auth_header))
    app.include_router(control(held))
    app.include_router(look(held))
    app.add_exception_handler(WrongError, _wrong)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ValidationError, _invalid)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(OSError, _no_room)
    return app


async def _wrong(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WrongError)  # noqa: S101 - Starlette hands each handler its own errors
    return refusal(error)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ValidationError):
        return refusal(WrongError(422, "The given data was invalid", errors=mistakes(error)))
    return refusal(WrongError(422, "The given data was invalid"))


async def _unknown(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return refusal(WrongError(status, "Not Found" if status == 404 else "Not allowed"))  # noqa: PLR2004 - RFC 9110


async def _no_room(_request: Request, _error: Exception) -> JSONResponse:
    return refusal(WrongError(500, "The journal cannot be written; nothing was done"))
