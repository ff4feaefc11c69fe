"""Working time, pure: which days and hours an office is open in NTB, and counting in them.

Every time is aware; a day is a day in WITA. What lies in a year that the calendar does not know is `CalendarDataError`,
never a year without holidays.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from shared.core.times import WITA
from shared.directory import DirectoryDataError

_NONE = timedelta()


class CalendarDataError(DirectoryDataError):
    """The calendar's tables do not reach so far; the message says what to add where."""


class Interval(NamedTuple):
    """From when until when an office is open, without a break."""

    opens: datetime
    closes: datetime


Hours = tuple[tuple[time, time], ...]
"""A day's office hours in WITA, in order; none on a day off."""


class Calendar:
    """The working time of one region; immutable. Each question costs a search in a list of its working days.

    **The day of a thing** is the working day on which an office has it: the day itself until it closes, otherwise the
    next working day. So what arrives on Sunday at 23:59, on Monday before dawn or on Monday at ten has the same day,
    and no limit jumps at midnight. The law counts from receipt and says nothing of nights (UU 25/2009, PermenPANRB
    62/2018); that what comes out of hours is the next working day's is the offices' practice (to be checked).
    """

    def __init__(self, hours: Mapping[date, Hours], years: Collection[int]) -> None:
        """`hours`: of every working day of `years`."""
        self.years = tuple(sorted(years))
        self._hours = {day: _intervals(day, hours[day]) for day in sorted(hours) if hours[day]}
        self._days = tuple(self._hours)
        self._closings = tuple(intervals[-1].closes for intervals in self._hours.values())
        self._index = {day: index for index, day in enumerate(self._days)}
        flat = tuple(interval for intervals in self._hours.values() for interval in intervals)
        self._openings = tuple(interval.opens for interval in flat)
        self._ends = tuple(interval.closes for interval in flat)
        self._before = tuple(_sums(interval.closes - interval.opens for interval in flat))
        told = f"{self.years}{[(day.isoformat(), hours[day]) for day in self._days]}"
        self.version = hashlib.sha256(told.encode()).hexdigest()[:12]
        """Changes when any hour or day off does, and only then."""

    def require(self, years: Iterable[int]) -> None:
        """Raise `CalendarDataError` unless all these years are known."""
        if missing := sorted(set(years) - set(self.years)):
            raise CalendarDataError(
                f"The calendar knows no holidays of {', '.join(map(str, missing))} (it knows "
                f"{', '.join(map(str, self.years))}). Update lokal-id, or write days.csv, ramadan.csv and years.csv "
                "into the folder that NTBCARE_CALENDAR names (shared/calendar/README.md)."
            )

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office opens on a day at all."""
        self._known(day)
        return day in self._index

    def hours_on(self, day: date) -> tuple[Interval, ...]:
        """Return when the office is open on a day, in order; nothing on a day off."""
        self._known(day)
        return self._hours.get(day, ())

    def next_open(self, at: datetime) -> datetime:
        """Return the first moment from `at` on at which the office is open."""
        index = bisect_right(self._ends, self._local(at))
        self._reach(at, self._openings, index)
        return max(self._openings[index], at.astimezone(WITA))

    def first_opening(self, day: date) -> datetime:
        """Return when the office opens on a day, or on the first working day after it."""
        return self.next_open(datetime.combine(day, time(), WITA))

    def add_working_days(self, start: datetime, number: int) -> datetime:
        """Return when the office closes on the `number`-th working day after the day of `start` (see the class).

        The day itself is not counted: three working days from a Monday end on Thursday.
        """
        if number < 0:
            raise ValueError("working days are counted forward")
        index = self._day_of(start) + number
        self._reach(start, self._closings, index)
        return self._closings[index]

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Count the working days from the day of `start` to the day of `end`; negative when it lies before."""
        first, last = self._day_of(start), self._day_of(end)
        self._between(start, end)
        return last - first

    def add_office_time(self, start: datetime, amount: timedelta) -> datetime:
        """Return the first moment at which the office was open for `amount` since `start`."""
        if amount < _NONE:
            raise ValueError("office time is counted forward")
        if not amount:
            return start.astimezone(WITA)
        wanted = self._elapsed(start) + amount
        index = bisect_left(self._before, wanted) - 1
        self._reach(start, self._openings, index)
        return self._openings[index] + (wanted - self._before[index])

    def office_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how long the office is open between two moments; negative when the second lies before the first."""
        amount = self._elapsed(end) - self._elapsed(start)
        self._between(start, end)
        return amount

    def _elapsed(self, at: datetime) -> timedelta:
        """Return how long the office was open before, since the first year that is known."""
        local = self._local(at)
        index = bisect_right(self._openings, local) - 1
        return self._before[index] + min(local, self._ends[index]) - self._openings[index] if index >= 0 else _NONE

    def _day_of(self, at: datetime) -> int:
        index = bisect_left(self._closings, self._local(at))
        self._reach(at, self._closings, index)
        return index

    def _local(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("a time without its zone")
        local = at.astimezone(WITA)
        self._known(local)
        return local

    def _known(self, day: date) -> None:
        if day.year not in self.years:
            self.require([day.year])

    def _between(self, start: datetime, end: datetime) -> None:
        """Refuse to count across a year that is not known."""
        years = sorted((start.astimezone(WITA).year, end.astimezone(WITA).year))
        if years[0] != years[1]:
            self.require(range(years[0], years[1] + 1))

    def _reach(self, start: datetime, moments: tuple[datetime, ...], index: int) -> None:
        """Refuse a moment beyond the years that are known, or one that was counted across a gap in them."""
        if index >= len(moments):
            self.require([self.years[-1] + 1])
        self._between(start, moments[index])


def _intervals(day: date, hours: Hours) -> tuple[Interval, ...]:
    return tuple(
        Interval(datetime.combine(day, opens, WITA), datetime.combine(day, closes, WITA)) for opens, closes in hours
    )


def _sums(lengths: Iterable[timedelta]) -> Iterable[timedelta]:
    """Yield the sum before each length, and that of all."""
    total = _NONE
    yield total
    for length in lengths:
        total += length
        yield total
