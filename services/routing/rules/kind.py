"""Finds which kind of writing a text is: complaint, question, proposal, a matter of oversight, or nothing to act on."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from services.routing.rules.phrases import Phrases
from services.routing.rules.text import RULES, Text, load_yaml
from shared.events import KIND_WORDS

#: The points a complaint starts with: what is in doubt is a complaint, which no clock or officer overlooks.
COMPLAINT_SCORE = 3.0
#: Divides points before they become shares; by hand, so that one strong phrase against nothing gives about 0.8.
TEMPERATURE = 3.5
_SEALED_CONFIDENCE = 0.9
_SMALL_TALK_CONFIDENCE = 0.9


class _Weight(NamedTuple):
    kind: str
    points: float


@dataclass(frozen=True, slots=True)
class KindFinding:
    """A kind (a key of `KIND_WORDS`), its share of all between 0 and 1, our phrases that spoke for it, and why."""

    kind: str
    confidence: float
    phrases: tuple[str, ...]
    reason: str


@cache
def _phrases() -> Phrases[_Weight]:
    return Phrases(_weights())


@cache
def _small_talk() -> frozenset[str]:
    return frozenset(map(str, load_yaml(RULES / "kinds.yaml")["small_talk"]))


def _weights() -> Iterator[tuple[str, _Weight]]:
    for kind, by_points in load_yaml(RULES / "kinds.yaml").items():
        if kind == "small_talk":
            continue
        if kind not in KIND_WORDS:
            raise ValueError(f"kinds.yaml: {kind!r} is no kind")
        for points, phrases in by_points.items():
            for phrase in phrases:
                if not isinstance(phrase, str):
                    raise ValueError(f"kinds.yaml: {kind}: put {phrase!r} in quotes")  # noqa: TRY004  (a fault of data)
                yield phrase, _Weight(kind, float(points))


def find_kind(text: Text, *, sealed: bool) -> KindFinding:
    """Return the kind of a text; a sealed one is whistleblowing, and quotes nothing.

    Kinds: PermenPANRB 62/2018 and 5/2025. Without a sign of another kind it is a complaint.
    """
    if sealed:
        return KindFinding("whistleblowing", _SEALED_CONFIDENCE, (), f"Jenis: {KIND_WORDS['whistleblowing']}")
    if _small_talk().issuperset(text.words):
        reason = f"Jenis: {KIND_WORDS['bukan_pengaduan']} (tidak ada pokok masalah)"
        return KindFinding("bukan_pengaduan", _SMALL_TALK_CONFIDENCE, (), reason)
    spoken = {phrase: weight for phrase, _, weight in _phrases().find(text.stems)}
    points = {"pengaduan": COMPLAINT_SCORE}
    for kind, value in spoken.values():
        points[kind] = points.get(kind, 0.0) + value
    best = max(points, key=lambda kind: (points[kind], kind == "pengaduan", kind))
    return _finding(best, points, spoken)


def _finding(kind: str, points: dict[str, float], spoken: dict[str, _Weight]) -> KindFinding:
    total = sum(math.exp((value - points[kind]) / TEMPERATURE) for value in points.values())
    mine = sorted((-weight.points, phrase) for phrase, weight in spoken.items() if weight.kind == kind)[:3]
    phrases = tuple(phrase for _, phrase in mine)
    quoted = ", ".join(f"'{phrase.replace(' ~ ', ' … ')}'" for phrase in phrases)
    return KindFinding(kind, 1 / total, phrases, f"Jenis: {KIND_WORDS[kind]}" + (f" (kata {quoted})" if quoted else ""))
