"""Masking: a complaint's text without the names and numbers of people, for whoever is not entitled to them.

UU 27/2022 (PDP) and Perpres 76/2013 keep reporters and third persons out of other systems. Found and replaced by
`lokal-id`; it costs about a millisecond a text, so never in a door.
"""

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

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
_RULES = 1
"""One more whenever the list above changes."""


def mask(text: str) -> str:
    """Return the text with each name and number replaced by its kind, for example `[NAME_1]`."""
    from lokal.samaran import mask_pii  # noqa: PLC0415 - its tables take memory, and most processes mask nothing

    masked: str = mask_pii(text, types=_PERSONAL).text
    return masked


@cache
def mask_version() -> str:
    """Name what masked: the library's version and ours of the list."""
    return f"lokal-id {version('lokal-id')}, rules {_RULES}"
