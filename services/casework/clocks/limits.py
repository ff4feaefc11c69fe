"""Reads the limits of the clocks: dated rows, checked at load, an operator's own over the shipped ones.

A clock's limit is that of the day (WITA) on which it began. A row of a kind goes before a row of an urgency, and either
before one of neither. Sources: `limits.csv` beside this file names them, with how certain each is.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Literal, TypeVar, get_args

from shared.core.times import WITA
from shared.directory import DirectoryDataError
from shared.directory.tables import Row, read
from shared.events import KIND_WORDS, URGENCY_WORDS

Clock = Literal["verify", "follow_up", "resolve", "respond", "transfer", "close", "complete"]
Unit = Literal["working_days", "hours", "calendar_days"]
Certainty = Literal["certain", "press", "to be checked"]

UNIT_WORDS = {"working_days": "hari kerja", "hours": "jam", "calendar_days": "hari"}
CLOCKS: tuple[Clock, ...] = get_args(Clock)
SHIPPED = Path(__file__).parent / "limits.csv"
#: What limited earlier complaints is not recorded here: their limits are unknown.
KNOWN_FROM = date(2019, 1, 1)
_COLUMNS = ("clock", "kind", "urgency", "amount", "unit", "valid_from", "valid_to", "certainty", "source")
_KEY = ("clock", "kind", "urgency", "valid_from")
_LONGEST = 365
_Word = TypeVar("_Word", bound=str)


class LimitsError(DirectoryDataError):
    """The limits have a gap or an overlap; the message names clock, kind, urgency and day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long a clock runs, from when until when that holds (both days included), and who says so."""

    clock: Clock
    amount: int
    unit: Unit
    valid_from: date
    source: str
    certainty: Certainty
    kind: str | None = None
    urgency: str | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether it limits what begins on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Limits:
    """All limits, without a gap or an overlap since `KNOWN_FROM`."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        self._by_cut: dict[tuple[Clock, str | None, str | None], list[Limit]] = {}
        for limit in limits:
            self._by_cut.setdefault((limit.clock, limit.kind, limit.urgency), []).append(limit)
        told = sorted(repr(limit) for limits in self._by_cut.values() for limit in limits)
        self.version = hashlib.sha256(repr(told).encode()).hexdigest()[:12]
        self._on = lru_cache(maxsize=4096)(self._found)

    def limit(self, clock: Clock, *, kind: str, urgency: str, at: datetime) -> Limit | None:
        """Return what limits a clock that begins at `at`; None before `KNOWN_FROM`."""
        return self._on(clock, kind, urgency, at.astimezone(WITA).date())

    def _found(self, clock: Clock, kind: str, urgency: str, day: date) -> Limit | None:
        for cut in ((kind, urgency), (kind, None), (None, urgency), (None, None)):
            for limit in self._by_cut.get((clock, *cut), ()):
                if limit.holds_on(day):
                    return limit
        return None

    def faults(self) -> Iterator[str]:
        """Name every overlap, and every clock that has no limit on some day since `KNOWN_FROM`."""
        for (clock, kind, urgency), limits in self._by_cut.items():
            for limit in limits:
                if any(other.holds_on(limit.valid_from) for other in limits if other is not limit):
                    yield f"{_called(clock, kind, urgency)}: two limits hold on {limit.valid_from}"
        for clock, kind, urgency in product(CLOCKS, KIND_WORDS, URGENCY_WORDS):
            gap = next((day for day in self._changes() if self._on(clock, kind, urgency, day) is None), None)
            if gap is not None:
                yield f"{_called(clock, kind, urgency)}: no limit holds on {gap}"

    def _changes(self) -> tuple[date, ...]:
        days = {KNOWN_FROM}
        for limits in self._by_cut.values():
            days |= {limit.valid_from for limit in limits}
            days |= {limit.valid_to + timedelta(days=1) for limit in limits if limit.valid_to}
        return tuple(sorted(day for day in days if day >= KNOWN_FROM))


def load_limits(override: Path | None = None, *, shipped: Path = SHIPPED) -> Limits:
    """Read the limits; a row of `override` replaces the shipped one of the same clock, kind, urgency and `valid_from`.

    `DirectoryDataError` names file and row of what is wrong, or every gap and overlap.
    """
    found = _by_key(shipped, shipped.name) | (_by_key(override, str(override)) if override else {})
    limits = Limits(found.values())
    if faults := tuple(limits.faults()):
        raise LimitsError("\n".join([f"{override or shipped.name}: the limits have gaps or overlaps:", *faults]))
    return limits


def _by_key(path: Path, called: str) -> dict[tuple[str, ...], Limit]:
    found: dict[tuple[str, ...], Limit] = {}
    for row in read(path, _COLUMNS, called):
        key = tuple(row.cells[column] for column in _KEY)
        if key in found:
            raise row.error(f"{' '.join(filter(None, key))} stands twice")
        found[key] = _limit(row)
    return found


def _limit(row: Row) -> Limit:
    valid_from, valid_to = row.day("valid_from"), row.optional_day("valid_to")
    if valid_to is not None and valid_to < valid_from:
        raise row.error(f"valid_to {valid_to} lies before valid_from {valid_from}")
    return Limit(
        clock=_one_of(row, "clock", CLOCKS),
        kind=row.choice("kind", frozenset(KIND_WORDS)) if row.optional("kind") else None,
        urgency=row.choice("urgency", frozenset(URGENCY_WORDS)) if row.optional("urgency") else None,
        amount=_amount(row),
        unit=_one_of(row, "unit", get_args(Unit)),
        valid_from=valid_from,
        valid_to=valid_to,
        certainty=_one_of(row, "certainty", get_args(Certainty)),
        source=row.text("source"),
    )


def _one_of(row: Row, column: str, words: tuple[_Word, ...]) -> _Word:
    chosen = row.choice(column, frozenset(words))
    return next(word for word in words if word == chosen)


def _amount(row: Row) -> int:
    text = row.text("amount")
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= _LONGEST):
        raise row.error(f"amount is {text!r}, expected a whole number from 1 to {_LONGEST}")
    return int(text)


def _called(clock: str, kind: str | None, urgency: str | None) -> str:
    return " ".join(filter(None, (clock, kind, urgency)))
