"""Check a token: EdDSA over Ed25519 and nothing else, from our issuer, for our audience (RFC 8725)."""

from collections.abc import Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from shared.core.errors import UnauthenticatedError
from shared.security.principal import Principal

ALGORITHM = "EdDSA"
ISSUER = "ntbcare-identity"
AUDIENCE = "ntbcare"
ENROLMENT = "ntbcare-enrolment"
"""The audience of a token with which a second factor is enrolled, and nothing else done: no service but identity takes
it."""
LEEWAY_S = 10
"""Clocks of two machines may differ by this much."""
_REQUIRED = ["iss", "aud", "sub", "iat", "exp"]


def read_token(token: str, keys: Sequence[Ed25519PublicKey], *, audiences: Sequence[str] = (AUDIENCE,)) -> Principal:
    """Return who the token stands for. `audiences`: what it may be for.

    Raises `UnauthenticatedError` (`token_expired` or `not_signed_in`).
    """
    for key in keys:
        try:
            claims = _claims(token, key, audiences)
            return Principal(
                account_id=claims["sub"],
                role=claims["role"],
                agencies=claims["agencies"],
                regions=claims["regions"],
                session_id=claims.get("sid"),
                kind=claims["kind"],
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            raise UnauthenticatedError("token_expired", "Sesi Anda sudah berakhir; silakan masuk lagi") from None
        except (jwt.InvalidTokenError, ValidationError, KeyError):
            break
    raise not_signed_in()


def not_signed_in() -> UnauthenticatedError:
    """Say that there is no token, or none of ours; never why, which would help only a forger."""
    return UnauthenticatedError("not_signed_in", "Silakan masuk dulu")


def _claims(token: str, key: Ed25519PublicKey, audiences: Sequence[str]) -> dict[str, Any]:
    return jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        issuer=ISSUER,
        audience=list(audiences),
        leeway=LEEWAY_S,
        options={"require": _REQUIRED},
    )
