"""How often officers overruled the machine: by rule, by words or model, by affair, by region, by confidence. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

UNKNOWN = "—"


class Outcome(NamedTuple):
    """How many complaints were decided in one way and ended, by an officer's word, in one way.

    `sure`: how sure the decision was, down to the tenth.
    """

    rule: str | None
    affair_by: str | None
    decided: str | None
    region: str | None
    chosen: str | None
    overruled: bool
    affair_overruled: bool
    sure: float
    complaints: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Of so many judged complaints, so many went to another agency, and so many were of another affair."""

    name: str
    judged: int
    overruled: int
    other_affair: int

    @property
    def share(self) -> float:
        """Return the share that was overruled, 0 to 1."""
        return self.overruled / self.judged if self.judged else 0.0


_CUTS: Mapping[str, Callable[[Outcome], str]] = {
    "rule": lambda one: one.rule or UNKNOWN,
    "affair_by": lambda one: one.affair_by or UNKNOWN,
    "affair": lambda one: one.decided or UNKNOWN,
    "region": lambda one: one.region or UNKNOWN,
    "confidence": lambda one: f"{one.sure:.1f}-{one.sure + 0.1:.1f}",
}


def report(outcomes: Sequence[Outcome]) -> dict[str, list[Line]]:
    """Return the whole (`all`, one line) and each cut of it, the most judged first; every cut adds up to the whole."""
    return {"all": _cut(outcomes, lambda _: "all")} | {name: _cut(outcomes, key) for name, key in _CUTS.items()}


def _cut(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> list[Line]:
    counted: dict[str, list[int]] = {}
    for one in outcomes:
        row = counted.setdefault(key(one), [0, 0, 0])
        row[0] += one.complaints
        row[1] += one.complaints * one.overruled
        row[2] += one.complaints * one.affair_overruled
    lines = [
        Line(name=name, judged=judged, overruled=overruled, other_affair=other)
        for name, (judged, overruled, other) in counted.items()
    ]
    return sorted(lines, key=lambda line: (-line.judged, line.name))
