"""Working time in NTB: office hours, Ramadan, holidays, cuti bersama and days off of a region, as dated data."""

from shared.calendar.load import calendar, load_calendar
from shared.calendar.working import Calendar, CalendarDataError, Interval

__all__ = ["Calendar", "CalendarDataError", "Interval", "calendar", "load_calendar"]
