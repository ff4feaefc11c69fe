"""The provider, asked over HTTP: discovery, keys, and a code for an id token (Authorization Code Flow with PKCE)."""

from dataclasses import dataclass
from typing import Any

import structlog
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from services.identity.oidc.identity import Identity, identity_of
from services.identity.oidc.settings import OidcSettings
from shared.core.errors import UnauthenticatedError, UnavailableError
from shared.core.times import Clock, utc_now
from shared.http.client import AsyncClient, HTTPError, Response

log = structlog.get_logger()

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures with a public key; nothing is taken from the token's header alone (RFC 8725)."""
LEEWAY_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """Where the browser goes, and what must come back with it."""

    address: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """One provider; what it says about itself is asked once per process, its keys again when one is unknown."""

    def __init__(self, settings: OidcSettings, http: AsyncClient, clock: Clock = utc_now) -> None:
        """Take the settings, a client and a clock; nothing is asked yet."""
        self._settings = settings
        self._http = http
        self._clock = clock
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None

    @property
    def on(self) -> bool:
        """Whether there is one."""
        return bool(self._settings.issuer)

    async def begin(self) -> Going:
        """Draw state, nonce and PKCE verifier. Raises `UnavailableError`."""
        metadata = await self._discover()
        state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
        address = prepare_grant_uri(
            metadata["authorization_endpoint"],
            self._settings.client_id,
            "code",
            redirect_uri=self._settings.redirect_url,
            scope=self._settings.scopes,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Going(address=address, state=state, nonce=nonce, verifier=verifier)

    async def finish(self, code: str, *, nonce: str, verifier: str) -> Identity:
        """Exchange a code. Raises `UnauthenticatedError` (`oidc_refused`) and `UnavailableError` (`oidc_away`)."""
        metadata = await self._discover()
        secret = self._settings.client_secret
        assert secret is not None  # noqa: S101 - the settings ask for it
        answer = await self._ask(
            "POST",
            metadata["token_endpoint"],
            auth=(self._settings.client_id, secret.get_secret_value()),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._settings.redirect_url,
                "code_verifier": verifier,
            },
        )
        tokens = _document(answer) if answer.is_success else {}
        if not isinstance(tokens.get("id_token"), str):
            log.warning("oidc.refused", why="no id token", status=answer.status_code)
            raise refused()
        return await self._check(tokens, nonce)

    async def _check(self, tokens: dict[str, Any], nonce: str) -> Identity:
        """Check the id token as OpenID Connect Core, section 3.1.3.7, has it."""
        settings = self._settings
        options = {
            "iss": {"essential": True, "value": settings.issuer},
            "aud": {"essential": True, "value": settings.client_id},
        }
        params = {"nonce": nonce, "client_id": settings.client_id, "access_token": tokens.get("access_token")}
        try:
            token = await self._decode(tokens["id_token"])
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now=int(self._clock().timestamp()), leeway=LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("oidc.refused", why=type(error).__name__)
            raise refused() from None
        return identity_of(claims)

    async def _decode(self, id_token: str) -> jwt.Token:
        keys = self._keys or await self._fetch_keys()
        try:
            return jwt.decode(id_token, keys, algorithms=ALGORITHMS)
        except (InvalidKeyIdError, ValueError):  # the provider may have changed its keys since
            return jwt.decode(id_token, await self._fetch_keys(), algorithms=ALGORITHMS)

    async def _fetch_keys(self) -> KeySet:
        metadata = await self._discover()
        self._keys = KeySet.import_key_set(_document(await self._ask("GET", metadata["jwks_uri"])))  # type: ignore[arg-type]
        return self._keys

    async def _discover(self) -> dict[str, Any]:
        if self._metadata is None:
            issuer = self._settings.issuer
            found = _document(await self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
            scheme = issuer.partition("://")[0]
            places = [str(found.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
            if found.get("issuer") != issuer or not all(place.startswith(f"{scheme}://") for place in places):
                log.error("oidc.misconfigured", issuer=issuer)
                raise _away()
            self._metadata = found
        return self._metadata

    async def _ask(self, method: str, address: str, **rest: Any) -> Response:
        try:
            return await self._http.request(method, address, **rest)
        except HTTPError as error:
            log.warning("oidc.away", error=type(error).__name__)
            raise _away() from None


def refused() -> UnauthenticatedError:
    """Say that the provider's word was not taken; never why, which would help only a forger."""
    return UnauthenticatedError("oidc_refused", "Masuk lewat penyedia identitas gagal; silakan mulai lagi")


def _away() -> UnavailableError:
    return UnavailableError("oidc_away", "Penyedia identitas sedang tidak dapat dihubungi; coba lagi nanti")


def _document(answer: Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not answer.is_success or not isinstance(found, dict):
        log.warning("oidc.away", status=answer.status_code)
        raise _away()
    return found
