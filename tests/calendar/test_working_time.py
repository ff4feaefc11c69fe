"""Working time in NTB, against examples that were worked by hand, and by properties."""

from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendar import CalendarDataError, load_calendar
from shared.core.times import WITA

CALENDAR = load_calendar()
few = settings(max_examples=60, deadline=None, database=None)
moments = st.timedeltas(timedelta(0), timedelta(days=600)).map(lambda span: datetime(2026, 1, 1, tzinfo=WITA) + span)
spans = st.timedeltas(timedelta(0), timedelta(hours=300))
days = st.integers(0, 60)


def wita(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


# Each day between is written out, so that a reader can check it against the SKB.
DUE = [
    # An ordinary week: Tue, Wed, Thu.
    ("2026-11-02T10:00", 3, "2026-11-05T16:00"),
    # Over a weekend: Fri 6 (closes 16:30), Mon 9.
    ("2026-11-05T10:00", 1, "2026-11-06T16:30"),
    ("2026-11-05T10:00", 2, "2026-11-09T16:00"),
    # Lebaran 2026: Tue 17 | Wed 18 cuti (Nyepi), Thu 19 Nyepi, Fri 20 cuti, Sat 21 and Sun 22 Idulfitri, Mon 23 and
    # Tue 24 cuti | Wed 25, Thu 26, Fri 27, Mon 30.
    ("2026-03-16T09:00", 1, "2026-03-17T15:00"),
    ("2026-03-16T09:00", 2, "2026-03-25T16:00"),
    ("2026-03-16T09:00", 5, "2026-03-30T16:00"),
    # Received in the middle of it: the day is Wed 25, the first after it Thu 26.
    ("2026-03-21T11:00", 1, "2026-03-26T16:00"),
    # Year's end: Thu 24 cuti, Fri 25 Christmas | Mon 28, Tue 29, Wed 30, Thu 31 | Fri 1 January | Mon 4 | Tue 5 Isra
    # Mikraj | Wed 6.
    ("2026-12-23T10:00", 3, "2026-12-30T16:00"),
    ("2026-12-30T10:00", 2, "2027-01-04T16:00"),
    ("2026-12-30T10:00", 3, "2027-01-06T16:00"),
    # On a Friday early, at prayer and at closing (16:30): Friday's, due on Monday. A minute later: due on Tuesday.
    ("2026-11-06T07:00", 1, "2026-11-09T16:00"),
    ("2026-11-06T12:45", 1, "2026-11-09T16:00"),
    ("2026-11-06T16:30", 1, "2026-11-09T16:00"),
    ("2026-11-06T16:31", 1, "2026-11-10T16:00"),
    # Ramadan 2026 from 19 February: offices close at 15:00, on Friday at 15:30.
    ("2026-02-18T10:00", 1, "2026-02-19T15:00"),
    ("2026-02-18T10:00", 2, "2026-02-20T15:30"),
    # Sunday 23:59, Monday before dawn, Monday at ten: all of them Monday's.
    ("2026-11-08T23:59", 3, "2026-11-12T16:00"),
    ("2026-11-09T04:00", 3, "2026-11-12T16:00"),
    ("2026-11-09T10:00", 3, "2026-11-12T16:00"),
    ("2026-11-02T10:00", 20, "2026-11-30T16:00"),
    ("2026-11-02T10:00", 41, "2026-12-31T16:00"),
    ("2026-11-02T10:00", 0, "2026-11-02T16:00"),
]


@pytest.mark.parametrize(("start", "number", "due"), DUE)
def test_working_days_end_when_the_office_closes_on_the_last_of_them(start, number, due):
    assert CALENDAR.add_working_days(wita(start), number) == wita(due)


def test_midnight_is_that_of_wita_and_not_of_utc():
    # Thursday 5 November 17:00 UTC is Friday 01:00 in Mataram, Friday 17:00 UTC is Saturday 01:00: Monday's.
    assert CALENDAR.add_working_days(datetime(2026, 11, 5, 17, tzinfo=UTC), 1) == wita("2026-11-09T16:00")
    assert CALENDAR.add_working_days(datetime(2026, 11, 6, 17, tzinfo=UTC), 1) == wita("2026-11-10T16:00")
    assert CALENDAR.add_working_days(datetime(2026, 12, 31, 15, 59, tzinfo=UTC), 0) == wita("2027-01-04T16:00")


OFFICE_TIME = [
    ("2026-11-06T11:00", "02:00", "2026-11-06T14:30"),  # Friday: an hour until 12:00, prayer, an hour from 13:30
    ("2026-11-06T12:30", "00:30", "2026-11-06T14:00"),  # asked during prayer
    ("2026-11-06T16:00", "01:00", "2026-11-09T08:00"),  # half an hour on Friday, half an hour on Monday
    ("2026-11-05T11:00", "02:00", "2026-11-05T14:00"),  # Thursday: the break is 12:00 to 13:00
    ("2026-02-20T12:00", "00:30", "2026-02-20T13:30"),  # Friday in Ramadan: the break is 12:20 to 13:20
    ("2026-02-23T12:00", "00:30", "2026-02-23T13:00"),  # Monday in Ramadan: 12:20 to 12:50
    ("2026-03-17T14:00", "02:00", "2026-03-25T08:30"),  # across Lebaran: an hour on 17 March, an hour on 25 March
    (
        "2026-11-02T07:30",
        "07:30",
        "2026-11-02T16:00",
    ),  # a whole day ends when the office closes, not when it opens again
]


@pytest.mark.parametrize(("start", "amount", "end"), OFFICE_TIME)
def test_office_time_runs_only_while_the_office_is_open(start, amount, end):
    hours, minutes = map(int, amount.split(":"))
    span = timedelta(hours=hours, minutes=minutes)
    assert CALENDAR.add_office_time(wita(start), span) == wita(end)
    assert CALENDAR.office_time_between(wita(start), wita(end)) == span


OPENINGS = [
    ("2026-11-05T03:00", "2026-11-05T07:30"),
    ("2026-11-05T12:00", "2026-11-05T13:00"),
    ("2026-11-05T13:30", "2026-11-05T13:30"),
    ("2026-11-05T16:00", "2026-11-06T07:30"),
    ("2026-11-07T09:00", "2026-11-09T07:30"),
    ("2026-03-17T15:00", "2026-03-25T07:30"),
    ("2026-02-18T23:00", "2026-02-19T08:00"),
]


@pytest.mark.parametrize(("at", "opens"), OPENINGS)
def test_what_must_wait_waits_until_the_office_opens(at, opens):
    assert CALENDAR.next_open(wita(at)) == wita(opens)


def test_the_morning_of_a_day_off_is_that_of_the_next_working_day():
    assert CALENDAR.first_opening(date(2026, 11, 5)) == wita("2026-11-05T07:30")
    assert CALENDAR.first_opening(date(2026, 3, 18)) == wita("2026-03-25T07:30")


def test_a_week_has_the_hours_of_the_presidents_rule():
    assert _week(date(2026, 11, 2)) == timedelta(hours=37, minutes=30)
    assert _week(date(2026, 2, 23)) == timedelta(hours=32, minutes=30)


def _week(monday: date) -> timedelta:
    spans = [span for number in range(7) for span in CALENDAR.hours_on(monday + timedelta(days=number))]
    return sum((span.closes - span.opens for span in spans), timedelta())


HOLIDAYS = ["2026-03-18", "2026-03-24", "2026-08-17", "2026-12-24", "2027-01-01", "2027-03-15", "2026-11-07"]


@pytest.mark.parametrize("day", HOLIDAYS)
def test_nobody_works_on_holidays_cuti_bersama_and_weekends(day):
    assert not CALENDAR.is_working_day(date.fromisoformat(day))
    assert CALENDAR.hours_on(date.fromisoformat(day)) == ()


@pytest.mark.parametrize(
    "ask",
    [
        lambda: CALENDAR.is_working_day(date(2028, 1, 3)),
        lambda: CALENDAR.hours_on(date(2025, 12, 31)),
        lambda: CALENDAR.add_working_days(wita("2027-12-20T10:00"), 14),
        lambda: CALENDAR.add_office_time(wita("2027-12-30T10:00"), timedelta(hours=30)),
        lambda: CALENDAR.working_days_between(wita("2025-12-30T10:00"), wita("2026-01-05T10:00")),
        lambda: CALENDAR.next_open(wita("2027-12-31T20:00")),
        lambda: CALENDAR.require([2027, 2028]),
    ],
)
def test_a_year_without_data_is_an_error_and_never_a_year_without_holidays(ask):
    with pytest.raises(CalendarDataError, match=r"knows no holidays of 202[58] \(it knows 2026, 2027\)"):
        ask()


def test_a_time_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="without its zone"):
        CALENDAR.next_open(wita("2026-11-05T10:00").replace(tzinfo=None))


