"""What clocks are computed by in this installation: limits, ladder and the calendars, and their versions."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

from services.casework.clocks.ladder import Ladder, load_ladder
from services.casework.clocks.limits import Limits, load_limits
from services.casework.clocks.settings import ClockSettings
from shared.calendar import Calendar, calendar
from shared.core.times import WITA, utc_now
from shared.directory import directory
from shared.directory.regions import PROVINCE_CODE, regencies, regency_of

_AHEAD = timedelta(days=100)
"""As far as the longest limit reaches, 60 working days."""


class Terms:
    """Limits, ladder and calendars; `version` names them all, so that what was computed by others is found."""

    def __init__(self, limits: Limits, ladder: Ladder, calendars: Callable[[str], Calendar] = calendar) -> None:
        self.limits = limits
        self.ladder = ladder
        found = {code: calendars(code) for code in (PROVINCE_CODE, *(one.code for one in regencies()))}
        different = {one.version: one for one in found.values()}
        self._calendars = {code: different[one.version] for code, one in found.items()}
        """One for all regions that have the same days."""
        told = " ".join(f"{code} {one.version}" for code, one in sorted(found.items()))
        self.version = f"{hashlib.sha256(told.encode()).hexdigest()[:12]} {limits.version} {ladder.version}"
        """Of all calendars, the limits and the ladder."""

    def calendar(self, agency_key: str | None) -> Calendar:
        """Return the calendar of an agency's offices."""
        return self._calendars[region_of(agency_key)]

    def require(self) -> None:
        """Raise `CalendarDataError` where a limit that begins today may end in a year that is not known."""
        today = utc_now().astimezone(WITA).date()
        self._calendars[PROVINCE_CODE].require(range(today.year, (today + _AHEAD).year + 1))


@cache
def region_of(agency_key: str | None) -> str:
    """Return whose offices' calendar holds for an agency: its regency's or city's, otherwise the province's."""
    today = utc_now().astimezone(WITA).date()
    agency = directory().agency_known(agency_key, on=today) if agency_key else None
    return (regency_of(agency.region_code) if agency else None) or PROVINCE_CODE


@cache
def terms() -> Terms:
    """Return what holds in this installation, read once; `DirectoryDataError` names file and row of what is wrong."""
    own = ClockSettings.load()
    return Terms(
        load_limits(Path(own.limits) if own.limits else None), load_ladder(Path(own.ladder) if own.ladder else None)
    )
