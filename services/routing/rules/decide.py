"""Affair × level of authority × place → agency, with its doubt and its reasons. Pure and reproducible."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from services.routing.rules.affair import AffairScore, score_affairs
from services.routing.rules.authority import Authority, find_authorities
from services.routing.rules.named import NamedAgency, find_named
from services.routing.rules.place import PlaceCandidate, PlaceFinding, find_place
from services.routing.rules.text import RULES, normalize
from shared.directory import DESK, INSPECTORATE, Agency, Directory, Level
from shared.directory.regions import PROVINCE_CODE, path_name, regency_of

#: A complaint at the desk has not found its agency: whatever the shares say, the doubt is at least this.
DESK_CONFIDENCE = 0.3
_AFFAIRS = 4
_NAMED_BOOST = 4.0
_NAMED_SURE = 0.95
_LOCAL = frozenset({Level.REGENCY, Level.VILLAGE, Level.REGIONAL_COMPANY})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agency that may be the right one; `score` is its estimated probability."""

    agency_key: str
    agency_name: str
    score: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a complaint goes and why; reasons quote words of our own lists and places, never the citizen."""

    agency_key: str
    agency_name: str
    affair: str
    level: Level
    place: PlaceFinding
    confidence: float
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]
    rules_version: str
    directory_version: str


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to an agency: the affair, the authority and the place that led there."""

    agency: Agency
    affair: AffairScore
    authority: Authority
    place: str | None
    share: float


@cache
def rules_version() -> str:
    """Return a hash over every file of the rules: same version, same answers."""
    files = sorted(path for path in RULES.rglob("*") if path.suffix in {".py", ".yaml", ".csv", ".txt"})
    return "rules+" + hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:10]


def decide(
    text: str,
    *,
    given_region: str | None,
    coordinates: tuple[float, float] | None,
    account_region: str | None,
    sealed: bool,
    on: date,
    directory: Directory,
) -> Decision:
    """Return the agency for a complaint that arrived on `on`; never raises, never leaves it nowhere.

    What has no agency goes to the province's desk; what is sealed goes to the Inspectorate, with reasons that
    say nothing of the text. Days before the directory's first are answered with the structure it knows.
    """
    day = max(on, directory.known_from)
    words = normalize(text)
    place = find_place(words.words, given_region=given_region, coordinates=coordinates, account_region=account_region)
    if sealed:
        return _sealed(place, day, directory)
    named = find_named(words, directory)
    if named:
        place = _with_named(place, named.agency)
    boost = {affair: _NAMED_BOOST for affair in named.agency.affairs} if named else {}
    scores = score_affairs(words, boost=_main(boost, directory))[:_AFFAIRS]
    authorities = find_authorities(words)
    ways = [way for score in scores for way in _ways(score, authorities[score.affair], place, named, day, directory)]
    return _choose(ways, place, named, day, directory)


def _main(boost: dict[str, float], directory: Directory) -> dict[str, float]:
    return {directory.affairs[key].parent or key: v for key, v in boost.items()}


def _with_named(place: PlaceFinding, agency: Agency) -> PlaceFinding:
    """Let an agency that is called with its region say the regency, where the text says no more."""
    code = agency.region_code
    if code == PROVINCE_CODE or (place.code and regency_of(place.code)):
        return place
    found = PlaceCandidate(code, path_name(code), 0.9)
    return replace(
        place,
        code=code,
        name=found.name,
        confidence=found.probability,
        evidence=(*place.evidence, f"teks menyebut {agency.short}"),
        candidates=(found,),
    )


def _ways(
    score: AffairScore,
    authority: Authority,
    place: PlaceFinding,
    named: NamedAgency | None,
    day: date,
    directory: Directory,
) -> list[_Way]:
    """Spread the affair's probability over the agencies that the places and the rule allow."""
    agency = named.agency if named else None
    if named and agency and any(_same_affair(affair, score.affair, directory) for affair in agency.affairs):
        sure = Authority(agency.level, score.affair, _NAMED_SURE, f"{named.name} disebut", "", named.name)
        return [_Way(agency, score, sure, place.code, score.probability * _NAMED_SURE)]
    desk = directory.agency(DESK, on=day)
    ways: list[_Way] = []
    left = score.probability
    for region, probability in _regions(authority.level, place):
        found = directory.competent(authority.part, authority.level, region, on=day)
        if len(found) == 1:
            share = score.probability * authority.sure * probability
            ways.append(_Way(found[0], score, authority, region, share))
            left -= share
    other = directory.competent(authority.part, Level.PROVINCE, PROVINCE_CODE, on=day)
    if authority.level in _LOCAL and len(other) == 1:
        share = score.probability * (1 - authority.sure)
        ways.append(_Way(other[0], score, authority, PROVINCE_CODE, share))
        left -= share
    if desk:
        ways.append(_Way(desk, score, authority, None, max(0.0, left)))
    return ways


