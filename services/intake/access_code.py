"""The access code: with the ticket it opens a complaint's text and answers to whoever holds it.

Derived from the complaint's id, so that a repeated submission is told the same code and none is stored.
"""

import hmac
from uuid import UUID

from shared.core.ticket import ALPHABET, read_symbols

_LENGTH = 10
"""Ten of 32 symbols: 50 bits, against a limit of tens of tries a minute."""


def access_code(key: str, complaint_id: UUID) -> str:
    """Return the complaint's code, for example `7K3M9-QX2FA`."""
    digest = hmac.digest(key.encode(), complaint_id.bytes, "sha256")
    symbols = "".join(ALPHABET[byte & 31] for byte in digest[:_LENGTH])
    return f"{symbols[:5]}-{symbols[5:]}"


def is_access_code(key: str, complaint_id: UUID, given: str) -> bool:
    """Compare in constant time; case, dashes, spaces and look-alikes (O for 0, I or L for 1) do not matter."""
    expected = read_symbols(access_code(key, complaint_id)).encode()
    return hmac.compare_digest(expected, read_symbols(given).encode())
