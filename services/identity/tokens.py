"""Sign a token. No other service can: they hold the public key only."""

from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.security import Principal
from shared.security.tokens import ALGORITHM, AUDIENCE, ISSUER

LIFETIME = timedelta(hours=8)
"""An office day."""


def sign_token(principal: Principal, key: Ed25519PrivateKey, now: datetime) -> tuple[str, datetime]:
    """Return a token and when it ends (UTC, whole seconds)."""
    expires_at = now.replace(microsecond=0) + LIFETIME
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(principal.account_id),
        "role": principal.role.value,
        "agencies": list(principal.agencies),
        "regions": list(principal.regions),
        "iat": now.replace(microsecond=0),
        "exp": expires_at,
    }
    return jwt.encode(claims, key, ALGORITHM), expires_at
