"""Scores which government affair a text is about, from reviewed words, one file per affair."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from services.routing.rules.phrases import Phrases
from services.routing.rules.text import RULES, Text, load_yaml
from shared.directory.affairs import affairs

#: Each further phrase for the same affair counts this share of the one before: "pohon", "pohon ~ tumbang" and
#: "ranting" agree, but are not three witnesses.
AGREEMENT = 0.7
#: Divides points before they become probabilities, so that a share of 0.6 is right about six times in ten; fitted
#: on confirmed complaints of other places. A long text holds more of our words by chance: it grows to twice this
#: at `LONG` words.
TEMPERATURE = 1.8
LONG = 100
#: The share, in texts of no points, of everything that our words do not know.
UNSEEN = 1.0
#: The desk comes first for a text without words of ours; a phrase of these points and it steps back by so many.
_DESK = "umum"
_SPEAKS = 3.0
_DESK_STEPS_BACK = 1.2
#: People begin with what it is about: what the first words say counts more.
_OPENING = 12
_OPENING_FACTOR = 1.3
#: Words before a building that only say where something is: "depan RSUD", "samping pasar".
_LANDMARK = frozenset(
    {"depan", "dekat", "samping", "belakang", "seberang", "sebelah", "sekitar", "sebrang", "perempatan", "pertigaan"}
)
_BUILDING = frozenset({"gedung", "kantor", "pintu", "halaman", "gerbang", "simpang", "area", "pagar", "jalan"})
_LANDMARK_FACTOR = 0.2
#: A place one goes to is less what it is about: "akses ke puskesmas".
_DESTINATION = frozenset({"ke", "menuju", "arah"})
_DESTINATION_FACTOR = 0.5
#: What follows these is a name: "Jalan Tambak Sari", "Gang Masjid".
_STREET = frozenset({"jalan", "gang", "perum", "perumahan", "blok"})
#: Affairs whose own subject follows them: "jalan berlubang", "gang gelap".
_OF_STREETS = frozenset({"pupr", "perhubungan", "kewilayahan"})
_STREET_FACTOR = 0.4
#: "bukan soal parkir", "tidak ada hubungannya dengan parkir"; the walk back over these finds the denial.
_ABOUT = frozenset({"soal", "masalah", "tentang", "urusan", "mengenai", "perihal", "karena", "dengan", "sama"})
_RELATED = frozenset({"hubungan", "hubungannya", "berhubungan", "kaitan", "kaitannya", "berkaitan", "terkait"})


class Weight(NamedTuple):
    """How much a phrase speaks for an affair (below zero: against it)."""

    affair: str
    points: float


@dataclass(frozen=True, slots=True)
class AffairScore:
    """One affair with its points, its share of all, and the phrases of ours that spoke for it.

    `said_by`: who else spoke for it, as an officer reads it; empty for our words alone.
    """

    affair: str
    points: float
    probability: float
    phrases: tuple[str, ...]
    said_by: str = ""


@cache
def phrases() -> Phrases[Weight]:
    """Read every affair's file; an unknown affair or a broken file is an error that names it."""
    return Phrases(weight for name, data in _files().items() for weight in _weights(name, data))


@cache
def _priors() -> dict[str, float]:
    """Points before any word is read: affairs that many complaints are about, and the officer's desk."""
    return {name: float(data["prior"]) for name, data in _files().items() if "prior" in data}


@cache
def _files() -> dict[str, dict[str, Any]]:
    files = {path.stem: load_yaml(path) for path in sorted((RULES / "affairs").glob("*.yaml"))}
    for name, data in files.items():
        check_file(name, data)
    return files


def check_file(name: str, data: dict[str, Any]) -> None:
    """Raise ValueError, with the file and what is wrong in it, unless it is a file of words of that affair."""
    affair, where = data.get("affair"), f"affairs/{name}.yaml"
    if affair not in affairs() or name != affair or set(data) - {"affair", "prior", "words", "not_for"}:
        raise ValueError(f"{where}: affair {affair!r} must be the file's name and in affairs.csv")
    if not isinstance(data.get("prior", 0), int | float):
        raise ValueError(f"{where}: prior {data['prior']!r} is no number")  # noqa: TRY004  (a fault of data)
    seen: set[str] = set()
    for part in ("words", "not_for"):
        if not isinstance(lists := data.get(part, {}), dict):
            raise ValueError(f"{where}: {part} must be lists of words by points")  # noqa: TRY004  (a fault of data)
        for phrase in (phrase for words in lists.values() for phrase in words):
            if not isinstance(phrase, str):
                raise ValueError(f"{where}: put {phrase!r} in quotes")  # noqa: TRY004  (a fault of data)
            if phrase in seen:
                raise ValueError(f"{where}: {phrase!r} stands twice")
            seen.add(phrase)


