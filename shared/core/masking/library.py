"""What `lokal-id` finds: numbers of identity, phones, addresses of mail, plates, names with an Indonesian cue."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.core.masking.places import person
from shared.core.masking.spans import Found

if TYPE_CHECKING:
    from lokal.samaran import PiiType

_PERSONAL: "tuple[PiiType, ...]" = (
    "NIK",
    "KK",
    "NPWP",
    "PASSPORT",
    "SIM",
    "NIP",
    "BPJS",
    "NISN",
    "AKTA",
    "PHONE",
    "EMAIL",
    "BANK_ACCOUNT",
    "CARD",
    "PLATE",
    "NAME",
    "BIRTH_DATE",
)
"""Never ADDRESS, GEO or HEALTH: a complaint without its street, or without its hospital, is none."""
_PIECE = 500
"""Characters at once: on a hostile text some of its patterns take quadratic time."""


def find(text: str) -> Iterator[Found]:
    """Yield what the library finds, without the places and offices that it takes for people; accounts are not its."""
    from lokal.samaran import detect_pii  # noqa: PLC0415 - its tables take memory, and most processes mask nothing

    for start, end in _pieces(text):
        for match in detect_pii(text[start:end], types=_PERSONAL):
            span = (start + match.start, start + match.end)
            if match.type != "NAME":
                yield Found(*span, kind=match.type)
            elif not text.startswith("@", max(span[0] - 1, 0)) and (found := person(text, *span)) is not None:
                yield Found(*found)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where to cut: at the end of a line, else of a sentence, else of a word."""
    start = 0
    while len(text) - start > _PIECE:
        window = text[start : start + _PIECE]
        cuts = (window.rfind(mark) + len(mark) for mark in ("\n", ". ", " ") if mark in window)
        end = start + next(cuts, _PIECE)
        yield start, end
        start = end
    yield start, len(text)
