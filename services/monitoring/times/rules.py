"""What the database needs to count working days: when offices close, and from when until when that is known. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.calendar import Calendar
from shared.core.times import WITA

MOST = 100_000
"""Of more complaints than these, the times of so many are told: to sort a million eighteen times takes too long."""
DRAWS = 1 << 16
"""Each complaint has a number below this, made of its id: whoever asks twice gets the same ones."""


@dataclass(frozen=True, slots=True)
class Office:
    """When offices of these regions close, one moment for each working day, in order; of no region: all others."""

    regions: tuple[str, ...]
    closings: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The offices, and the spans within which every one of them is known: from the first moment to the last closing."""

    offices: tuple[Office, ...]
    spans: tuple[tuple[datetime, datetime], ...]


def working_days(province: Calendar, regions: Mapping[str, Calendar]) -> WorkingDays:
    """Return what is known of working days; a region that works when the province does is no office of its own."""
    own: dict[str, list[str]] = {}
    for code, calendar in regions.items():
        if calendar.version != province.version:
            own.setdefault(calendar.version, []).append(code)
    offices = [Office((), tuple(_closings(province)))]
    offices += [Office(tuple(codes), tuple(_closings(regions[codes[0]]))) for codes in own.values()]
    return WorkingDays(tuple(offices), tuple(_spans(province.years, offices)))


def _closings(calendar: Calendar) -> Iterator[datetime]:
    for year in calendar.years:
        first = date(year, 1, 1)
        for number in range((date(year + 1, 1, 1) - first).days):
            if hours := calendar.hours_on(first + timedelta(days=number)):
                yield hours[-1].closes


def _spans(years: Sequence[int], offices: Sequence[Office]) -> Iterator[tuple[datetime, datetime]]:
    """Yield each run of years without a gap: across one, nobody knows how many days were worked."""
    for first in (year for year in years if year - 1 not in years):
        last = next(year for year in range(first, first + len(years)) if year + 1 not in years)
        closings = (max(one for one in office.closings if one.year <= last) for office in offices)
        yield datetime.combine(date(first, 1, 1), time(), WITA), min(closings)


def draws(sizes: Mapping[str, int]) -> dict[str, int]:
    """Return of each bucket below which number its complaints are taken, so that at most about `MOST` are, of all.

    Small buckets are taken whole; of the others each gives the same number.
    """
    share, left = MOST, MOST
    for taken, size in enumerate(sorted(sizes.values())):
        share = left // (len(sizes) - taken)
        if size > share:
            break
        left -= size
    return {bucket: DRAWS if size <= share else max(1, DRAWS * share // size) for bucket, size in sizes.items()}
