"""Time-based one-time codes (RFC 6238: SHA-1, six digits, 30 seconds, as every authenticator app has them). Pure."""

import hmac
import re
import secrets
from datetime import datetime

import pyotp

STEP_S = 30
WINDOW = 1
"""Steps before and after, for clocks that go wrong and people who type slowly (RFC 6238, section 5.2)."""
RECOVERY_CODES = 10
_ISSUER = "NTB Care"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_PAPER = re.compile(r"[^a-z0-9]")
_PAPER_LENGTH = 16


def new_key() -> str:
    """Draw an authenticator's key: 160 bits in base32."""
    return pyotp.random_base32()


def uri_of(key: str, username: str) -> str:
    """Return the `otpauth` address that an app reads as a QR code."""
    return pyotp.TOTP(key).provisioning_uri(name=username, issuer_name=_ISSUER)


def accepted_step(key: str, code: str, now: datetime, last_step: int) -> int | None:
    """Return the step that a code belongs to; None when it is wrong, too old, or of a step that was used already.

    Every step of the window is compared, so that the time taken tells nothing.
    """
    totp, step = pyotp.TOTP(key), int(now.timestamp()) // STEP_S
    given = "".join(code.split()).encode("utf-8", "replace")
    found = None
    for one in range(step - WINDOW, step + WINDOW + 1):
        right = hmac.compare_digest(totp.at(one * STEP_S).encode(), given)
        if right and one > last_step:
            found = one
    return found


def new_recovery_codes() -> list[str]:
    """Draw ten codes of 80 bits, in groups as one writes them down."""
    drawn = ["".join(secrets.choice(_ALPHABET) for _ in range(_PAPER_LENGTH)) for _ in range(RECOVERY_CODES)]
    return ["-".join(one[at : at + 4] for at in range(0, _PAPER_LENGTH, 4)) for one in drawn]


def recovery_code(text: str) -> str | None:
    """Return a recovery code as it is kept, however it was typed; None when it can be none."""
    plain = _PAPER.sub("", text.lower())
    return plain if len(plain) == _PAPER_LENGTH else None
