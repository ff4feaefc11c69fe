"""Signing in through an OpenID Connect provider: there and back again."""

import base64
import hmac
from datetime import timedelta
from typing import Annotated, Any

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.fernet import InvalidToken
from fastapi import APIRouter, Cookie, Header, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.identity.issuing import Issuer
from services.identity.oidc.provider import Going, Provider, refused
from services.identity.oidc.service import OidcService
from services.identity.schemas import Session
from shared.core.errors import ForbiddenError, NotFoundError
from shared.core.times import Clock
from shared.db import Database
from shared.http.limits import RateLimit, address_of
from shared.security.vault import VaultKeys

log = structlog.get_logger()

COOKIE = "ntbcare_oidc"
_PATH = "/v1/sessions/oidc"
_LIFETIME = timedelta(minutes=10)


class Errand:
    """What a browser carries to the provider and back, closed: only who set out can come back (RFC 9700, 4.7)."""

    def __init__(self, vault: VaultKeys, clock: Clock) -> None:
        """Take what closes it, and a clock."""
        self._vault = vault
        self._clock = clock

    def give(self, answer: Response, going: Going) -> None:
        """Put it into a cookie that no script reads."""
        until = (self._clock() + _LIFETIME).timestamp()
        held = {"state": going.state, "nonce": going.nonce, "verifier": going.verifier, "until": until}
        closed = base64.urlsafe_b64encode(self._vault.close(held)).decode()
        answer.set_cookie(
            COOKIE,
            closed,
            max_age=int(_LIFETIME.total_seconds()),
            path=_PATH,
            secure=True,
            httponly=True,
            samesite="lax",
        )

    def take(self, cookie: str, state: str) -> dict[str, Any]:
        """Return it. Raises `UnauthenticatedError` for none, another's, an old one, or another state."""
        try:
            held: dict[str, Any] = self._vault.open(base64.urlsafe_b64decode(cookie))
            fresh = self._clock().timestamp() < held["until"]
            right = hmac.compare_digest(held["state"].encode(), state.encode("utf-8", "replace"))
        except (InvalidTag, InvalidToken, ValueError, KeyError, TypeError):
            raise refused() from None
        if not (fresh and right):
            raise refused()
        return held


def oidc(
    service: OidcService, provider: Provider, database: Database, issuer: Issuer, errand: Errand, limit: RateLimit
) -> APIRouter:
    """Let in whom the provider knows."""
    router = APIRouter(prefix=_PATH, tags=["sessions"])
    off: dict[int | str, dict[str, Any]] = {
        404: {"description": "`oidc_off`: no provider is set"},
        429: {"description": "Too many tries from this address"},
        503: {"description": "`oidc_away`: the provider does not answer"},
    }

    def require_on(request: Request) -> None:
        limit.require("sessions.oidc", address_of(request))
        if not provider.on:
            raise NotFoundError("oidc_off", "Masuk lewat penyedia identitas tidak diaktifkan di sini")

    @router.get("", status_code=302, response_class=RedirectResponse, summary="Go to the provider", responses=off)
    async def go(request: Request) -> Response:
        require_on(request)
        going = await provider.begin()
        answer = RedirectResponse(going.address, 302)
        errand.give(answer, going)
        return answer

    @router.get(
        "/callback",
        summary="Come back from the provider",
        responses={
            401: {"description": "`oidc_refused`: begin again"},
            403: {"description": "`oidc_unknown`: an administrator binds the account first"},
            **off,
        },
    )
    async def come_back(
        request: Request,
        response: Response,
        code: Annotated[str, Query(max_length=2000)] = "",
        state: Annotated[str, Query(max_length=200)] = "",
        cookie: Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)] = "",
        user_agent: Annotated[str, Header(include_in_schema=False)] = "",
    ) -> Session:
        require_on(request)
        held = errand.take(cookie, state)
        identity = await provider.finish(code, nonce=held["nonce"], verifier=held["verifier"])
        async with database.transaction() as tx:
            opened = await service.sign_in(tx, identity, agent=user_agent)
        if opened is None:
            log.warning("session.refused", reason="oidc")
            raise ForbiddenError("oidc_unknown", "Akun Anda belum dihubungkan; mintalah kepada administrator NTB Care")
        response.delete_cookie(COOKIE, path=_PATH, secure=True, httponly=True, samesite="lax")
        log.info("session.opened", account_id=str(opened.principal.account_id), kind="officer")
        return issuer.session(opened)

    return router
