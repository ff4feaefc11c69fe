"""The ticket: the short public number of a complaint, `NTB-XXXX-XXXXC`.

40 random bits in Crockford's base32 (8 symbols) and one check character from the same 32 symbols. The check is a
weighted sum over GF(32), so that it catches every single wrong symbol and every swap of two symbols, the two
mistakes people make on a telephone key pad. A ticket is not a secret: it shows a complaint's status and no more.
"""

import re
import secrets

PREFIX = "NTB-"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DASHES_AND_SPACES = re.compile(r"[\s\u002d\u00ad\u2010-\u2015\u2212]")
"""Also the ones that a telephone's keyboard makes of two hyphens, and the ones that a web page wraps at."""
_BITS = 40
_SYMBOLS = 8


class InvalidTicketError(ValueError):
    """Not a ticket: the wrong length, a strange symbol, or a check character that does not fit."""


def new_ticket() -> str:
    """Draw a ticket from 40 random bits of the operating system's generator."""
    return from_number(secrets.randbits(_BITS))


def from_number(number: int) -> str:
    """Write a 40-bit number as a ticket."""
    symbols = [ALPHABET[(number >> shift) & 31] for shift in range(_BITS - 5, -1, -5)]
    body = "".join(symbols)
    body += _check_symbol(body)
    return f"{PREFIX}{body[:4]}-{body[4:]}"


def parse_ticket(text: str) -> str:
    """Return the canonical form of what a person typed: any case, any dashes or spaces, O for 0, I or L for 1.

    Raises `InvalidTicketError` when it cannot be a ticket.
    """
    body = read_symbols(text)
    if len(body) == len("NTB") + _SYMBOLS + 1:
        body = body.removeprefix("NTB")
    if len(body) != _SYMBOLS + 1 or any(symbol not in ALPHABET for symbol in body):
        raise InvalidTicketError(text)
    if _check_symbol(body[:-1]) != body[-1]:
        raise InvalidTicketError(text)
    return f"{PREFIX}{body[:4]}-{body[4:]}"


def read_symbols(text: str) -> str:
    """Return the symbols that a person meant: capitals without dashes and spaces, O as 0, I and L as 1."""
    return _DASHES_AND_SPACES.sub("", text).upper().translate(_LOOKALIKES)


def _check_symbol(body: str) -> str:
    total = 0
    for symbol, weighed in zip(body, _WEIGHED, strict=True):
        total ^= weighed[ALPHABET.index(symbol)]
    return ALPHABET[total]


def _times(left: int, right: int) -> int:
    """Multiply in GF(32) with the primitive polynomial x⁵ + x² + 1."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 32:
            left ^= 0b100101
        right >>= 1
    return product


def _weighed() -> list[list[int]]:
    """Return, for each place of a ticket, what each symbol weighs there: its number times a power of two."""
    rows, weight = [], 1
    for _ in range(_SYMBOLS):
        weight = _times(weight, 2)
        rows.append([_times(weight, number) for number in range(len(ALPHABET))])
    return rows


_WEIGHED = _weighed()
