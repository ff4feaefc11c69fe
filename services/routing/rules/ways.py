"""The ways from a text to an agency: affair, authority and place, each with its share of the probability."""

from dataclasses import dataclass
from datetime import date

from services.routing.rules.affair import AffairScore
from services.routing.rules.authority import Authority
from services.routing.rules.named import NamedAgency
from services.routing.rules.place import PlaceFinding
from shared.directory import DESK, Agency, Directory, Level, main_affair
from shared.directory.regions import PROVINCE_CODE, regency_of

_NAMED_SURE = 0.95
_LOCAL = frozenset({Level.REGENCY, Level.VILLAGE, Level.REGIONAL_COMPANY})


@dataclass(frozen=True, slots=True)
class Way:
    """One way to an agency: the affair, the authority and the place that led there."""

    agency: Agency
    affair: AffairScore
    authority: Authority
    place: str | None
    share: float


def find_ways(
    score: AffairScore,
    authority: Authority,
    place: PlaceFinding,
    *,
    named: NamedAgency | None,
    on: date,
    directory: Directory,
) -> list[Way]:
    """Spread the affair's probability over the agencies that the places and the rule allow.

    What no place answers for is the desk's; what the rule is unsure of is the province's where it has such an
    agency, and nobody's otherwise.
    """
    if named and main_affair(authority.part) in map(main_affair, named.agency.affairs):
        agency = named.agency
        sure = Authority(agency.level, score.affair, _NAMED_SURE, f"{named.name} disebut", "", named.name)
        return [Way(agency, score, sure, place.code, score.probability * _NAMED_SURE)]
    ways: list[Way] = []
    unplaced = 1.0
    for region, probability in _regions(authority, place):
        found = directory.competent(authority.part, authority.level, region, on=on)
        if len(found) == 1:
            ways.append(Way(found[0], score, authority, region, score.probability * authority.sure * probability))
            unplaced -= probability
    other = directory.competent(authority.part, Level.PROVINCE, PROVINCE_CODE, on=on)
    if authority.level in _LOCAL and len(other) == 1:
        ways.append(Way(other[0], score, authority, PROVINCE_CODE, score.probability * (1 - authority.sure)))
    if desk := directory.agency(DESK, on=on):
        share = score.probability * authority.sure * max(0.0, unplaced)
        ways.append(Way(desk, score, authority, None, share))
    return ways


def _regions(authority: Authority, place: PlaceFinding) -> list[tuple[str, float]]:
    if authority.level not in _LOCAL:
        return [(PROVINCE_CODE, 1.0)] if place.code or authority.anywhere else []
    return [(c.code, c.probability) for c in place.candidates if regency_of(c.code)]
