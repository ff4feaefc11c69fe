"""Agencies that the text calls by name: "Disnakertrans Lotim", "RSUD Praya", "RS Mandalika"."""

from dataclasses import dataclass
from functools import lru_cache

from services.routing.rules.affair import is_landmark
from services.routing.rules.gazetteer import gazetteer
from services.routing.rules.mentions import find_mentions
from services.routing.rules.phrases import Phrases
from services.routing.rules.sentence import MARKERS
from services.routing.rules.text import Text
from shared.directory import Agency, Directory, Level
from shared.directory.regions import PROVINCE_CODE

_LOCAL = frozenset({Level.REGENCY, Level.REGIONAL_COMPANY})


@dataclass(frozen=True, slots=True)
class NamedAgency:
    """An agency named together with its region, or by a name that is its alone; `name` is ours."""

    agency: Agency
    name: str


def find_named(text: Text, directory: Directory) -> NamedAgency | None:
    """Return the first agency that a name and the place right after it single out; a landmark is none."""
    for phrase, start, agencies in _names(directory).find(text.stems):
        if is_landmark(text.words, start):
            continue
        chosen = _choose(agencies, text.words[start + len(phrase.split()) :][:3])
        if chosen is not None:
            return NamedAgency(chosen, phrase)
    return None


@lru_cache(maxsize=4)
def _names(directory: Directory) -> Phrases[tuple[Agency, ...]]:
    """Build the index of names once for each directory; a name of several agencies keeps them all."""
    by_name: dict[str, dict[str, Agency]] = {}
    for agency in directory.agencies:
        family = agency.key.rpartition(".")[2]
        for name in (agency.name, agency.short, family, *(alias.name for alias in agency.aliases)):
            by_name.setdefault(name.lower(), {})[agency.key] = agency
    return Phrases((name, tuple(found.values())) for name, found in by_name.items() if name not in MARKERS)


def _choose(agencies: tuple[Agency, ...], after: tuple[str, ...]) -> Agency | None:
    if after and after[0] in {"ntb", "provinsi"}:
        return _only([agency for agency in agencies if agency.region_code == PROVINCE_CODE])
    alone = _only(list(agencies))
    if alone and alone.by_name and alone.region_code == PROVINCE_CODE:
        return alone
    mentions, _ = find_mentions(after, gazetteer())
    if mentions and mentions[0].start <= 1:
        regencies = {meaning.code[:5] for meaning in mentions[0].meanings if not meaning.needs_support}
        if len(regencies) == 1:
            return _only([agency for agency in agencies if agency.region_code in regencies])
    return alone if alone and (alone.by_name or alone.level in _LOCAL) else None


def _only(agencies: list[Agency]) -> Agency | None:
    return agencies[0] if len(agencies) == 1 else None
