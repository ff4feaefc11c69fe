"""The ladder: who is told before a deadline and who after it; an operator's own steps over the shipped ones."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from services.casework.clocks.limits import CLOCKS, Clock
from shared.calendar import Calendar, CalendarDataError
from shared.core.times import WITA
from shared.directory.tables import Row, read

Audience = Literal["liaison", "leader", "coordinator", "inspectorate"]
When = Literal["before", "after"]
Unit = Literal["working_days", "hours", "office_hours"]

SHIPPED = Path(__file__).parent / "ladder.csv"
_COLUMNS = ("clock", "step", "audience", "when", "amount", "unit", "source")
_OF_THE_AGENCY = frozenset[Audience]({"liaison", "leader"})
_LONGEST = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Whom to tell how long before or after a clock runs out. `amount` 0 says: when it does."""

    clock: Clock
    name: str
    audience: Audience
    when: When
    amount: int
    unit: Unit
    source: str


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of one deadline, with its time."""

    at: datetime
    step: Step


class Ladder:
    """All steps; a clock without any reminds nobody."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._by_clock: dict[str, tuple[Step, ...]] = {}
        for step in steps:
            self._by_clock[step.clock] = (*self._by_clock.get(step.clock, ()), step)
        self._before = {
            clock: tuple(step for step in steps if step.when == "before") for clock, steps in self._by_clock.items()
        }
        told = repr(sorted((clock, tuple(map(repr, steps))) for clock, steps in self._by_clock.items()))
        self.version = hashlib.sha256(told.encode()).hexdigest()[:12]

    def rungs(self, clock: str, due_at: datetime, calendar: Calendar) -> tuple[Rung, ...]:
        """Return the steps of a deadline, the first first.

        Without those in a year that the calendar does not know: with the year's days comes another version of it, and
        all is computed again.
        """
        return tuple(sorted(self._timed(self._by_clock.get(clock, ()), due_at, calendar), key=lambda rung: rung.at))

    def first_before(self, clock: str, due_at: datetime, calendar: Calendar, now: datetime) -> datetime | None:
        """Return the next step before a deadline that is still ahead; every new case asks for it."""
        rungs = self._timed(self._before.get(clock, ()), due_at, calendar)
        return min((rung.at for rung in rungs if rung.at > now), default=None)

    def _timed(self, steps: Iterable[Step], due_at: datetime, calendar: Calendar) -> Iterator[Rung]:
        for step in steps:
            at = _time_of(step.when, step.amount, step.unit, due_at, calendar)
            if at is not None:
                yield Rung(at, step)


def _time_of(when: When, amount: int, unit: Unit, due_at: datetime, calendar: Calendar) -> datetime | None:
    if unit == "hours":
        return due_at + timedelta(hours=amount if when == "after" else -amount)
    return due_at if amount == 0 else _office_time(when, amount, unit, due_at, calendar)


@lru_cache(maxsize=4096)
def _office_time(when: When, amount: int, unit: Unit, due_at: datetime, calendar: Calendar) -> datetime | None:
    """Working days end at closing time: many deadlines share a moment."""
    hours = timedelta(hours=amount)
    try:
        match when, unit:
            case "after", "working_days":
                return calendar.add_working_days(due_at, amount)
            case "after", _:
                return calendar.add_office_time(due_at, hours)
            case _, "working_days":
                return _morning(amount, due_at, calendar)
            case _:
                return _before(due_at, hours, calendar)
    except CalendarDataError:
        return None


def _morning(amount: int, due_at: datetime, calendar: Calendar) -> datetime:
    """Return when the office opens so many working days before."""
    day, left = due_at.astimezone(WITA).date(), amount
    while left:
        day -= timedelta(days=1)
        left -= calendar.is_working_day(day)
    return calendar.first_opening(day)


def _before(due_at: datetime, amount: timedelta, calendar: Calendar) -> datetime:
    """Return the last moment from which the office is open for `amount` until the clock runs out."""
    local, left = due_at.astimezone(WITA), amount
    day: date = local.date()
    while True:
        for interval in reversed(calendar.hours_on(day)):
            closes = min(interval.closes, local)
            if closes - interval.opens >= left:
                return closes - left
            left -= max(closes - interval.opens, timedelta(0))
        day -= timedelta(days=1)


def audience_of(step: Step, *, agency_key: str | None, sealed: bool) -> Audience | None:
    """Return who is told of a case; None where nobody more is.

    Sealed ones are the Inspectorate's alone, which works them itself (Perpres 76/2013): the coordinator hears nothing.
    What has no agency yet has only the coordinator, who gives it to one.
    """
    if sealed:
        return None if step.audience == "coordinator" else "inspectorate"
    if agency_key is None and step.audience in _OF_THE_AGENCY:
        return "coordinator"
    return step.audience


def whose(audience: Audience, agency_key: str | None) -> str | None:
    """Return the agency whose liaison or leader is told; None for who watches over all, whoever has the case."""
    return agency_key if audience in _OF_THE_AGENCY else None


def load_ladder(override: Path | None = None, *, shipped: Path = SHIPPED) -> Ladder:
    """Read the ladder; a row of `override` replaces the shipped one of the same clock and step, any other is added.

    `DirectoryDataError` names file and row of what is wrong.
    """
    found = _by_key(shipped, shipped.name) | (_by_key(override, str(override)) if override else {})
    return Ladder(step for step in found.values() if step is not None)


def _by_key(path: Path, called: str) -> dict[tuple[str, str], Step | None]:
    found: dict[tuple[str, str], Step | None] = {}
    for row in read(path, _COLUMNS, called):
        key = row.text("clock"), row.text("step")
        if key in found:
            raise row.error(f"{' '.join(key)} stands twice")
        found[key] = _step(row)
    return found


def _step(row: Row) -> Step | None:
    """Return a step; None for one whose audience is `nobody`, with which an operator takes a shipped one away."""
    if row.text("audience") == "nobody":
        return None
    return Step(
        clock=next(word for word in CLOCKS if word == row.choice("clock", frozenset(CLOCKS))),
        name=row.text("step"),
        audience=next(w for w in get_args(Audience) if w == row.choice("audience", frozenset(get_args(Audience)))),
        when=next(word for word in get_args(When) if word == row.choice("when", frozenset(get_args(When)))),
        amount=_amount(row),
        unit=next(word for word in get_args(Unit) if word == row.choice("unit", frozenset(get_args(Unit)))),
        source=row.text("source"),
    )


def _amount(row: Row) -> int:
    text = row.text("amount")
    if not (text.isascii() and text.isdecimal() and int(text) <= _LONGEST):
        raise row.error(f"amount is {text!r}, expected a whole number from 0 to {_LONGEST}")
    if int(text) == 0 and row.cells["when"] == "before":
        raise row.error("a step before a deadline is at least 1 before it")
    return int(text)
