"""Sign a token. No other service can: they hold the public key only."""

from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.security import Principal
from shared.security.tokens import ALGORITHM, AUDIENCE, ISSUER

LIFETIME = timedelta(minutes=10)
"""How long a token outlives the end of its session at most (docs/decisions/0028)."""


def sign_token(
    principal: Principal,
    key: Ed25519PrivateKey,
    now: datetime,
    *,
    lifetime: timedelta = LIFETIME,
    audience: str = AUDIENCE,
) -> tuple[str, datetime]:
    """Return a token and when it ends (UTC, whole seconds)."""
    issued_at = now.replace(microsecond=0)
    expires_at = issued_at + lifetime
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": audience,
        "sub": str(principal.account_id),
        "role": principal.role.value,
        "agencies": list(principal.agencies),
        "regions": list(principal.regions),
        "kind": principal.kind,
        "iat": issued_at,
        "exp": expires_at,
    }
    if principal.session_id is not None:
        claims["sid"] = str(principal.session_id)
    return jwt.encode(claims, key, ALGORITHM), expires_at
