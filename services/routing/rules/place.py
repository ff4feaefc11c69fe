"""Where it happened: from what was given, the words of the text, and where the complaint came in."""

from dataclasses import dataclass

from services.routing.rules.gazetteer import gazetteer
from services.routing.rules.mentions import Outside, find_mentions
from services.routing.rules.place_known import Known, Located, Sources, gather, settle
from services.routing.rules.place_scores import score_places
from shared.directory.regions import PROVINCE_CODE, PROVINCE_NAME, path_name, regency_of

NOWHERE_CONFIDENCE = 0.3
#: Nobody names more places in a complaint; each is weighed against each other.
MAX_MENTIONS = 40
#: A text names a region clearly from this score on: a regency, or a kecamatan that something supports.
_CLEAR = 1.8
_CONFLICT_CONFIDENCE = 0.7
#: What a text about Surabaya or Jakarta needs to be placed here: more than a village's bare name, or, where it says
#: "Kota Surabaya", more than a village.
_AGAINST_OUTSIDE = {Outside.NOT: 0.0, Outside.PASSING: 0.0, Outside.NAMED: 1.1, Outside.CERTAIN: 2.2}
_OUTSIDE_FACTOR = 0.6
_WEAK_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """A place that the complaint may be about."""

    code: str
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class PlaceFinding:
    """The most likely place. `code` is "52" when only the province is known, None when it is elsewhere.

    `candidates` holds the best place of each possible regency, best first; `evidence` is in plain Indonesian
    and names nothing of the text but places.
    """

    code: str | None
    name: str
    confidence: float
    evidence: tuple[str, ...]
    candidates: tuple[PlaceCandidate, ...]


def find_place(
    words: tuple[str, ...],
    *,
    given_region: str | None = None,
    coordinates: tuple[float, float] | None = None,
    point: Located | None = None,
    sms_region: str | None = None,
    photo: Located | None = None,
    account_region: str | None = None,
) -> PlaceFinding:
    """Weigh everything that is known; never raises, whatever codes or coordinates come in.

    `coordinates` (degrees, WGS 84) only tell whether they are inside the province; `point` and `photo` are where the
    boundaries place them and the photo, None without boundaries. `sms_region` is what a leading code stands for.
    """
    sources = gather(
        given_region=given_region,
        coordinates=coordinates,
        point=point,
        sms_region=sms_region,
        photo=photo,
        account_region=account_region,
    )
    mentions, outside = find_mentions(words, gazetteer())
    scores = score_places(mentions[:MAX_MENTIONS], sources.codes)
    notes = list(sources.notes)
    if sources.firm:
        return _with_firm(sources, scores, notes)
    return _from_text(scores, sources, outside, notes)


def _with_firm(sources: Sources, scores: dict[str, float], notes: list[str]) -> PlaceFinding:
    """Refine what was given by the text; a text that clearly names another regency makes it doubtful."""
    notes += [known.note for known in sources.firm if known.note]
    settled = settle(sources.firm)
    shares = [(_finest(code, scores, sources.weak), share) for code, share in settled.items()]
    code, confidence = shares[0]
    homes = {regency_of(given) for given in settled}
    against = [c for c, s in scores.items() if s >= _CLEAR and regency_of(c) not in {None, *homes}]
    if against:
        other = max(against, key=lambda c: (scores[c], c))
        notes.append(f"teks menyebut {path_name(other)}")
        kept = min(confidence, _CONFLICT_CONFIDENCE)
        return _finding([(code, kept), (other, round(1 - kept, 3))], notes)
    if code not in settled and code in scores:
        notes.append(f"teks menyebut {path_name(code)}")
    return _finding(shares, notes)


def _finest(code: str, scores: dict[str, float], weak: tuple[Known, ...]) -> str:
    """Return the best place inside a region that the text names, or that a photo or an account knows."""
    finer = [c for c in scores if c.startswith(f"{code}.")]
    if finer:
        return _deepest(max(finer, key=lambda c: (scores[c], c.count("."), c)), scores)
    return max((known.code for known in weak if known.code.startswith(f"{code}.")), key=len, default=code)


def _from_text(scores: dict[str, float], sources: Sources, outside: Outside, notes: list[str]) -> PlaceFinding:
    local = {code: value for code, value in scores.items() if regency_of(code)}
    if needed := _AGAINST_OUTSIDE[outside]:
        local = {code: value * _OUTSIDE_FACTOR for code, value in local.items() if value >= needed}
    if not local:
        return _without_text(sources, outside, notes, named_province=PROVINCE_CODE in scores)
    best: dict[str, float] = {}
    for code, value in local.items():
        regency = regency_of(code) or code
        best[regency] = max(best.get(regency, 0.0), value)
    strength = max(best.values()) / (max(best.values()) + 0.3)
    for known in sources.weak:
        home = regency_of(known.code) or known.code
        best[home] = best.get(home, 0.0) + _WEAK_SCORE
    total = sum(value**2 for value in best.values())
    ranked = sorted(best, key=lambda regency: (-best[regency], regency))
    inside = {regency: _finest(_deepest(regency, local), local, sources.weak) for regency in ranked}
    shares = [(inside[regency], best[regency] ** 2 / total * strength) for regency in ranked]
    notes.append(f"teks {'bisa berarti' if len(shares) > 1 else 'menyebut'} {path_name(_deepest(ranked[0], local))}")
    notes += [f"bisa juga {path_name(code)}" for code, _ in shares[1:3]]
    notes += [known.note for known in sources.weak]
    return _finding(shares, notes)


def _without_text(sources: Sources, outside: Outside, notes: list[str], *, named_province: bool) -> PlaceFinding:
    if sources.weak:
        notes += [known.note for known in sources.weak]
        return _finding(list(settle(sources.weak).items()), notes)
    if outside and not named_province:
        notes.append("teks hanya menyebut tempat di luar NTB")
        return PlaceFinding(None, "di luar NTB", 0.5, tuple(notes), ())
    notes.append("kabupaten/kota belum diketahui")
    return PlaceFinding(PROVINCE_CODE, PROVINCE_NAME, NOWHERE_CONFIDENCE, tuple(notes), ())


def _deepest(regency: str, scores: dict[str, float]) -> str:
    """Return the best place inside a regency, as deep as the text agrees with itself."""
    inside = {code: value for code, value in scores.items() if code.startswith(regency)}
    if not inside:
        return regency
    code = max(inside, key=lambda c: (inside[c], c.count("."), c))
    while below := [c for c in inside if c.startswith(f"{code}.")]:
        code = max(below, key=lambda c: (inside[c], c))
    return code


def _finding(shares: list[tuple[str, float]], notes: list[str]) -> PlaceFinding:
    """Build the finding; two regencies about as likely give their common parent, not a guess."""
    candidates = tuple(PlaceCandidate(code, path_name(code), round(share, 3)) for code, share in shares)
    first = candidates[0]
    even = len(candidates) > 1 and candidates[1].probability > 0.8 * first.probability
    code = PROVINCE_CODE if even else first.code
    name = PROVINCE_NAME if even else first.name
    return PlaceFinding(code, name, first.probability, tuple(notes), candidates[:3])
