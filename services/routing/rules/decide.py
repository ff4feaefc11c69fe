"""Affair, level of authority and place give the agency, with its doubt and its reasons. Pure and reproducible."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Protocol

from services.routing.rules.affair import AffairScore, score_affairs
from services.routing.rules.authority import find_authorities
from services.routing.rules.kind import KindFinding, find_kind
from services.routing.rules.named import NamedAgency, find_named
from services.routing.rules.place import PlaceCandidate, PlaceFinding, find_place
from services.routing.rules.place_known import Located
from services.routing.rules.reasons import explain
from services.routing.rules.sms_code import SmsCode, leading_region
from services.routing.rules.text import RULES, Text, normalize
from services.routing.rules.urgency import UrgencyFinding, find_urgency
from services.routing.rules.ways import Way, find_ways
from shared.directory import DESK, INSPECTORATE, Agency, Directory, Level, main_affair
from shared.directory.regions import PROVINCE_CODE, path_name, regency_of

#: A complaint at the desk has not found its agency: whatever the shares say, the doubt is at least this.
DESK_CONFIDENCE = 0.3
_AFFAIRS = 4
#: Of a candidate's reasons: the whole way in one line, the affair, the law.
_REASONS = 3
_NAMED_BOOST = 5.0
_NAMED_PLACE = 0.9


class Scorer(Protocol):
    """Says what a text is about: a trained model in place of the words alone."""

    @property
    def version(self) -> str:
        """Return which model it is."""
        ...

    def score(self, text: Text, spoken: Sequence[AffairScore]) -> tuple[AffairScore, ...]:
        """Return what `score_affairs` returns; `spoken` is what it said."""
        ...


class Locator(Protocol):
    """Says in which region a point lies: an operator's boundaries."""

    def locate(self, lat: float, lon: float, *, on: date) -> Located | None:
        """Return the region of a point in degrees (WGS 84); None where it is not known."""
        ...

    def version(self, *, on: date) -> str | None:
        """Return which boundaries hold on a day."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What every decision is made by; same knowledge and same clues, same decision. `sms_codes`: None means ours."""

    directory: Directory
    model: Scorer | None = None
    boundaries: Locator | None = None
    sms_codes: Mapping[str, SmsCode] | None = None
    sms_codes_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What is known of one complaint. Coordinates are latitude and longitude in degrees (WGS 84).

    `photo`: where a photo says it was taken; `account_region`: whose account received it; `sms`: it came as one, so
    that a code may stand at its head; `on`: the day it came.
    """

    text: str
    on: date
    given_region: str | None = None
    coordinates: tuple[float, float] | None = None
    photo: tuple[float, float] | None = None
    account_region: str | None = None
    sms: bool = False
    emergency: bool = False
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agency that may be the right one, with why; `score` is its estimated probability."""

    agency_key: str
    agency_name: str
    score: float
    affair: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """What a decision was made by: with the same versions, the same clues give the same decision."""

    rules: str
    directory: str
    model: str | None
    boundaries: str | None


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
    kind: str
    urgency: str
    rule: str
    affair_by: str
    versions: Versions


@cache
def rules_version() -> str:
    """Return a hash over every file of the rules: same version, same answers."""
    files = sorted(path for path in RULES.rglob("*") if path.suffix in {".py", ".yaml", ".csv", ".txt"})
    return "rules+" + hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:10]


def decide(clues: Clues, knowledge: Knowledge) -> Decision:
    """Return the agency for a complaint; never raises, never leaves it nowhere.

    What has no agency goes to the province's desk; what is sealed goes to the Inspectorate, with reasons that
    say nothing of the text. Days before the directory's first are answered with the structure it knows.
    """
    directory = knowledge.directory
    day = max(clues.on, directory.known_from)
    words = normalize(clues.text)
    place = _place(words, clues, knowledge, day)
    kind = find_kind(words, sealed=clues.sealed)
    urgency = find_urgency(words, emergency=clues.emergency, kind=kind.kind)
    versions = _versions(clues, knowledge, day)
    if clues.sealed:
        return _sealed(place, kind, urgency, _inspectorate(directory, day), versions)
    named = find_named(words, directory)
    if named:
        place = _with_named(place, named.agency)
    spoken = score_affairs(words, boost=named_boost(named))
    scores = knowledge.model.score(words, spoken) if knowledge.model else spoken
    authorities = find_authorities(words)
    ways: list[Way] = []
    for score in scores[:_AFFAIRS]:
        ways += find_ways(score, authorities[score.affair], place, named=named, on=day, directory=directory)
    by = "words" if scores[0].affair == spoken[0].affair else "model"
    return _choose(ways, place, kind, urgency, directory, versions, affair_by=by, named=named is not None)


