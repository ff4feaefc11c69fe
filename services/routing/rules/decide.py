"""Affair, level of authority and place give the agency, with its doubt and its reasons. Pure and reproducible."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from services.routing.rules.affair import score_affairs
from services.routing.rules.authority import find_authorities
from services.routing.rules.named import find_named
from services.routing.rules.place import PlaceCandidate, PlaceFinding, find_place
from services.routing.rules.reasons import explain
from services.routing.rules.text import RULES, normalize
from services.routing.rules.ways import Way, find_ways
from shared.directory import DESK, INSPECTORATE, Agency, Directory, Level
from shared.directory.regions import PROVINCE_CODE, path_name, regency_of

#: A complaint at the desk has not found its agency: whatever the shares say, the doubt is at least this.
DESK_CONFIDENCE = 0.3
_AFFAIRS = 4
_NAMED_BOOST = 4.0
_NAMED_PLACE = 0.9


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
    boosted = {directory.affairs[key].parent or key for key in named.agency.affairs} if named else set()
    scores = score_affairs(words, boost=dict.fromkeys(boosted, _NAMED_BOOST))[:_AFFAIRS]
    authorities = find_authorities(words)
    ways: list[Way] = []
    for score in scores:
        ways += find_ways(score, authorities[score.affair], place, named=named, on=day, directory=directory)
    return _choose(ways, place, directory)


def warm_up(directory: Directory) -> None:
    """Load word lists and gazetteer now (half a second), so that the first citizen does not wait for them."""
    decide(
        "",
        given_region=None,
        coordinates=None,
        account_region=None,
        sealed=False,
        on=directory.known_from,
        directory=directory,
    )


def _with_named(place: PlaceFinding, agency: Agency) -> PlaceFinding:
    """Let an agency that is called with its region say the regency, where the text says no more."""
    code = agency.region_code
    if code == PROVINCE_CODE or (place.code and regency_of(place.code)):
        return place
    found = PlaceCandidate(code, path_name(code), _NAMED_PLACE)
    return replace(
        place,
        code=code,
        name=found.name,
        confidence=found.probability,
        evidence=(*place.evidence, f"teks menyebut {agency.short}"),
        candidates=(found,),
    )


def _choose(ways: list[Way], place: PlaceFinding, directory: Directory) -> Decision:
    shares: dict[str, float] = {}
    best: dict[str, Way] = {}
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
        reasons=explain(top, place, directory),
        rules_version=rules_version(),
        directory_version=directory.version,
    )


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
