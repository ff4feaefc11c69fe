"""Who is told when: the shipped ladder by hand-worked times, and an operator's own over it."""

from datetime import datetime
from pathlib import Path

import pytest

from services.casework.clocks.ladder import audience_of, load_ladder
from services.casework.clocks.limits import CLOCKS
from shared.calendar import load_calendar
from shared.core.times import WITA
from shared.directory import DirectoryDataError

CALENDAR = load_calendar()
HEADER = "clock,step,audience,when,amount,unit,source\n"


def wita(text: str) -> datetime:
    """Read `11-02 10:00` as a time in 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=WITA)


def rungs(clock: str, due: str, own: Path | None = None) -> dict[str, str]:
    found = load_ladder(own).rungs(clock, wita(due), CALENDAR)
    return {rung.step.name: rung.at.strftime("%m-%d %H:%M") for rung in found}


@pytest.mark.parametrize(
    ("clock", "due", "told"),
    [
        (
            "follow_up",  # due on a Monday: the reminder is Friday morning's
            "11-09 16:00",
            {
                "reminder": "11-06 07:30",
                "agency_head": "11-09 16:00",
                "coordinator": "11-10 16:00",
                "inspectorate": "11-12 16:00",
            },
        ),
        (
            "respond",  # by the wall clock, except whom the night would not reach: four and sixteen office hours
            "11-05 20:00",
            {
                "reminder": "11-05 14:00",
                "agency_head": "11-05 20:00",
                "coordinator": "11-06 11:30",
                "inspectorate": "11-10 08:30",
            },
        ),
        (
            "verify",
            "11-05 16:00",
            {"reminder": "11-04 07:30", "coordinator": "11-05 16:00", "inspectorate": "11-09 16:00"},
        ),
        (
            "transfer",  # due on a Tuesday
            "11-10 16:00",
            {"reminder": "11-09 07:30", "coordinator": "11-10 16:00", "inspectorate": "11-12 16:00"},
        ),
        ("complete", "12-05 00:00", {}),
    ],
)
def test_the_steps_of_a_deadline_by_hand(clock, due, told):
    assert rungs(clock, due) == told


def test_office_hours_before_a_deadline_are_counted_back_over_night_and_noon(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(f"{HEADER}respond,early,liaison,before,6,office_hours,uji\n", encoding="utf-8")
    early = load_ladder(own).rungs("respond", wita("11-10 10:00"), CALENDAR)[0]
    assert early.step.name == "early"
    assert CALENDAR.add_office_time(early.at, wita("11-10 10:00") - wita("11-10 04:00")) == wita("11-10 10:00")


def test_an_operators_row_replaces_a_step_adds_one_or_takes_one_away(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(
        f"{HEADER}verify,reminder,nobody,before,1,working_days,uji\nverify,late,coordinator,after,1,hours,uji\n"
        "verify,inspectorate,inspectorate,after,1,working_days,uji\n",
        encoding="utf-8",
    )
    assert rungs("verify", "11-05 16:00", own) == {
        "coordinator": "11-05 16:00",
        "late": "11-05 17:00",
        "inspectorate": "11-06 16:30",
    }
    assert load_ladder(own).version != load_ladder().version


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("verify,late,boss,after,1,hours,uji", "row 2: audience is 'boss'"),
        ("verfy,late,leader,after,1,hours,uji", "row 2: clock is 'verfy'"),
        ("verify,late,leader,after,1,weeks,uji", "row 2: unit is 'weeks'"),
        ("verify,late,leader,after,-1,hours,uji", "row 2: amount is '-1'"),
        ("verify,late,leader,before,0,hours,uji", "row 2: a step before a deadline"),
        ("verify,late,leader,after,1,hours,", "row 2: source is empty"),
    ],
)
def test_a_wrong_cell_stops_the_start_with_file_and_row(row, says, tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(f"{HEADER}{row}\n", encoding="utf-8")
    with pytest.raises(DirectoryDataError, match=f"own.csv {says}"):
        load_ladder(own)


def test_a_sealed_case_is_the_inspectorates_and_one_without_an_agency_the_coordinators():
    steps = [rung.step for clock in CLOCKS for rung in load_ladder().rungs(clock, wita("11-09 16:00"), CALENDAR)]
    assert {audience_of(one, agency_key="A", sealed=True) for one in steps} == {"inspectorate", None}
    assert {audience_of(one, agency_key=None, sealed=False) for one in steps} == {"coordinator", "inspectorate"}
