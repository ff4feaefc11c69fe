"""Identity over HTTP: sign in, and who am I."""

from typing import Annotated

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends, Request

from services.identity.schemas import Me, Session, SignIn
from services.identity.service import IdentityService
from services.identity.tokens import sign_token
from shared.core.errors import UnauthenticatedError
from shared.core.times import utc_now
from shared.db import Database
from shared.http.limits import RateLimit, address_of
from shared.security import Principal, SignedIn

log = structlog.get_logger()


def sessions(
    service: IdentityService, database: Database, key: Ed25519PrivateKey, signed_in: SignedIn, limit: RateLimit
) -> APIRouter:
    """Let officers in."""
    router = APIRouter(prefix="/v1/sessions", tags=["sessions"])

    @router.post(
        "",
        status_code=201,
        summary="Sign in",
        responses={401: {"description": "Wrong username or password"}, 429: {"description": "Too many tries"}},
    )
    async def sign_in(given: SignIn, request: Request) -> Session:
        limit.require("sessions", address_of(request))
        async with database.transaction() as tx:
            principal = await service.sign_in(tx, given.username, given.password)
        if principal is None:
            log.warning("session.refused")
            raise UnauthenticatedError("wrong_credentials", "Nama pengguna atau kata sandi salah")
        token, expires_at = sign_token(principal, key, utc_now())
        log.info("session.opened", account_id=str(principal.account_id))
        return Session(token=token, expires_at=expires_at, role=principal.role, agencies=principal.agencies)

    @router.get("/me", summary="Who is signed in", responses={401: {"description": "Not signed in"}})
    async def me(principal: Annotated[Principal, Depends(signed_in)]) -> Me:
        async with database.transaction() as tx:
            officer = await service.me(tx, principal)
        return Me(
            username=officer.username,
            display_name=officer.display_name,
            role=principal.role,
            agencies=principal.agencies,
        )

    return router
