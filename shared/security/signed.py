"""Requests between our own processes, signed: HMAC-SHA256 over the time and the raw body, by a secret that both know.

Pure. What is signed is `<timestamp>.<body>`; an old signature is worth nothing, whoever has recorded it.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import SecretStr

TIMESTAMP = "X-NTBCare-Timestamp"
"""The header of the time: whole seconds since 1970."""
SIGNATURE = "X-NTBCare-Signature"
"""The header of the signature: `sha256=` and 64 hexadecimal digits."""
TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock and ours may be apart, either way."""

Verdict = Literal["valid", "missing", "wrong", "expired"]

_SECONDS = re.compile(r"[0-9]{1,12}")


def sign(secret: SecretStr, timestamp: int, body: bytes) -> str:
    """Return the signature as its header holds it."""
    return _sign(secret, str(timestamp).encode(), body).decode()


def signed_headers(secret: SecretStr, body: bytes, now: datetime) -> dict[str, str]:
    """Return both headers for a body that is sent now."""
    timestamp = int(now.timestamp())
    return {TIMESTAMP: str(timestamp), SIGNATURE: sign(secret, timestamp, body)}


def check(
    secrets: Sequence[SecretStr], *, timestamp: str | None, signature: str | None, body: bytes, now: datetime
) -> Verdict:
    """Say whether somebody who knows one of the secrets signed this body within the last minutes.

    Every secret is tried, also where a header is missing and after a match: the time taken tells nothing of them.
    """
    told, given = (timestamp or "").strip(), (signature or "").strip()
    when, shown = told.encode("utf-8", "replace"), given.encode("utf-8", "replace")
    matches = [hmac.compare_digest(shown, _sign(secret, when, body)) for secret in secrets]
    if not (told and given):
        return "missing"
    if not any(matches) or not _SECONDS.fullmatch(told):
        return "wrong"
    return "valid" if abs(now.timestamp() - int(told)) <= TOLERANCE.total_seconds() else "expired"


def _sign(secret: SecretStr, timestamp: bytes, body: bytes) -> bytes:
    content = timestamp + b"." + body
    return b"sha256=" + hmac.new(secret.get_secret_value().encode(), content, hashlib.sha256).hexdigest().encode()