@few
@given(moments, days)
def test_a_due_time_is_never_on_a_day_off_and_always_when_the_office_closes(start, number):
    due = CALENDAR.add_working_days(start, number)
    assert due == CALENDAR.hours_on(due.date())[-1].closes
    assert due >= start


@few
@given(moments, days)
def test_counting_back_finds_what_was_added(start, number):
    assert CALENDAR.working_days_between(start, CALENDAR.add_working_days(start, number)) == number


@few
@given(moments, spans)
def test_office_time_that_was_added_is_found_between(start, span):
    end = CALENDAR.add_office_time(start, span)
    assert CALENDAR.office_time_between(start, end) == span
    assert end - start >= span


@few
@given(moments, moments, days, spans)
def test_what_begins_later_is_never_due_earlier(one, other, number, span):
    first, last = sorted((one, other))
    assert CALENDAR.add_working_days(first, number) <= CALENDAR.add_working_days(last, number)
    assert CALENDAR.add_office_time(first, span) <= max(CALENDAR.add_office_time(last, span), last)
    assert CALENDAR.office_time_between(first, last) >= timedelta(0)
    assert CALENDAR.next_open(first) <= CALENDAR.next_open(last)


@few
@given(moments)
def test_the_next_opening_lies_in_office_hours(at):
    opens = CALENDAR.next_open(at)
    assert any(span.opens <= opens < span.closes for span in CALENDAR.hours_on(opens.date()))
    assert CALENDAR.office_time_between(at, opens) == timedelta(0)


def test_ten_thousand_due_times_take_less_than_a_second():
    start, begun = wita("2026-11-02T10:00"), perf_counter()
    for _ in range(10_000):
        CALENDAR.add_working_days(start, 60)
    assert perf_counter() - begun < 1
