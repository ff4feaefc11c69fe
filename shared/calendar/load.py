"""Builds a region's calendar: holidays and cuti bersama of lokal-id, office hours, Ramadan, the operator's own rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path

from shared.calendar.settings import CalendarSettings
from shared.calendar.working import Calendar, CalendarDataError, Hours
from shared.directory.regions import PROVINCE_CODE, regencies
from shared.directory.tables import Row, Table, rows

DATA = Path(__file__).parent / "data"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEASONS = frozenset({"normal", "ramadan"})
CERTAINTY = frozenset({"certain", "press", "to be checked"})
_SAID = ("certainty", "source")
HOURS = Table(
    "hours.csv", ("season", "weekday", "valid_from", "valid_to", "hours", *_SAID), ("season", "weekday", "valid_from")
)
RAMADAN = Table("ramadan.csv", ("hijri_year", "first", "last", *_SAID), ("hijri_year",))
DAYS = Table("days.csv", ("day", "region_code", "kind", "name", "source"), ("day", "region_code"))
YEARS = Table("years.csv", ("year", "source"), ("year",))
#: What an operator may override.
TABLES = (HOURS, RAMADAN, DAYS, YEARS)


@dataclass(frozen=True, slots=True)
class _Period:
    """Office hours of one weekday in one season, for some time."""

    first: date
    last: date
    hours: Hours
    row: Row

    def holds_on(self, day: date) -> bool:
        return self.first <= day <= self.last


def load_calendar(region_code: str = PROVINCE_CODE, *, override: Sequence[Path] = ()) -> Calendar:
    """Build the calendar of the province or of one of its regencies and cities.

    `override`: folders with tables of an operator's own. `DirectoryDataError` names file and row of what is wrong;
    `CalendarDataError` what a year lacks.
    """
    for own in override:
        _check_override(own)
    years = _years(rows(YEARS, *override, shipped=DATA))
    office = _Office(rows(HOURS, *override, shipped=DATA), rows(RAMADAN, *override, shipped=DATA))
    office.check(years)
    off = {day: False for year in years for day in _holidays(year)} | _own_days(
        rows(DAYS, *override, shipped=DATA), region_code, office
    )
    hours = {day: office.hours(day) for day in _each_day(years) if off.get(day, True)}
    return Calendar(hours, years)


@cache
def calendar(region_code: str = PROVINCE_CODE) -> Calendar:
    """Return the calendar of a region in this installation, read once, with `NTBCARE_CALENDAR` over what is shipped."""
    own = CalendarSettings.load().calendar
    return load_calendar(region_code, override=(Path(own),) if own else ())


class _Office:
    """When offices are open if no day off says otherwise."""

    def __init__(self, hours: Iterable[Row], ramadan: Iterable[Row]) -> None:
        self._periods: dict[tuple[str, int], list[_Period]] = {}
        for row in hours:
            self._add(row)
        self._ramadan = tuple(map(_ramadan, ramadan))
        self._months = frozenset(day for first, last in self._ramadan for day in _from_to(first, last))

    def _add(self, row: Row) -> None:
        key = row.choice("season", SEASONS), WEEKDAYS.index(row.choice("weekday", frozenset(WEEKDAYS)))
        row.choice("certainty", CERTAINTY)
        period = _Period(row.day("valid_from"), row.optional_day("valid_to") or date.max, _hours(row), row)
        for other in self._periods.setdefault(key, []):
            if other.holds_on(period.first) or period.holds_on(other.first):
                raise row.error(f"row {other.row.line} of {other.row.file} holds at the same time")
        self._periods[key].append(period)

    def hours(self, day: date) -> Hours:
        """Return the hours of a day; none on a weekday that has none in any season."""
        season = "ramadan" if day in self._months else "normal"
        found = next((p.hours for p in self._periods.get((season, day.weekday()), ()) if p.holds_on(day)), None)
        if found is None and any((each, day.weekday()) in self._periods for each in SEASONS):
            raise CalendarDataError(f"hours.csv: no row gives the {season} hours of {WEEKDAYS[day.weekday()]} {day}")
        return found or ()

    def check(self, years: Iterable[int]) -> None:
        """Refuse a year whose Ramadan is not known: each has at least one that begins in it."""
        known = {first.year for first, _ in self._ramadan}
        if missing := sorted(set(years) - known):
            raise CalendarDataError(f"ramadan.csv: no Ramadan begins in {', '.join(map(str, missing))}; add its row")


def _hours(row: Row) -> Hours:
    found = tuple(_span(row, part) for part in row.many("hours"))
    moments = [moment for span in found for moment in span]
    if not found or moments != sorted(set(moments)):
        raise row.error(f"hours is {row.cells['hours']!r}, expected rising times such as 07:30-12:00;13:00-16:00")
    return found


def _span(row: Row, part: str) -> tuple[time, time]:
    try:
        opens, closes = part.split("-")
        return time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())
    except ValueError:
        raise row.error(f"hours holds {part!r}, expected a span such as 07:30-12:00") from None


def _ramadan(row: Row) -> tuple[date, date]:
    row.choice("certainty", CERTAINTY)
    first, last = row.day("first"), row.day("last")
    if (last - first).days + 1 not in {29, 30}:
        raise row.error("Ramadan has 29 or 30 days; first and last are both part of it")
    return first, last


def _years(added: Iterable[Row]) -> tuple[int, ...]:
    from lokal.holidays import HOLIDAY_YEARS  # noqa: PLC0415  (only for those who ask for working time)

    found = set(HOLIDAY_YEARS)
    for row in added:
        if not row.text("year").isdecimal() or not row.text("source"):
            raise row.error(f"year is {row.cells['year']!r}, expected one such as 2028")
        found.add(int(row.cells["year"]))
    return tuple(sorted(found))


def _holidays(year: int) -> Iterator[date]:
    """Yield the days of the SKB of three ministers; the days of any other year stand in days.csv."""
    from lokal.holidays import HOLIDAY_YEARS, get_holidays  # noqa: PLC0415

    if year in HOLIDAY_YEARS:
        yield from (date.fromisoformat(holiday.date) for holiday in get_holidays(year).holidays)


def _own_days(found: Iterable[Row], region_code: str, office: _Office) -> dict[date, bool]:
    """Return the operator's days that hold in a region, True where one is worked; the nearer region counts."""
    regions = {PROVINCE_CODE, *(regency.code for regency in regencies())}
    if region_code not in regions:
        raise ValueError(f"{region_code} is neither the province nor one of its regencies and cities")
    near: dict[date, bool] = {}
    for row in sorted(found, key=lambda row: len(row.cells["region_code"])):
        code, worked = row.choice("region_code", frozenset(regions)), row.choice("kind", _KINDS) == "working"
        if worked and not office.hours(row.day("day")):
            raise row.error(f"hours.csv gives no hours for a {WEEKDAYS[row.day('day').weekday()]}; add them")
        if code in {PROVINCE_CODE, region_code}:
            near[row.day("day")] = worked
    return near


_KINDS = frozenset({"off", "working"})


def _each_day(years: Iterable[int]) -> Iterator[date]:
    for year in years:
        yield from _from_to(date(year, 1, 1), date(year, 12, 31))


def _from_to(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _check_override(own: Path) -> None:
    known = sorted(table.name for table in TABLES)
    if not own.is_dir():
        raise CalendarDataError(f"{own}: no folder is there (NTBCARE_CALENDAR)")
    for path in sorted(own.glob("*.csv")):
        if path.name not in known:
            raise CalendarDataError(f"{path}: no table of that name can be overridden; these can: {', '.join(known)}")
