"""Sessions over HTTP: sign in, stay, end; and who am I."""

from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Request, Response

from services.identity.issuing import Issuer, refusal
from services.identity.machines.service import MachineService
from services.identity.proving import PROVED, Proof
from services.identity.schemas import (
    Access,
    Me,
    NewPassword,
    OpenSession,
    OpenSessions,
    Refresh,
    ServiceSignIn,
    Session,
    SignIn,
)
from services.identity.sessions.service import MustEnrol, SessionService
from shared.core.errors import UnauthenticatedError
from shared.db import Database
from shared.http.limits import RateLimit, address_of
from shared.security import Principal, SignedIn

log = structlog.get_logger()

_UNKNOWN: dict[int | str, dict[str, Any]] = {401: {"description": "Not signed in, or no longer"}}
_MANY: dict[int | str, dict[str, Any]] = {429: {"description": "Too many tries from this address"}}


def signing_in(
    service: SessionService, machines: MachineService, database: Database, issuer: Issuer, limit: RateLimit
) -> APIRouter:
    """Let officers and machines in."""
    router = APIRouter(prefix="/v1/sessions", tags=["sessions"])

    @router.post(
        "",
        status_code=201,
        summary="Sign in",
        responses={
            401: {
                "description": "`wrong_credentials`: username, password or code is wrong. `code_required`: the same "
                "once more, with a one-time code"
            },
            403: {
                "description": "`totp_enrolment_required`: this role needs a one-time code. `enrolment_token` in the "
                "answer opens /v1/sessions/totp and nothing else"
            },
            **_MANY,
        },
    )
    async def sign_in(
        given: SignIn, request: Request, user_agent: Annotated[str, Header(include_in_schema=False)] = ""
    ) -> Session:
        address = address_of(request)
        limit.require("sessions", address)
        async with database.transaction() as tx:
            outcome = await service.sign_in(
                tx, given.username, given.password, given.code, address=address, agent=user_agent
            )
        if isinstance(outcome, MustEnrol):
            raise issuer.must_enrol(outcome)
        if isinstance(outcome, Proof):
            log.warning("session.refused", reason=outcome.value)
            raise refusal(outcome)
        _log_opened(outcome.principal)
        return issuer.session(outcome)

    @router.post(
        "/refresh",
        summary="Renew a session",
        responses={401: {"description": "`session_over`: it ended, or `refresh` was used before"}, **_MANY},
    )
    async def refresh(given: Refresh, request: Request) -> Session:
        limit.require("sessions.refresh", address_of(request))
        async with database.transaction() as tx:
            opened = await service.refresh(tx, given.refresh)
        if opened is None:
            log.warning("session.not_renewed")
            raise UnauthenticatedError("session_over", "Sesi Anda sudah berakhir; silakan masuk lagi")
        return issuer.session(opened)

    @router.post(
        "/service",
        status_code=201,
        summary="A machine signs in with its service token",
        responses={401: {"description": "`wrong_service_token`: unknown, run out or revoked"}, **_MANY},
    )
    async def sign_in_machine(given: ServiceSignIn, request: Request) -> Access:
        limit.require("sessions.service", address_of(request))
        async with database.transaction() as tx:
            principal = await machines.sign_in(tx, given.token)
        if principal is None:
            log.warning("session.refused", reason="service token")
            raise UnauthenticatedError("wrong_service_token", "Token layanan tidak dikenal, habis, atau dicabut")
        _log_opened(principal)
        return issuer.access(principal)

    return router


def own_sessions(service: SessionService, database: Database, signed_in: SignedIn, limit: RateLimit) -> APIRouter:
    """Let whoever is signed in see and end their sessions, and change their password."""
    router = APIRouter(prefix="/v1/sessions", tags=["sessions"])
    caller = Depends(signed_in)

    @router.get("/me", summary="Who is signed in", responses=_UNKNOWN)
    async def me(principal: Annotated[Principal, caller]) -> Me:
        async with database.transaction() as tx:
            officer = await service.me(tx, principal)
        return Me(
            username=officer.username,
            display_name=officer.display_name,
            email=officer.email,
            kind=principal.kind,
            role=principal.role,
            agencies=principal.agencies,
            regions=principal.regions,
        )

    @router.get("", summary="Where one is signed in", responses=_UNKNOWN)
    async def show(principal: Annotated[Principal, caller]) -> OpenSessions:
        async with database.transaction() as tx:
            rows = await service.mine(tx, principal)
        return OpenSessions(
            sessions=[
                OpenSession(
                    id=row.id,
                    current=row.id == principal.session_id,
                    method=row.method,
                    agent=row.agent,
                    opened_at=row.opened_at,
                    seen_at=row.seen_at,
                    ends_at=row.ends_at,
                )
                for row in rows
            ]
        )

    gone = _UNKNOWN | {404: {"description": "No such session of the caller's, or it has ended"}}

    @router.delete("/current", status_code=204, summary="Sign out", responses=gone)
    async def sign_out(principal: Annotated[Principal, caller]) -> Response:
        return await end(principal, None)

    @router.delete("/{session_id}", status_code=204, summary="End one of one's sessions", responses=gone)
    async def end_one(session_id: UUID, principal: Annotated[Principal, caller]) -> Response:
        return await end(principal, session_id)

    async def end(principal: Principal, session_id: UUID | None) -> Response:
        async with database.transaction() as tx:
            await service.end(tx, principal, session_id)
        log.info("session.ended", account_id=str(principal.account_id))
        return Response(status_code=204)

    @router.put(
        "/password",
        status_code=204,
        summary="Change one's password; one's other sessions end",
        responses={
            400: {"description": "`bad_password`: too short or too long"},
            401: {"description": "Not signed in; or `wrong_credentials`, `code_required`"},
            403: {"description": "A machine has no password"},
            **_MANY,
        },
    )
    async def change_password(
        given: NewPassword, request: Request, principal: Annotated[Principal, caller]
    ) -> Response:
        address = address_of(request)
        limit.require("sessions", address)
        async with database.transaction() as tx:
            proof = await service.change_password(
                tx, principal, old=given.old, new=given.new, code=given.code, address=address
            )
        if proof not in PROVED:
            raise refusal(proof)
        log.info("password.changed", account_id=str(principal.account_id))
        return Response(status_code=204)

    return router


def _log_opened(principal: Principal) -> None:
    log.info("session.opened", account_id=str(principal.account_id), kind=principal.kind)
