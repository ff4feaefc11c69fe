"""The user data header of a text message, as far as it says which part this is (3GPP TS 23.040, 9.2.3.24)."""

import re
from collections.abc import Iterator

from shared.channels.protocol import Part

_COUNT = re.compile("[0-9]{1,4}")
_LONGEST_REFERENCE = 128
_CONCATENATED = {0x00: 3, 0x08: 4}
"""Information elements of concatenated messages, with an 8-bit and a 16-bit reference, and how long each is."""


def read_part(header: bytes) -> Part | None:
    """Read it as it goes over the air, its own length first; None where it names no part, or an impossible one."""
    for kind, data in _elements(header):
        if _CONCATENATED.get(kind) == len(data):
            return make_part(str(int.from_bytes(data[:-2], "big")), data[-1], data[-2])
    return None


def make_part(reference: str, number: int, total: int) -> Part | None:
    """Return the part, or None for the only one and for one that cannot be."""
    return Part(reference=reference, number=number, total=total) if 1 <= number <= total and total > 1 else None


def part_of(reference: str, number: str, total: str) -> Part | None:
    """Return the part that a gateway names in words of its own; None where it names none, or an impossible one."""
    if not reference or not all(_COUNT.fullmatch(count) for count in (number, total)):
        return None
    return make_part(reference[:_LONGEST_REFERENCE], int(number), int(total))


def _elements(header: bytes) -> Iterator[tuple[int, bytes]]:
    rest = header[1 : 1 + header[0]] if header else b""
    while len(rest) > 1:
        yield rest[0], rest[2 : 2 + rest[1]]
        rest = rest[2 + rest[1] :]
