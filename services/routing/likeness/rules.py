"""How alike two complaints are: near in place, in time and in words, and of the same affair. Pure.

Two people's reports stay two; an officer who sees a suggestion joins them under one matter, or does not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from uuid import UUID

from services.routing.rules.gazetteer import gazetteer
from services.routing.rules.mentions import find_mentions
from services.routing.rules.sentence import MARKERS
from services.routing.rules.text import Text
from shared.directory.regions import path_name

#: From here on a likeness is suggested.
ENOUGH = 0.55
#: What nobody suggests, however near: other words altogether.
LEAST_WORDS = 0.15
#: Complaints further apart in time are not compared.
WITHIN = timedelta(days=30)
_WORDS, _PLACE, _TIME = 0.5, 0.35, 0.15
_NEAR = ((150.0, 1.0), (500.0, 0.8), (2_000.0, 0.4), (5_000.0, 0.1))
"""Up to so many metres, so much."""
_SAME = {3: 0.8, 2: 0.5, 1: 0.2}
"""By the dots in the deepest code that both share: the village, the kecamatan, the regency."""
_TELLING = range(4, 31)
"""Letters of a word that tells anything; with `_MOST_WORDS`, as much as an entry of PostgreSQL's index can hold."""
_MOST_WORDS = 60
_ALIKE = 0.3
_EARTH_M = 6_371_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A complaint as it is compared. Coordinates in degrees; `words` between 0 and 1, its likeness in words."""

    complaint_id: UUID
    ticket: str
    place_code: str
    point: tuple[float, float] | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Alike:
    """Another complaint, how alike it is (0 to 1), and why, in plain Indonesian."""

    other: Compared
    score: float
    reasons: tuple[str, ...]


def telling_words(text: Text) -> str:
    """Return the words that tell what it is about, each once, in their order: what PostgreSQL compares by trigrams.

    Names of places are not among them: whether it is the same place is judged by itself.
    """
    named = {i for mention in find_mentions(text.words, gazetteer())[0] for i in range(mention.start, mention.end)}
    telling = (
        stem
        for i, (word, stem) in enumerate(zip(text.words, text.stems, strict=True))
        if i not in named and word not in MARKERS and len(stem) in _TELLING
    )
    return " ".join(list(dict.fromkeys(telling))[:_MOST_WORDS])


def judge(one: Compared, other: Compared, words: float, affair: str) -> Alike | None:
    """Return how alike two complaints of one affair and regency are; None when an officer need not see it."""
    apart = abs(one.received_at - other.received_at)
    if words < LEAST_WORDS or apart > WITHIN:
        return None
    place, where = _place(one, other)
    score = _WORDS * words + _PLACE * place + _TIME * (1 - apart / WITHIN)
    if score < ENOUGH:
        return None
    reasons = [where, f"Urusan sama: {affair}", f"Berselang {_days(apart)}"]
    if words >= _ALIKE:
        reasons.append("Kata-katanya mirip")
    return Alike(other, round(min(score, 1.0), 3), tuple(reasons))


def _place(one: Compared, other: Compared) -> tuple[float, str]:
    if one.point and other.point:
        metres = distance(one.point, other.point)
        near = next((share for limit, share in _NEAR if metres <= limit), 0.0)
        return near, f"Jarak sekitar {max(10, round(metres, -1)):.0f} m"
    code = _shared(one.place_code, other.place_code)
    return _SAME.get(code.count("."), 0.0), f"Tempat sama: {path_name(code)}"


def _shared(one: str, other: str) -> str:
    parts = []
    for a, b in zip(one.split("."), other.split("."), strict=False):
        if a != b:
            break
        parts.append(a)
    return ".".join(parts)


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the metres between two points in degrees, on a sphere (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * asin(min(1.0, sqrt(half)))


def _days(apart: timedelta) -> str:
    return f"{apart.days} hari" if apart.days else "kurang dari sehari"