def _same_affair(one: str, other: str, directory: Directory) -> bool:
    return other in {one, directory.affairs[one].parent}


def _regions(level: Level, place: PlaceFinding) -> list[tuple[str, float]]:
    if level not in _LOCAL:
        return [] if place.code is None else [(PROVINCE_CODE, 1.0)]
    return [(c.code, c.probability) for c in place.candidates if regency_of(c.code)]


def _choose(
    ways: list[_Way], place: PlaceFinding, named: NamedAgency | None, day: date, directory: Directory
) -> Decision:
    shares: dict[str, float] = {}
    best: dict[str, _Way] = {}
    for way in ways:
        key = way.agency.key
        shares[key] = shares.get(key, 0.0) + way.share
        if key not in best or way.share > best[key].share:
            best[key] = way
    ranked = sorted(shares, key=lambda key: (-shares[key], key))
    top = best[ranked[0]]
    cap = min(1.0, DESK_CONFIDENCE / shares[DESK]) if top.agency.key == DESK else 1.0
    candidates = tuple(
        Candidate(key, best[key].agency.name, round(min(shares[key] * cap, 1.0), 3)) for key in ranked[:3]
    )
    return Decision(
        agency_key=top.agency.key,
        agency_name=top.agency.name,
        affair=top.affair.affair,
        level=top.agency.level if top.agency.key == DESK else top.authority.level,
        place=place,
        confidence=candidates[0].score,
        candidates=candidates,
        reasons=_reasons(top, place, directory),
        rules_version=rules_version(),
        directory_version=directory.version,
    )


def _reasons(way: _Way, place: PlaceFinding, directory: Directory) -> tuple[str, ...]:
    affair = directory.affairs[way.affair.affair].name
    seen = list(dict.fromkeys([*way.affair.phrases, *([way.authority.phrase] if way.authority.phrase else [])]))
    words = ", ".join(f"'{phrase.replace(' ~ ', ' … ')}'" for phrase in seen)
    where = path_name(way.place) if way.place and way.place != PROVINCE_CODE else place.name
    if way.agency.key == DESK:
        unknown = place.code == PROVINCE_CODE and way.affair.affair not in {"umum", "pusat"}
        why = "kabupaten/kota belum diketahui" if unknown else "instansi yang berwenang belum jelas"
        head = f"{why} → {way.agency.short}"
    else:
        head = f"{affair} + {words or 'tanpa kata kunci'} + {where} → {way.agency.short} ({way.authority.reason})"
    law = f"Kewenangan: {way.authority.reason} ({way.authority.law})" if way.authority.law else ""
    kept = [head, f"Urusan: {affair}" + (f" (kata {words})" if words else ""), law]
    kept += [f"Tempat: {note}" for note in place.evidence]
    if not way.agency.verified:
        kept.append("Nama instansi belum diverifikasi")
    return tuple(reason for reason in kept if reason)


def _sealed(place: PlaceFinding, day: date, directory: Directory) -> Decision:
    """Send to the Inspectorate; of the place only the regency is kept, and no word of the text."""
    inspectorate = directory.agency(INSPECTORATE, on=day)
    if inspectorate is None:
        raise LookupError(f"{INSPECTORATE} is not in directory {directory.version}")
    code = regency_of(place.code) if place.code else None
    kept = PlaceFinding(code or PROVINCE_CODE, path_name(code or PROVINCE_CODE), place.confidence, (), ())
    return Decision(
        agency_key=inspectorate.key,
        agency_name=inspectorate.name,
        affair="pengawasan",
        level=inspectorate.level,
        place=kept,
        confidence=1.0,
        candidates=(Candidate(inspectorate.key, inspectorate.name, 1.0),),
        reasons=("Aduan disegel: diteruskan langsung ke Inspektorat",),
        rules_version=rules_version(),
        directory_version=directory.version,
    )
