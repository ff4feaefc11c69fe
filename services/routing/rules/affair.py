"""Scores which government affair a text is about, from reviewed words, one file per affair."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from services.routing.rules.phrases import Phrases
from services.routing.rules.text import RULES, Text, load_yaml
from shared.directory.affairs import affairs

#: What a text with no words of ours scores for `umum`: the officer's desk.
DESK_SCORE = 2.0
#: Divides points before they become probabilities; fitted by hand on confirmed complaints of other places so that
#: a share of 0.6 is right about six times in ten.
TEMPERATURE = 3.0
#: The share, in texts of no points, of everything that our words do not know.
UNSEEN = 4.0
#: Words before a building that only say where something is: "depan RSUD", "samping pasar".
_LANDMARK = frozenset(
    {"depan", "dekat", "samping", "belakang", "seberang", "sebelah", "sekitar", "sebrang", "dkt", "dpn"}
)
_BUILDING = frozenset({"gedung", "kantor", "pintu", "halaman", "gerbang", "simpang", "area", "pagar", "jalan"})
_LANDMARK_FACTOR = 0.2
#: A place one goes to is less what it is about: "akses ke puskesmas".
_DESTINATION = frozenset({"ke", "menuju"})
_DESTINATION_FACTOR = 0.5


class Weight(NamedTuple):
    """How much a phrase speaks for an affair (below zero: against it)."""

    affair: str
    points: float


@dataclass(frozen=True, slots=True)
class AffairScore:
    """One affair with its points, its share of all, and the phrases of ours that spoke for it."""

    affair: str
    points: float
    probability: float
    phrases: tuple[str, ...]


@cache
def phrases() -> Phrases[Weight]:
    """Read every affair's file; an unknown affair or a broken file is an error that names it."""
    return Phrases(weight for path in sorted((RULES / "affairs").glob("*.yaml")) for weight in _weights(path))


def _weights(path: Path) -> Iterator[tuple[str, Weight]]:
    data = load_yaml(path)
    affair = data.get("affair")
    if affair not in affairs() or path.stem != affair or set(data) - {"affair", "words", "not_for"}:
        raise ValueError(f"affairs/{path.name}: affair {affair!r} must be the file's name and in affairs.csv")
    for sign, part in ((1, "words"), (-1, "not_for")):
        for points, words in data.get(part, {}).items():
            for phrase in words:
                if not isinstance(phrase, str):
                    raise ValueError(f"affairs/{path.name}: put {phrase!r} in quotes")  # noqa: TRY004  (a fault of data)
                yield phrase, Weight(affair, sign * float(points))


def score_affairs(text: Text, *, boost: dict[str, float] | None = None) -> tuple[AffairScore, ...]:
    """Return the affairs that the text speaks of, best first; `boost` adds points (a named agency's affairs).

    Each phrase counts once, with its best standing: as a mere landmark it counts a fifth.
    """
    best: dict[tuple[str, str], float] = {}
    for phrase, start, (affair, points) in phrases().find(text.stems):
        value = points * _standing(text.words, start)
        known = best.get((affair, phrase))
        if known is None or abs(value) > abs(known):
            best[affair, phrase] = value
    points_of: dict[str, float] = dict(boost or {})
    for (affair, _), value in best.items():
        points_of[affair] = points_of.get(affair, 0.0) + value
    points_of["umum"] = points_of.get("umum", 0.0) + DESK_SCORE
    return _ranked(points_of, best)


def _ranked(points_of: dict[str, float], best: dict[tuple[str, str], float]) -> tuple[AffairScore, ...]:
    top = max(points_of.values())
    shares = {affair: math.exp((points - top) / TEMPERATURE) for affair, points in points_of.items() if points > 0}
    total = sum(shares.values()) + UNSEEN * math.exp(-top / TEMPERATURE)
    ranked = sorted(shares, key=lambda affair: (-points_of[affair], affair))
    return tuple(
        AffairScore(affair, points_of[affair], shares[affair] / total, _strongest(affair, best)) for affair in ranked
    )


def _strongest(affair: str, best: dict[tuple[str, str], float]) -> tuple[str, ...]:
    mine = [(value, phrase) for (key, phrase), value in best.items() if key == affair and value > 0]
    return tuple(phrase for _, phrase in sorted(mine, key=lambda pair: (-pair[0], pair[1]))[:3])


def _standing(words: tuple[str, ...], start: int) -> float:
    if start and words[start - 1] in _DESTINATION:
        return _DESTINATION_FACTOR
    return _LANDMARK_FACTOR if is_landmark(words, start) else 1.0


def is_landmark(words: tuple[str, ...], start: int) -> bool:
    """Say whether what starts here only tells where something is: "depan RSUD", "samping kantor camat"."""
    before = words[start - 1] if start else ""
    before2 = words[start - 2] if start > 1 else ""
    return before in _LANDMARK or (before2 in _LANDMARK and before in _BUILDING)
