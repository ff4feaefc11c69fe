"""Passwords: argon2id with the parameters of RFC 9106's low-memory choice (argon2-cffi's default)."""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from shared.core.errors import ProblemError
from shared.core.text import clean_text

SHORTEST = 12
LONGEST = 200

_hasher = PasswordHasher()
# Checked for usernames that do not exist, so that they take as long as those that do; it fits no password.
_NOBODY = _hasher.hash("")


def is_acceptable(password: str) -> bool:
    """Tell whether a new password is long enough; composition rules only breed bad ones (NIST SP 800-63B)."""
    return SHORTEST <= len(password) <= LONGEST


def not_acceptable() -> ProblemError:
    """Say what a new password needs."""
    return ProblemError("bad_password", f"Kata sandi: {SHORTEST} sampai {LONGEST} karakter")


def hash_password(password: str) -> str:
    """Return the argon2id hash with its salt and parameters."""
    return _hasher.hash(_normal(password))


async def fits(password: str, password_hash: str | None) -> bool:
    """Check a password; without a hash the work is the same and the answer no. Runs beside the event loop."""
    fitted = await asyncio.to_thread(_verify, password_hash or _NOBODY, _normal(password))
    return fitted and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerificationError:
        return False


def _normal(password: str) -> str:
    """Let two keyboards that write one character differently write one password."""
    return unicodedata.normalize("NFKC", clean_text(password))
