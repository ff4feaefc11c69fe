"""The calendar's tables: what is shipped, an operator's own over it, and what is wrong in them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from shared.calendar import CalendarDataError, calendar, load_calendar
from shared.directory import DirectoryDataError

DAYS = "day,region_code,kind,name,source\n"
RAMADAN = "hijri_year,first,last,certainty,source\n"
HOURS = "season,weekday,valid_from,valid_to,hours,certainty,source\n"
YEARS = "year,source\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def as_set(own: Path, monkeypatch) -> Iterator[Path]:
    monkeypatch.setenv("NTBCARE_CALENDAR", str(own))
    calendar.cache_clear()
    yield own
    calendar.cache_clear()


def test_the_operator_adds_a_day_off_for_everyone(own: Path):
    (own / "days.csv").write_text(f"{DAYS}2026-12-09,52,off,Pemilihan,Keppres\n")
    assert not load_calendar(override=(own,)).is_working_day(date(2026, 12, 9))
    assert not load_calendar("52.71", override=(own,)).is_working_day(date(2026, 12, 9))


def test_a_day_off_of_a_city_is_one_there_only(own: Path):
    (own / "days.csv").write_text(f"{DAYS}2026-08-31,52.71,off,HUT Kota Mataram,SE\n")
    assert not load_calendar("52.71", override=(own,)).is_working_day(date(2026, 8, 31))
    assert load_calendar("52.03", override=(own,)).is_working_day(date(2026, 8, 31))
    assert load_calendar(override=(own,)).is_working_day(date(2026, 8, 31))


def test_a_holiday_that_is_worked_is_a_working_day_and_the_nearer_region_counts(own: Path):
    (own / "days.csv").write_text(f"{DAYS}2026-12-24,52.71,off,,SE\n2026-12-24,52,working,cuti dibatalkan,SKB\n")
    assert load_calendar(override=(own,)).is_working_day(date(2026, 12, 24))
    assert not load_calendar("52.71", override=(own,)).is_working_day(date(2026, 12, 24))


def test_a_year_that_lokal_does_not_know_can_be_added_with_its_ramadan(own: Path):
    (own / "years.csv").write_text(f"{YEARS}2028,SKB 2028\n")
    with pytest.raises(CalendarDataError, match=r"ramadan\.csv: no Ramadan begins in 2028"):
        load_calendar(override=(own,))
    (own / "ramadan.csv").write_text(f"{RAMADAN}1449,2028-01-28,2028-02-25,to be checked,hisab\n")
    (own / "days.csv").write_text(f"{DAYS}2028-01-03,52,off,contoh,SKB 2028\n")
    loaded = load_calendar(override=(own,))
    loaded.require([2026, 2027, 2028])
    assert (loaded.is_working_day(date(2028, 1, 3)), loaded.is_working_day(date(2028, 1, 4))) == (False, True)


def test_what_the_sidang_isbat_moves_replaces_the_row_of_its_year(own: Path):
    (own / "ramadan.csv").write_text(f"{RAMADAN}1448,2027-02-09,2027-03-09,certain,sidang isbat\n")
    first = date(2027, 2, 8)
    assert load_calendar().hours_on(first)[0].opens.hour == 8
    assert load_calendar(override=(own,)).hours_on(first)[0].opens.minute == 30


def test_a_change_of_hours_holds_from_its_day_on(own: Path):
    (own / "hours.csv").write_text(
        f"{HOURS}normal,friday,2023-04-12,2026-11-05,07:30-12:00;13:30-16:30,certain,lama\n"
        "normal,friday,2026-11-06,,07:30-11:30,certain,baru\n"
    )
    loaded = load_calendar(override=(own,))
    assert len(loaded.hours_on(date(2026, 10, 30))) == 2
    assert len(loaded.hours_on(date(2026, 11, 6))) == 1


def test_the_version_changes_with_what_counts_and_with_nothing_else(own: Path):
    shipped = load_calendar().version
    (own / "days.csv").write_text(f"{DAYS}2026-11-07,52,off,a Saturday anyway,x\n")
    assert load_calendar(override=(own,)).version == shipped
    (own / "days.csv").write_text(f"{DAYS}2026-11-06,52,off,a Friday,x\n")
    assert load_calendar(override=(own,)).version != shipped
    assert load_calendar("52.71").version == shipped


def test_the_setting_reaches_everyone_who_asks_for_the_calendar(as_set: Path):
    (as_set / "days.csv").write_text(f"{DAYS}2026-11-06,52,off,contoh,x\n")
    assert not calendar().is_working_day(date(2026, 11, 6))


@pytest.mark.parametrize(
    ("table", "text", "message"),
    [
        ("days.csv", DAYS + "2026-13-01,52,off,,\n", r"days\.csv row 2: day is '2026-13-01'"),
        ("days.csv", DAYS + "2026-12-01,52.99,off,,\n", r"days\.csv row 2: region_code is '52\.99'"),
        ("days.csv", DAYS + "2026-12-01,52,libur,,\n", r"days\.csv row 2: kind is 'libur'"),
        ("days.csv", DAYS + "2026-11-07,52,working,,\n", r"days\.csv row 2: hours\.csv gives no hours for a saturday"),
        ("ramadan.csv", RAMADAN + "1448,2027-02-08,2027-03-19,certain,x\n", r"row 2: Ramadan has 29 or 30 days"),
        ("ramadan.csv", RAMADAN + "1448,2027-02-08,2027-03-09,maybe,x\n", "row 2: certainty is 'maybe'"),
        ("hours.csv", HOURS + "normal,friday,2024-01-01,,8-9,certain,x\n", "row 2: hours holds '8-9'"),
        ("hours.csv", HOURS + "normal,friday,2023-04-12,,12:00-08:00,certain,x\n", "row 2: hours is '12:00-08:00'"),
        ("hours.csv", HOURS + "normal,friday,2024-01-01,,08:00-12:00,certain,x\n", "holds at the same time"),
        ("hours.csv", HOURS + "normal,friday,2023-04-12,2026-06-30,08:00-12:00,certain,x\n", "friday 2026-07-03"),
        ("years.csv", YEARS + "duaribu,x\n", r"years\.csv row 2: year is 'duaribu'"),
        ("holidays.csv", "a\n", "no table of that name can be overridden"),
    ],
)
def test_a_wrong_table_is_refused_with_its_row(own: Path, table, text, message):
    (own / table).write_text(text)
    with pytest.raises(DirectoryDataError, match=message):
        load_calendar(override=(own,))


def test_a_folder_that_is_not_there_is_refused(own: Path):
    with pytest.raises(CalendarDataError, match="NTBCARE_CALENDAR"):
        load_calendar(override=(own / "gone",))