def named_boost(named: NamedAgency | None) -> dict[str, float]:
    """Return the points that an agency called by name adds to its affairs."""
    return dict.fromkeys(sorted(map(main_affair, named.agency.affairs)), _NAMED_BOOST) if named else {}


def _place(words: Text, clues: Clues, knowledge: Knowledge, day: date) -> PlaceFinding:
    def locate(point: tuple[float, float] | None) -> Located | None:
        return knowledge.boundaries.locate(*point, on=day) if knowledge.boundaries and point else None

    return find_place(
        words.words,
        given_region=clues.given_region,
        coordinates=clues.coordinates,
        point=locate(clues.coordinates),
        sms_region=leading_region(clues.text, knowledge.sms_codes) if clues.sms else None,
        photo=locate(clues.photo),
        account_region=clues.account_region,
    )


def _versions(clues: Clues, knowledge: Knowledge, day: date) -> Versions:
    asked = knowledge.boundaries if clues.coordinates or clues.photo else None
    codes = f"+codes.{knowledge.sms_codes_version}" if clues.sms and knowledge.sms_codes is not None else ""
    return Versions(
        rules=rules_version() + codes,
        directory=knowledge.directory.version,
        model=knowledge.model.version if knowledge.model and not clues.sealed else None,
        boundaries=asked.version(on=day) if asked else None,
    )


def warm_up(knowledge: Knowledge) -> None:
    """Load word lists and gazetteer now (half a second), so that the first citizen does not wait for them."""
    decide(Clues(text="", on=knowledge.directory.known_from), knowledge)


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


def _choose(
    ways: list[Way],
    place: PlaceFinding,
    kind: KindFinding,
    urgency: UrgencyFinding,
    directory: Directory,
    versions: Versions,
    *,
    affair_by: str,
    named: bool,
) -> Decision:
    shares: dict[str, float] = {}
    best: dict[str, Way] = {}
    for way in ways:
        key = way.agency.key
        shares[key] = shares.get(key, 0.0) + way.share
        if key not in best or way.share > best[key].share:
            best[key] = way
    ranked = sorted(shares, key=lambda key: (-shares[key], key))[:3]
    top = best[ranked[0]]
    cap = min(1.0, DESK_CONFIDENCE / shares[DESK]) if top.agency.key == DESK else 1.0
    why = {key: explain(best[key], place, directory) for key in ranked}
    candidates = tuple(
        Candidate(
            agency_key=key,
            agency_name=best[key].agency.name,
            score=round(min(shares[key] * cap, 1.0), 3),
            affair=best[key].affair.affair,
            reasons=why[key][:_REASONS],
        )
        for key in ranked
    )
    return Decision(
        agency_key=top.agency.key,
        agency_name=top.agency.name,
        affair=top.affair.affair,
        level=top.agency.level if top.agency.key == DESK else top.authority.level,
        place=place,
        confidence=candidates[0].score,
        candidates=candidates,
        reasons=(*why[ranked[0]], kind.reason, urgency.reason),
        kind=kind.kind,
        urgency=urgency.urgency,
        rule="instansi disebut namanya" if named and not top.authority.law else top.authority.reason,
        affair_by=affair_by,
        versions=versions,
    )


def _inspectorate(directory: Directory, day: date) -> Agency:
    found = directory.agency(INSPECTORATE, on=day)
    if found is None:
        raise LookupError(f"{INSPECTORATE} is not in directory {directory.version}")
    return found


def _sealed(
    place: PlaceFinding, kind: KindFinding, urgency: UrgencyFinding, inspectorate: Agency, versions: Versions
) -> Decision:
    """Send to the Inspectorate; of the place only the regency is kept, and no word of the text."""
    code = regency_of(place.code) if place.code else None
    kept = PlaceFinding(code or PROVINCE_CODE, path_name(code or PROVINCE_CODE), place.confidence, (), ())
    reasons = ("Aduan disegel: diteruskan langsung ke Inspektorat",)
    return Decision(
        agency_key=inspectorate.key,
        agency_name=inspectorate.name,
        affair="pengawasan",
        level=inspectorate.level,
        place=kept,
        confidence=1.0,
        candidates=(Candidate(inspectorate.key, inspectorate.name, 1.0, "pengawasan", reasons),),
        reasons=reasons,
        kind=kind.kind,
        urgency=urgency.urgency,
        rule="disegel",
        affair_by="words",
        versions=versions,
    )
