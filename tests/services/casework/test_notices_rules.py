"""Whom a step of the ladder is told to, when, and whether it is still true; and what the mail says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.casework.notices import rules
from services.casework.notices.rules import Person, Step
from services.casework.notices.words import MOST_CASES, Letter, due_words, span_words, write
from shared.calendar import load_calendar
from shared.core.times import WITA

CALENDAR = load_calendar()
MONDAY = datetime(2026, 11, 30, 15, 30, tzinfo=WITA)
STEP = Step(
    id=UUID(int=1),
    ticket="NTB-7K2M-9QXA",
    clock="follow_up",
    step="agency_head",
    audience="leader",
    agency_key="NTB.DIKPORA",
    due_at=MONDAY,
    noticed_at=MONDAY,
    problem=None,
    agency_name="Dinas Pendidikan, Pemuda dan Olahraga Provinsi NTB",
    regency="52.03",
    sealed=False,
    emergency=False,
    urgency="biasa",
    owed=True,
)
URGENT = replace(STEP, clock="respond", emergency=True)


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=WITA)


@pytest.mark.parametrize(
    ("noticed", "urgent", "told"),
    [
        ("2026-11-30T15:30", False, "2026-12-01T07:40"),  # a Monday afternoon: tomorrow morning
        ("2026-11-30T07:30", False, "2026-11-30T07:40"),  # with the opening: in the same morning's
        ("2026-11-30T07:41", False, "2026-12-01T07:40"),
        ("2026-12-01T00:00", False, "2026-12-01T07:40"),  # midnight
        ("2026-12-04T16:30", False, "2026-12-07T07:40"),  # Friday evening: Monday
        ("2026-12-06T10:00", False, "2026-12-07T07:40"),  # Sunday
        ("2026-12-24T16:30", False, "2026-12-28T07:40"),  # Christmas, a Friday
        ("2026-12-31T17:00", False, "2027-01-04T07:40"),  # across the year's end
        ("2026-02-20T06:00", False, "2026-02-20T08:10"),  # Ramadan opens at eight
        ("2026-11-30T10:15", True, "2026-11-30T10:15"),  # at once
        ("2026-12-04T12:30", True, "2026-12-04T12:30"),  # Friday prayer: it lies there when they come back
        ("2026-11-30T02:00", True, "2026-11-30T07:30"),  # at night: when the office opens
        ("2026-11-30T16:00", True, "2026-12-01T07:30"),  # closing time
        ("2026-12-06T10:00", True, "2026-12-07T07:30"),  # Sunday
        ("2026-12-25T10:00", True, "2026-12-28T07:30"),  # a holiday
        ("2026-02-20T15:45", True, "2026-02-23T08:00"),  # a Friday in Ramadan closes at half past three
    ],
)
def test_a_step_is_told_in_office_hours(noticed, urgent, told):
    step = replace(URGENT if urgent else STEP, noticed_at=at(noticed))
    found = rules.moment(step, step.noticed_at, CALENDAR)
    assert found.at == at(told)
    assert found.kind == ("urgent" if urgent else "morning")


@settings(max_examples=50, database=None)
@given(
    now=st.timedeltas(timedelta(0), timedelta(days=715)).map(lambda passed: datetime(2026, 1, 1, tzinfo=UTC) + passed),
    since=st.timedeltas(timedelta(0), timedelta(days=9)),
    urgent=st.booleans(),
)
def test_nothing_is_ever_told_outside_office_hours(now, since, urgent):
    step = replace(URGENT if urgent else STEP, noticed_at=max(now - since, datetime(2026, 1, 1, tzinfo=UTC)))
    found = rules.moment(step, now, CALENDAR)
    hours = CALENDAR.hours_on(found.until.astimezone(WITA).date())
    assert hours[0].opens <= max(found.at, step.noticed_at) < found.until == hours[-1].closes
    assert now < found.until


def test_only_the_clock_of_an_hour_waits_for_no_morning():
    assert URGENT.urgent
    assert replace(URGENT, emergency=False, urgency="mendesak").urgent
    assert not replace(URGENT, clock="follow_up").urgent
    assert not replace(URGENT, emergency=False).urgent


@pytest.mark.parametrize(
    ("changes", "over"),
    [
        ({}, False),
        ({"owed": False}, True),
        ({"owed": False, "stopped": True}, False),
    ],
)
def test_what_a_case_has_moved_on_from_is_not_told(changes, over):
    assert rules.moved_on(replace(STEP, **changes)) is over


@pytest.mark.parametrize(
    ("changes", "audience", "then"),
    [
        ({}, "leader", "coordinator"),
        ({"audience": "liaison"}, "liaison", "coordinator"),
        ({"audience": "liaison", "agency_key": "NTB.DESK"}, "coordinator", None),
        ({"audience": "liaison", "agency_key": "NTB.INSPEKTORAT"}, "inspectorate", None),
        ({"audience": "coordinator"}, "coordinator", None),
        ({"sealed": True}, "inspectorate", None),
        ({"sealed": True, "audience": "coordinator"}, "inspectorate", None),
    ],
)
def test_the_ladder_says_whom_and_then_whom(changes, audience, then):
    found = rules.to_whom(replace(STEP, **changes))
    assert (found, rules.then_whom(found)) == (audience, then)


def bound(agency: str | None = None, region: str | None = None) -> Person:
    return Person(account_id=UUID(int=9), name="Sri", email="sri@x.example", agency_key=agency, region_code=region)


@pytest.mark.parametrize(
    ("audience", "person", "changes", "may"),
    [
        ("liaison", bound("NTB.DIKPORA"), {}, True),
        ("liaison", bound("NTB.DLHK"), {}, False),
        ("leader", bound(), {}, False),
        ("leader", bound(), {"agency_key": None}, False),
        ("leader", bound("NTB.DIKPORA"), {"sealed": True}, False),
        ("coordinator", bound(), {}, True),
        ("coordinator", bound(region="52.03"), {}, True),
        ("coordinator", bound(region="52.01"), {}, False),
        ("coordinator", bound(), {"sealed": True}, False),
        ("inspectorate", bound(), {"sealed": True}, True),
    ],
)
def test_nobody_is_told_of_what_is_not_theirs(audience, person, changes, may):
    assert rules.reaches(audience, person, replace(STEP, **changes)) is may


def digest(*steps: Step, audience="leader", kind="morning", now=MONDAY + timedelta(days=2), page=None) -> Letter:
    return write(steps, name="Sri", audience=audience, kind=kind, now=now, page=page)


NEAR = replace(STEP, id=UUID(int=2), ticket="NTB-2222-3333", due_at=MONDAY + timedelta(days=2, hours=5))


def test_a_digest_says_what_is_late_and_what_soon_will_be():
    found = digest(NEAR, STEP, page="https://ntbcare.example/kasus")
    assert found.subject == "NTB Care: 1 laporan lewat tenggat, 1 hampir tenggat"
    assert found.text.index("LEWAT TENGGAT (1)") < found.text.index("HAMPIR TENGGAT (1)")
    assert (
        "1. NTB-7K2M-9QXA\n"
        "   Dinas Pendidikan, Pemuda dan Olahraga Provinsi NTB, Kabupaten Lombok Timur\n"
        "   Tindak lanjut pertama: tenggat Senin, 30 November 2026 15.30 WITA, terlambat 2 hari\n"
        "   https://ntbcare.example/kasus/NTB-7K2M-9QXA\n"
    ) in found.text
    assert "tenggat Rabu, 2 Desember 2026 20.30 WITA, sisa waktu 5 jam" in found.text
    assert "paling banyak sekali setiap pagi hari kerja" in found.text
    assert digest(NEAR).subject == "NTB Care: 1 laporan hampir tenggat"
    assert digest(URGENT, kind="urgent").subject == "NTB Care: MENDESAK, 1 laporan lewat tenggat"


def test_what_is_said_of_one_case_stands_together():
    steps = [STEP, replace(STEP, clock="resolve", due_at=NEAR.due_at), replace(STEP, step="coordinator"), NEAR]
    found = digest(*steps)
    assert found.subject == "NTB Care: 1 laporan lewat tenggat, 1 hampir tenggat"
    assert [found.text.count(words) for words in ("NTB-7K2M-9QXA", "Tindak lanjut", "Jawaban akhir")] == [1, 2, 1]


def test_of_a_sealed_case_only_the_ticket_is_said():
    found = digest(replace(STEP, sealed=True), audience="inspectorate")
    for part in (found.text, found.html):
        assert "NTB-7K2M-9QXA" in part
        for word in ("Dinas", "Lombok", "Tindak lanjut", "30 November"):
            assert word not in part


def test_the_coordinator_reads_that_the_agency_could_not_be_told():
    climbed = replace(STEP, problem="nobody_to_tell")
    assert "belum dapat diberi tahu" in digest(climbed, audience="coordinator").text
    assert "belum dapat diberi tahu" not in digest(climbed).text


def test_a_long_digest_is_cut_and_counts_what_is_left_out():
    steps = [replace(STEP, id=UUID(int=number), ticket=f"NTB-{number:04}-AAAA") for number in range(MOST_CASES + 7)]
    found = digest(*steps)
    assert f"LEWAT TENGGAT ({MOST_CASES + 7})" in found.text
    assert found.text.count("-AAAA") == found.html.count("-AAAA") == MOST_CASES
    assert "Masih ada 7 laporan lain" in found.text


class Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= dict(attrs)


def test_the_html_part_reads_well_on_a_phone_and_aloud():
    outline = Outline()
    outline.feed(digest(NEAR, STEP).html)
    assert [tag for tag in outline.tags if tag in {"h1", "h2", "ol"}] == ["h1", "h2", "ol", "h2", "ol"]
    assert outline.attributes["lang"] == "id"
    assert "title" in outline.tags
    assert not {"img", "table", "script"} & set(outline.tags)


def test_what_is_named_is_escaped_in_html():
    assert "<b>" not in digest(replace(STEP, agency_name="<b>Dinas</b>")).html


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "1 menit"), (59, "59 menit"), (60, "1 jam"), (1439, "23 jam"), (2880, "2 hari")]
)
def test_a_length_of_time_is_said_by_its_largest_unit(minutes, words):
    assert span_words(timedelta(minutes=minutes)) == words


def test_a_due_time_is_said_in_wita():
    assert due_words(datetime(2026, 11, 30, 7, 30, tzinfo=UTC)) == "tenggat Senin, 30 November 2026 15.30 WITA"


def test_waiting_grows_and_ends_at_half_an_hour():
    assert [rules.wait(n).total_seconds() / 60 for n in (1, 2, 3, 6, 50)] == [1, 2, 4, 30, 30]
