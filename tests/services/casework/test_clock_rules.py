"""When a case is due: by a table of lives with their dates, and by properties."""

from dataclasses import replace
from datetime import datetime, timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.casework.clocks.limits import load_limits
from services.casework.clocks.rules import Deadline, Facts, Pause, Transfer, compute
from shared.calendar import load_calendar
from shared.core.times import WITA

CALENDAR, LIMITS = load_calendar(), load_limits()
few = settings(max_examples=60, deadline=None, database=None)


def wita(text: str) -> datetime:
    """Read `11-02 10:00` as a time in 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=WITA)


def clocks(facts: Facts) -> dict[str, Deadline]:
    return {one.clock: one for one in compute(facts, LIMITS, CALENDAR)}


def shown(facts: Facts) -> dict[str, str]:
    """Write each clock as `11-05 16:00 running`."""
    return {
        clock: f"{one.due_at.strftime('%m-%d %H:%M') if one.due_at else '-'} {one.outcome}"
        for clock, one in clocks(facts).items()
    }


MONDAY = wita("11-02 10:00")
NEW = Facts(received_at=MONDAY, state="received", kind="pengaduan", urgency="biasa")
ASSIGNED = replace(NEW, state="assigned", verified_at=wita("11-02 11:00"), assigned_at=wita("11-03 10:00"))
ANSWERED = replace(ASSIGNED, state="answered", follow_ups=(wita("11-05 09:00"),), answers=(wita("11-10 09:00"),))


def asked(since: str, until: str | None = None) -> Pause:
    return Pause(wita(since), wita(until) if until else None)


LIVES = {
    "new: Thu for verifying, fourteen working days, two days by the wall clock": (
        NEW,
        {"verify": "11-05 16:00 running", "resolve": "11-20 16:30 running", "respond": "11-04 10:00 running"},
    ),
    "an emergency is urgent whatever else is said": (
        replace(NEW, emergency=True),
        {"verify": "11-05 16:00 running", "resolve": "11-20 16:30 running", "respond": "11-02 11:00 running"},
    ),
    "nothing known of kind and urgency yet": (
        replace(NEW, kind=None, urgency=None),
        {"verify": "11-05 16:00 running", "resolve": "11-20 16:30 running", "respond": "11-04 10:00 running"},
    ),
    "a question has five working days": (
        replace(NEW, kind="permintaan_informasi", urgency="penting"),
        {"verify": "11-05 16:00 running", "resolve": "11-09 16:00 running", "respond": "11-03 10:00 running"},
    ),
    "assigned: five working days from then": (
        ASSIGNED,
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "11-10 16:00 running",
            "resolve": "11-20 16:30 running",
            "respond": "11-04 10:00 running",
        },
    ),
    "verified late, by taking it": (
        replace(ASSIGNED, state="in_progress", verified_at=wita("11-06 08:00")),
        {
            "verify": "11-05 16:00 missed",
            "follow_up": "11-10 16:00 running",
            "resolve": "11-20 16:30 running",
            "respond": "11-04 10:00 running",
        },
    ),
    "answered: the house closes it ten working days later": (
        ANSWERED,
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "11-10 16:00 kept",
            "resolve": "11-20 16:30 kept",
            "respond": "11-04 10:00 missed",
            "close": "11-24 16:00 running",
        },
    ),
    "answered, and the citizen said something: nothing closes by itself": (
        replace(ANSWERED, responded_at=wita("11-11 09:00")),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "11-10 16:00 kept",
            "resolve": "11-20 16:30 kept",
            "respond": "11-04 10:00 missed",
        },
    ),
    "asked on Wed: all stand still, and the citizen has until the end of the thirtieth day": (
        replace(NEW, state="awaiting_information", asked_at=wita("11-04 09:00"), pauses=(asked("11-04 09:00"),)),
        {
            "verify": "- stopped",
            "resolve": "- stopped",
            "respond": "- stopped",
            "complete": "12-05 00:00 running",
        },
    ),
    "asked Wed 4, told Tue 10: of three days one was left, of fourteen twelve, of 48 hours one": (
        replace(NEW, pauses=(asked("11-04 09:00", "11-10 20:00"),)),
        {"verify": "11-12 16:00 running", "resolve": "11-27 16:30 running", "respond": "11-10 21:00 running"},
    ),
    "asked twice": (
        replace(NEW, pauses=(asked("11-03 09:00", "11-04 09:00"), asked("11-05 09:00", "11-09 09:00"))),
        {"verify": "11-10 16:00 running", "resolve": "11-25 16:00 running", "respond": "11-09 10:00 running"},
    ),
    "asked when it was late already: that does not help": (
        replace(NEW, pauses=(asked("11-06 09:00"),), state="awaiting_information", asked_at=wita("11-06 09:00")),
        {
            "verify": "11-05 16:00 running",
            "resolve": "- stopped",
            "respond": "11-04 10:00 running",
            "complete": "12-07 00:00 running",
        },
    ),
    "a transfer pending since Thu: the coordinator's clock alone runs, until Tue": (
        replace(
            ASSIGNED,
            state="transfer_requested",
            pauses=(asked("11-05 09:00"),),
            transfer=Transfer(wita("11-05 09:00"), None),
        ),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "- stopped",
            "resolve": "- stopped",
            "respond": "11-04 10:00 running",
            "transfer": "11-10 16:00 running",
        },
    ),
    "a transfer that was decided on Wed, a day late: of the agency's five days three were left, of fourteen eleven": (
        replace(
            ASSIGNED,
            pauses=(asked("11-05 09:00", "11-11 09:00"),),
            transfer=Transfer(wita("11-05 09:00"), wita("11-11 09:00")),
        ),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "11-16 16:00 running",
            "resolve": "11-26 16:00 running",
            "respond": "11-04 10:00 running",
            "transfer": "11-10 16:00 missed",
        },
    ),
    "followed up while the citizen was asked": (
        replace(
            ASSIGNED,
            state="awaiting_information",
            asked_at=wita("11-04 09:00"),
            follow_ups=(wita("11-06 09:00"),),
            pauses=(asked("11-04 09:00"),),
        ),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "11-12 16:00 kept",
            "resolve": "- stopped",
            "respond": "11-06 10:00 kept",
            "complete": "12-05 00:00 running",
        },
    ),
    "given to another agency: that one has five days of its own": (
        replace(ASSIGNED, assigned_at=wita("11-12 10:00"), follow_ups=(wita("11-05 09:00"),)),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "11-19 16:00 running",
            "resolve": "11-20 16:30 running",
            "respond": "11-04 10:00 missed",
        },
    ),
    "reopened: somebody must look again in five days, and answer again in fourteen": (
        replace(
            ANSWERED,
            state="in_progress",
            reopened_at=wita("11-30 10:00"),
            pauses=(asked("11-24 16:00", "11-30 10:00"),),
        ),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "12-07 16:00 running",
            "resolve": "12-18 16:30 running",
            "respond": "11-04 10:00 missed",
        },
    ),
    "reopened and followed up, and a question by now: the second answer alone is due, in five days": (
        replace(
            ANSWERED,
            state="in_progress",
            kind="permintaan_informasi",
            reopened_at=wita("11-30 10:00"),
            follow_ups=(wita("11-05 09:00"), wita("12-01 09:00")),
            pauses=(asked("11-24 16:00", "11-30 10:00"),),
        ),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "12-07 16:00 kept",
            "resolve": "12-07 16:00 running",
            "respond": "11-04 10:00 missed",
        },
    ),
    "reopened and answered again, late": (
        replace(
            ANSWERED,
            reopened_at=wita("11-30 10:00"),
            answers=(wita("11-10 09:00"), wita("12-21 09:00")),
            pauses=(asked("11-24 16:00", "11-30 10:00"),),
        ),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "12-07 16:00 missed",
            "resolve": "12-18 16:30 missed",
            "respond": "11-04 10:00 missed",
            "close": "01-08 16:30 running",
        },
    ),
    "withdrawn in time: nothing was missed": (
        replace(ASSIGNED, state="closed", ended_at=wita("11-04 08:00")),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "11-10 16:00 cancelled",
            "resolve": "11-20 16:30 cancelled",
            "respond": "11-04 10:00 cancelled",
        },
    ),
    "archived too late: the miss stands": (
        replace(ASSIGNED, state="archived", ended_at=wita("11-11 08:00")),
        {
            "verify": "11-05 16:00 kept",
            "follow_up": "11-10 16:00 missed",
            "resolve": "11-20 16:30 cancelled",
            "respond": "11-04 10:00 missed",
        },
    ),
    "rejected at once: that was the verification": (
        replace(NEW, state="rejected", ended_at=wita("11-02 15:00")),
        {"verify": "11-05 16:00 kept", "resolve": "11-20 16:30 cancelled", "respond": "11-04 10:00 cancelled"},
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_each_life_has_the_clocks_of_the_table(name):
    facts, wanted = LIVES[name]
    assert shown(facts) == wanted


def test_oversight_takes_sixty_working_days_across_the_year():
    # November has 20 after the 2nd, December 21 (without 24 and 25), January 19 until the 29th (without 1 and 5).
    found = clocks(replace(NEW, kind="pengaduan_pengawasan"))["resolve"]
    assert found.due_at == datetime(2027, 1, 29, 16, 30, tzinfo=WITA)


@pytest.mark.parametrize("year", [2018, 2021, 2025])
def test_a_past_without_a_calendar_or_limit_is_unknown_and_never_kept(year):
    at = datetime(year, 6, 1, 10, tzinfo=WITA)
    found = clocks(Facts(received_at=at, state="closed", answers=(at,), ended_at=at))
    assert (found["resolve"].due_at, found["resolve"].outcome) == (None, "unknown")
    assert found["respond"].outcome == ("unknown" if year == 2018 else "kept")


def test_a_changed_calendar_is_only_computing_again(tmp_path):
    (tmp_path / "days.csv").write_text("day,region_code,kind,name,source\n2026-11-04,52,off,contoh,x\n")
    changed = load_calendar(override=(tmp_path,))
    found = {one.clock: one.due_at for one in compute(NEW, LIMITS, changed)}
    assert found["verify"] == wita("11-06 16:30")
    assert found["respond"] == wita("11-04 10:00")


def test_stops_that_overlap_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        replace(NEW, pauses=(asked("11-03 09:00", "11-05 09:00"), asked("11-04 09:00", "11-06 09:00")))


gaps = st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=9)), min_size=0, max_size=6)
kinds = st.sampled_from([None, "pengaduan", "pengaduan_pengawasan", "permintaan_informasi", "aspirasi"])
urgencies = st.sampled_from([None, "mendesak", "penting", "biasa"])


@st.composite
def lives(draw) -> Facts:
    at = datetime(2026, 1, 5, tzinfo=WITA) + draw(st.timedeltas(timedelta(0), timedelta(days=330)))
    moments, start = [], at
    for gap in draw(gaps):
        at += gap
        moments.append(at)
    pauses = tuple(Pause(*pair) for pair in zip(moments[::2], moments[1::2], strict=False))
    return Facts(received_at=start, state="received", kind=draw(kinds), urgency=draw(urgencies), pauses=pauses)


@few
@given(lives())
def test_a_stop_never_makes_a_due_time_earlier_and_the_same_facts_have_the_same_answer(facts):
    free, stopped = clocks(replace(facts, pauses=())), clocks(facts)
    assert stopped == clocks(facts)
    for clock, one in stopped.items():
        due_at, before = one.due_at, free[clock].due_at
        assert due_at is not None
        assert before is not None
        assert due_at >= before


@few
@given(lives())
def test_a_longer_stop_is_never_due_earlier(facts):
    if facts.pauses:
        last = facts.pauses[-1]
        assert last.until is not None
        longer = replace(facts, pauses=(*facts.pauses[:-1], Pause(last.since, last.until + timedelta(days=2))))
        for clock, one in clocks(longer).items():
            due_at, before = one.due_at, clocks(facts)[clock].due_at
            assert due_at is not None
            assert before is not None
            assert due_at >= before


@few
@given(lives(), st.timedeltas(timedelta(minutes=1), timedelta(days=40)))
def test_what_is_settled_is_kept_exactly_when_it_was_not_late(facts, later):
    answered_at = facts.received_at + later
    for one in clocks(replace(facts, state="answered", answers=(answered_at,))).values():
        if one.clock != "close":
            assert one.due_at is not None
            assert one.outcome == ("kept" if answered_at <= one.due_at else "missed")


def test_five_thousand_cases_are_computed_in_a_second():
    begun = process_time()
    for _ in range(1_000):
        compute(ASSIGNED, LIMITS, CALENDAR)
    assert process_time() - begun < 0.2
