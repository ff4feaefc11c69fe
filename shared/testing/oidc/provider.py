"""Discovery, authorisation, token and keys, as OpenID Connect Core 1.0 and RFC 7636 have them.

It asks for what a well-behaved client sends (state, nonce, PKCE with S256, client authentication, each code once) and
answers with RS256. Its one user signs in by looking at it.
"""

import base64
import secrets
import time
from enum import Enum
from typing import Annotated, Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import APIRouter, FastAPI, Form, Header, Query
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

_LIFETIME_S = 300


class Fault(Enum):
    """What is wrong with the next id tokens."""

    WRONG_NONCE = "the nonce of another sign-in"
    NO_NONCE = "no nonce"
    WRONG_AUDIENCE = "for another client"
    OTHERS_TOO = "for two clients, and not said which one asked"
    WRONG_ISSUER = "from another realm"
    EXPIRED = "run out"
    WRONG_KEY = "signed by a key that is not published"
    STRANGE_KEY_ID = "signed by a key under a name that is not published"
    HMAC = "signed with the client's secret (HS256)"
    UNSIGNED = "not signed (alg none)"
    WRONG_HASH = "for another access token"
    NOTHING = "no id token at all"
    ERROR = "the code is refused"


class StandIn:
    """One realm with one client and one user; `app` answers for it."""

    def __init__(self, issuer: str, *, client_id: str, client_secret: str, redirect_url: str) -> None:
        """Make the realm; `user` holds the claims of who signs in next."""
        self.issuer = issuer
        self.user: dict[str, Any] = {"sub": "f3b1"}
        self.fault: Fault | None = None
        self._client = (client_id, client_secret)
        self._redirect_url = redirect_url
        self._key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self._codes: dict[str, dict[str, str]] = {}
        self.app = FastAPI(title="OpenID Connect (stand-in)", openapi_url=None)
        self.app.include_router(self._router(), prefix=f"/{issuer.split('/', 3)[3]}")

    def change_keys(self) -> None:
        """Sign with another published key from now on."""
        self._key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})

    def _router(self) -> APIRouter:
        router = APIRouter()

        @router.get("/.well-known/openid-configuration")
        async def discovery() -> dict[str, Any]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/certs",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }

        @router.get("/certs")
        async def keys() -> dict[str, Any]:
            return {"keys": [self._key.as_dict(private=False)]}

        @router.get("/auth")
        async def authorise(
            response_type: str,
            client_id: str,
            redirect_uri: str,
            scope: str,
            state: Annotated[str, Query(min_length=16)],
            nonce: Annotated[str, Query(min_length=16)],
            code_challenge: Annotated[str, Query(min_length=43, max_length=43)],
            code_challenge_method: str,
        ) -> Response:
            asked = (response_type, client_id, redirect_uri, code_challenge_method)
            if asked != ("code", self._client[0], self._redirect_url, "S256") or "openid" not in scope.split():
                return JSONResponse({"error": "invalid_request"}, 400)
            code = secrets.token_urlsafe(16)
            self._codes[code] = {"nonce": nonce, "challenge": code_challenge}
            return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", 302)

        @router.post("/token")
        async def exchange(
            grant_type: Annotated[str, Form()],
            code: Annotated[str, Form()],
            redirect_uri: Annotated[str, Form()],
            code_verifier: Annotated[str, Form(min_length=43, max_length=128)],
            authorization: Annotated[str, Header()] = "",
        ) -> Response:
            if authorization != f"Basic {base64.b64encode(':'.join(self._client).encode()).decode()}":
                return JSONResponse({"error": "invalid_client"}, 401)
            given = self._codes.pop(code, None)
            right = (grant_type, redirect_uri) == ("authorization_code", self._redirect_url)
            proved = given is not None and create_s256_code_challenge(code_verifier) == given["challenge"]
            if given is None or not (right and proved) or self.fault is Fault.ERROR:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse(self._tokens(given["nonce"]))

        return router

    def _tokens(self, nonce: str) -> dict[str, Any]:
        access = secrets.token_urlsafe(16)
        tokens = {"access_token": access, "token_type": "Bearer", "expires_in": _LIFETIME_S}
        if self.fault is not Fault.NOTHING:
            tokens["id_token"] = self._sign(self._claims(nonce))
        return tokens

    def _claims(self, nonce: str) -> dict[str, Any]:
        now = int(time.time())
        wrong: dict[Fault | None, dict[str, Any]] = {
            Fault.WRONG_NONCE: {"nonce": "another sign-in's"},
            Fault.NO_NONCE: {"nonce": None},
            Fault.WRONG_AUDIENCE: {"aud": "another-client"},
            Fault.OTHERS_TOO: {"aud": [self._client[0], "another-client"]},
            Fault.WRONG_ISSUER: {"iss": f"{self.issuer}-not"},
            Fault.EXPIRED: {"iat": now - 2 * _LIFETIME_S, "exp": now - _LIFETIME_S},
            Fault.WRONG_HASH: {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        }
        claims = {"iss": self.issuer, "aud": self._client[0], "iat": now, "exp": now + _LIFETIME_S, "nonce": nonce}
        claims |= self.user | wrong.get(self.fault, {})
        return {name: value for name, value in claims.items() if value is not None}

    def _sign(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": self._key.kid}
        match self.fault:
            case Fault.WRONG_KEY:
                return jwt.encode(header, claims, RSAKey.generate_key(2048))
            case Fault.STRANGE_KEY_ID:
                return jwt.encode(header | {"kid": "nobody's"}, claims, RSAKey.generate_key(2048))
            case Fault.HMAC:
                return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self._client[1]))
            case Fault.UNSIGNED:
                none = {"alg": "none"}
                return jwt.encode(none, claims, OctKey.import_key(b"x" * 16), algorithms=["none"])
            case _:
                return jwt.encode(header, claims, self._key)
