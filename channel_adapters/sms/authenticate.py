"""Stop 2: is it our gateway? What the gateways' files share; all of it in constant time, and on bytes.

`hmac.compare_digest` raises on text that is not ASCII, and a header may hold any.
"""

import hmac
from datetime import datetime, timedelta

from pydantic import SecretStr

from shared.channels.protocol import InboundRequest, RefusedError

_CLOCK_SKEW_S = timedelta(minutes=5).total_seconds()


def same(given: str, expected: bytes) -> bool:
    """Compare what a stranger sent with what we know."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected)


def check_token(request: InboundRequest, token: SecretStr) -> None:
    """Compare the token in the path; raises `RefusedError` 403."""
    if not same(request.path_values.get("token", ""), token.get_secret_value().encode()):
        raise RefusedError("token_wrong", status=403, detail="The token in the address is wrong.")


def check_signature(given: str | None, expected: bytes, name: str) -> None:
    """Compare a signature; raises `RefusedError` 401 (missing) or 403 (wrong)."""
    if not given:
        raise RefusedError("signature_missing", status=401, detail=f"The signature ({name}) is missing.")
    if not same(given, expected):
        raise RefusedError("signature_wrong", status=403, detail=f"The signature ({name}) does not match.")


def check_fresh(timestamp: str, received_at: datetime) -> None:
    """Refuse (403) a signed time, in Unix seconds, that is more than five minutes off: somebody repeats a request."""
    digits = timestamp.isascii() and timestamp.isdecimal()
    seconds = int(timestamp[:12]) if digits else 0
    if abs(received_at.timestamp() - seconds) > _CLOCK_SKEW_S:
        raise RefusedError("timestamp_stale", status=403, detail="The timestamp is more than five minutes off.")
