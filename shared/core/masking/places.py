"""Places and offices that look like people: `Camat Praya`, `Jalan Lalu Mesir`, `warga Gili Indah`. They stay."""

import re
from functools import cache
from itertools import islice

from shared.core.masking.words import (
    COMMON,
    OFFICES,
    PERSON_CUES,
    PLACE_FIRST,
    PLACE_LINKS,
    PLACE_WORDS,
    TITLES_CERTAIN,
)

_WORD = re.compile(r"\S+")
_BEFORE = re.compile(r"([^\W_]+)[.]?[ \t]+$")
_FIRST = rf"(?<![^\W_])(?<!kepala )(?<!wali )(?:rumah sakit|{'|'.join(sorted(PLACE_WORDS))})\b\.?[ \t]*"
_LINKS = rf"(?:(?:{'|'.join(sorted(PLACE_LINKS))})\b\.?[ \t]*){{0,2}}"
_NAMED = re.compile(f"{_FIRST}{_LINKS}$", re.IGNORECASE)
ACRONYM = 4
"""Letters that a word in capitals may have and be the name of an office: `Gubernur NTB`."""
_WINDOW = 30
_LONGEST = 5
"""Words of a place's name."""
_OF_PLACES = frozenset({"di", "ke", "dari", "warga", "masyarakat", "wilayah", "daerah", "arah", "asal"})


@cache
def place_names() -> frozenset[str]:
    """Return the names of every regency, kecamatan and village, in lower case."""
    from shared.directory.regions import regencies, subregions  # noqa: PLC0415 - read when a name is first found

    upper = {name for region in regencies() for name in (region.name, *region.short_names)}
    bare = {name.removeprefix("Kabupaten ").removeprefix("Kota ") for name in upper}
    return frozenset(name.casefold() for name in upper | bare | {region.name for region in subregions()})


def word_before(text: str, start: int) -> str:
    """Return the word right before a place in the text, in lower case; empty at the start of a line or clause."""
    found = _BEFORE.search(text[max(0, start - _WINDOW) : start])
    return found[1].casefold() if found else ""


def named_place(text: str, start: int) -> bool:
    """Say whether the words from here on are the name of a street, village, school, company."""
    return _NAMED.search(text[max(0, start - _WINDOW) : start]) is not None


def person(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the part of a supposed name that names a person, None where it is a place or an office."""
    if named_place(text, start):
        return None
    before = word_before(text, start)
    words = list(_WORD.finditer(text, start, end))
    while words and words[0][0].rstrip(".").casefold() in OFFICES:
        before = words.pop(0)[0].casefold()
    if all(word[0].casefold() in TITLES_CERTAIN for word in words):
        return None
    first = words[0].start()
    of_a_place = before in OFFICES or before in _OF_PLACES
    several = " " in text[first:end]
    if before not in PERSON_CUES and (of_a_place or several) and begins_with_place(text, first, end):
        return None
    word = words[0][0]
    if before in OFFICES and _of_an_office(word):
        return None
    return first, end


def _of_an_office(word: str) -> bool:
    bare = word.casefold()
    return bare in PLACE_FIRST | PLACE_WORDS | COMMON or (word.isupper() and len(word) <= ACRONYM)


def begins_with_place(text: str, start: int, end: int) -> bool:
    """Say whether a place's name begins here that is at least as long as the span."""
    ends = (word.end() for word in islice(_WORD.finditer(text, start), _LONGEST) if word.end() >= end)
    return any(text[start:stop].rstrip(".,;:!?)").casefold() in place_names() for stop in ends)
