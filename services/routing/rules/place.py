"""Where it happened: from the code given, the words of the text, and the account that received it."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.routing.rules.gazetteer import gazetteer
from services.routing.rules.mentions import find_mentions
from services.routing.rules.place_scores import score_places
from shared.directory.regions import (
    PROVINCE_CODE,
    PROVINCE_NAME,
    in_province,
    is_region,
    path_name,
    regency_of,
)

GIVEN_CONFIDENCE = 0.95
ACCOUNT_CONFIDENCE = 0.75
NOWHERE_CONFIDENCE = 0.3
#: Nobody names more places in a complaint; each is weighed against each other.
MAX_MENTIONS = 40
_CONFLICT = 1.8
#: A text that also names Surabaya or Jakarta needs more than a village's bare name to be placed here.
_AGAINST_ELSEWHERE = 1.1
_ELSEWHERE_FACTOR = 0.6


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
    account_region: str | None = None,
) -> PlaceFinding:
    """Weigh everything that is known; never raises, whatever codes or coordinates come in."""
    given = given_region if given_region and is_region(given_region) else None
    account = account_region if account_region and is_region(account_region) else None
    mentions, elsewhere = find_mentions(words, gazetteer())
    scores = score_places(
        mentions[:MAX_MENTIONS], [code for code in (given, account) if code and code != PROVINCE_CODE]
    )
    notes = _notes(given_region, given, coordinates)
    if given and given != PROVINCE_CODE:
        return _with_given(given, scores, notes)
    return _from_text(scores, account, elsewhere, notes)


def _notes(given_region: str | None, given: str | None, coordinates: tuple[float, float] | None) -> list[str]:
    notes = []
    if given_region and not given:
        notes.append("kode wilayah yang dikirim tidak dikenal")
    if coordinates is not None:
        inside = in_province(*coordinates)
        notes.append("koordinat di dalam NTB" if inside else "koordinat di luar NTB: tidak dipakai")
    return notes


def _with_given(given: str, scores: dict[str, float], notes: list[str]) -> PlaceFinding:
    finer = [code for code in scores if code.startswith(given) and code != given]
    code = max(finer, key=lambda c: (scores[c], c.count("."), c)) if finer else given
    against = [c for c, s in scores.items() if s >= _CONFLICT and regency_of(c) not in {None, regency_of(given)}]
    confidence = 0.7 if against else GIVEN_CONFIDENCE
    notes.append(f"wilayah dipilih pelapor: {path_name(given)}")
    if against:
        other = max(against, key=lambda c: (scores[c], c))
        notes.append(f"teks menyebut {path_name(other)}")
        return _finding([(code, confidence), (other, 1 - confidence)], notes)
    if code != given:
        notes.append(f"teks menyebut {path_name(code)}")
    return _finding([(code, confidence)], notes)


def _from_text(scores: dict[str, float], account: str | None, elsewhere: list[str], notes: list[str]) -> PlaceFinding:
    local = {code: value for code, value in scores.items() if regency_of(code)}
    if elsewhere:
        local = {code: value * _ELSEWHERE_FACTOR for code, value in local.items() if value >= _AGAINST_ELSEWHERE}
    if not local:
        return _without_text(account, elsewhere, notes, named_province=PROVINCE_CODE in scores)
    best: dict[str, float] = {}
    for code, value in local.items():
        regency = regency_of(code) or code
        best[regency] = max(best.get(regency, 0.0), value)
    if account and (home := regency_of(account)):
        best[home] = best.get(home, 0.0) + 0.5
    total = sum(value**2 for value in best.values())
    strength = max(best.values()) / (max(best.values()) + 0.3)
    ranked = sorted(best, key=lambda regency: (-best[regency], regency))
    shares = [(_deepest(regency, local), best[regency] ** 2 / total * strength) for regency in ranked]
    notes.append(f"teks {'bisa berarti' if len(shares) > 1 else 'menyebut'} {path_name(shares[0][0])}")
    notes += [f"bisa juga {path_name(code)}" for code, _ in shares[1:3]]
    return _finding(shares, notes)


def _without_text(
    account: str | None, elsewhere: Iterable[str], notes: list[str], *, named_province: bool
) -> PlaceFinding:
    if account and account != PROVINCE_CODE:
        notes.append(f"masuk lewat akun {path_name(account)}")
        return _finding([(account, ACCOUNT_CONFIDENCE)], notes)
    if any(elsewhere) and not named_province:
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