def _weights(affair: str, data: dict[str, Any]) -> Iterator[tuple[str, Weight]]:
    for sign, part in ((1, "words"), (-1, "not_for")):
        for points, words in data.get(part, {}).items():
            for phrase in words:
                yield phrase, Weight(affair, sign * float(points))


def score_affairs(text: Text, *, boost: dict[str, float] | None = None) -> tuple[AffairScore, ...]:
    """Return the affairs that the text speaks of, best first; `boost` adds points (a named agency's affairs).

    Each phrase counts once, with its best standing: as a mere landmark it counts a fifth.
    """
    best: dict[str, dict[str, float]] = {}
    for phrase, start, (affair, points) in phrases().find(text.stems):
        value = points * _standing(text.words, start, affair)
        known = best.setdefault(affair, {})
        if abs(value) > abs(known.get(phrase, 0.0)):
            known[phrase] = value
    points_of = dict(_priors())
    if any(value >= _SPEAKS for values in best.values() for value in values.values()):
        points_of[_DESK] -= _DESK_STEPS_BACK
    for affair, points in (boost or {}).items():
        points_of[affair] = points_of.get(affair, 0.0) + points
    for affair, values in best.items():
        points_of[affair] = points_of.get(affair, 0.0) + _sum(values.values())
    return _ranked(points_of, best, TEMPERATURE * (1 + min(len(text.words), LONG) / LONG))


def _sum(values: Iterable[float]) -> float:
    """Add what speaks against in full, and what speaks for by the rule of `AGREEMENT`, the strongest first."""
    ranked = sorted(values, reverse=True)
    return sum(value * (AGREEMENT**i if value > 0 else 1.0) for i, value in enumerate(ranked))


def _ranked(
    points_of: dict[str, float], best: dict[str, dict[str, float]], temperature: float
) -> tuple[AffairScore, ...]:
    top = max(points_of.values())
    shares = {affair: math.exp((points - top) / temperature) for affair, points in points_of.items() if points > 0}
    total = sum(shares.values()) + UNSEEN * math.exp(-top / temperature)
    ranked = sorted(shares, key=lambda affair: (-points_of[affair], affair))
    return tuple(
        AffairScore(affair, points_of[affair], shares[affair] / total, _strongest(best.get(affair, {})))
        for affair in ranked
    )


def _strongest(values: dict[str, float]) -> tuple[str, ...]:
    mine = [(value, phrase) for phrase, value in values.items() if value > 0]
    return tuple(phrase for _, phrase in sorted(mine, key=lambda pair: (-pair[0], pair[1]))[:3])


def _standing(words: tuple[str, ...], start: int, affair: str) -> float:
    before = words[start - 1] if start else ""
    if is_denied(words, start):
        return 0.0
    if before in _DESTINATION:
        return _DESTINATION_FACTOR
    if is_landmark(words, start):
        return _LANDMARK_FACTOR
    if before in _STREET and affair not in _OF_STREETS:
        return _STREET_FACTOR
    return _OPENING_FACTOR if start < _OPENING else 1.0


def is_denied(words: tuple[str, ...], start: int) -> bool:
    """Say whether this is what it is not about: "bukan soal parkir", "tidak ada hubungannya dengan parkir"."""
    at = start - 1
    while at > 0 and at > start - 3 and words[at] in _ABOUT:
        at -= 1
    if at >= 0 and words[at] == "bukan":
        return True
    return at > 0 and words[at] in _RELATED and "tidak" in words[max(0, at - 2) : at]


def is_landmark(words: tuple[str, ...], start: int) -> bool:
    """Say whether what starts here only tells where something is: "depan RSUD", "samping kantor camat"."""
    before = words[start - 1] if start else ""
    before2 = words[start - 2] if start > 1 else ""
    return before in _LANDMARK or (before2 in _LANDMARK and before in _BUILDING)
