"""Long random secrets that machines carry: drawn here, kept as a digest only.

256 random bits need no slow hash: nobody can try them out.
"""

import hashlib
import secrets
import zlib
from typing import Literal

Prefix = Literal["ntbc", "ntbr"]
"""`ntbc`: a machine's service token. `ntbr`: what renews a session. Scanners of leaked secrets know them by it."""
_BYTES = 32
_CHECK = 8


def new_secret(prefix: Prefix) -> str:
    """Draw a secret: prefix, 64 hexadecimal digits, and a checksum of 8."""
    start = f"{prefix}_{secrets.token_hex(_BYTES)}"
    return start + _checksum(start)


def is_whole(secret: str, prefix: Prefix) -> bool:
    """Tell whether it was copied whole: then only it is looked for."""
    start = secret[:-_CHECK]
    return secret.startswith(f"{prefix}_") and secret.isascii() and _checksum(start) == secret[-_CHECK:]


def digest(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
