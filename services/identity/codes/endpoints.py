"""Enrolling an authenticator over HTTP."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request

from services.identity.codes.service import CodeService
from services.identity.issuing import refusal
from services.identity.proving import Proof
from services.identity.schemas import Confirm, Enrol, Enrolment, RecoveryCodes
from shared.db import Database
from shared.http.limits import RateLimit, address_of
from shared.security import Principal, SignedIn

log = structlog.get_logger()


def enrolling(service: CodeService, database: Database, signed_in: SignedIn, limit: RateLimit) -> APIRouter:
    """Let officers enrol; `signed_in` takes enrolment tokens too."""
    router = APIRouter(prefix="/v1/sessions/totp", tags=["sessions"])
    caller = Depends(signed_in)

    @router.post(
        "",
        status_code=201,
        summary="Begin to enrol an authenticator app",
        responses={
            401: {"description": "Not signed in; or `wrong_credentials`, `code_required`"},
            403: {"description": "A machine has none"},
            429: {"description": "Too many tries from this address"},
        },
    )
    async def propose(given: Enrol, request: Request, principal: Annotated[Principal, caller]) -> Enrolment:
        address = address_of(request)
        limit.require("sessions", address)
        async with database.transaction() as tx:
            proposal = await service.propose(tx, principal, password=given.password, code=given.code, address=address)
        if isinstance(proposal, Proof):
            raise refusal(proposal)
        return Enrolment(secret=proposal.key, uri=proposal.address)

    @router.post(
        "/confirm",
        summary="Confirm it with its first code; the answer holds ten recovery codes",
        responses={
            401: {"description": "Not signed in"},
            403: {"description": "`wrong_code`"},
            409: {"description": "`nothing_to_confirm`: begin first"},
            429: {"description": "Too many tries from this address"},
        },
    )
    async def confirm(given: Confirm, request: Request, principal: Annotated[Principal, caller]) -> RecoveryCodes:
        limit.require("sessions", address_of(request))
        async with database.transaction() as tx:
            papers = await service.confirm(tx, principal, given.code)
        log.info("codes.enrolled", account_id=str(principal.account_id))
        return RecoveryCodes(recovery_codes=papers)

    return router
