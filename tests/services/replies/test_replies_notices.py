"""Where a complaint has come to: passed on, asked about, closed, archived, open again; and who is told less."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.replies import rules
from services.replies.quiet import QuietHours
from shared.channels import Remedy, SendError
from shared.core.times import WITA
from shared.directory import DESK
from shared.events import (
    Actor,
    AgencyRef,
    ComplaintAssigned,
    ComplaintInformationRequested,
    ComplaintMarked,
    ComplaintStatusChanged,
    Place,
)
from tests.services.replies.house import AGENCY, House

MACHINE = Actor(kind="machine", id="casework.follow_routing")
OFFICER = Actor(kind="officer", id="0190a000-0000-7000-8000-0000000000f1")
CITIZEN = Actor(kind="citizen", id="command.cancel")


def assigned(house: House, about, key="52.03.CONTOH", name=AGENCY, actor=MACHINE, **changes):
    told = {"complaint_id": about.complaint_id, "ticket": about.ticket, "agency": AgencyRef(key=key, name=name)}
    told |= {"affair": None, "level": "regency", "place": Place(), "confidence": None, "reasons": ("Contoh.",)}
    return ComplaintAssigned(**told | {"actor": actor, "sealed": False, "assigned_at": house.clock()} | changes)


def moved(house: House, about, previous, state, actor=OFFICER, code=None):
    told = {"complaint_id": about.complaint_id, "ticket": about.ticket, "previous": previous, "state": state}
    return ComplaintStatusChanged(**told, actor=actor, reason_code=code, version=3, changed_at=house.clock())


def asked(house: House, about, **changes):
    told = {"complaint_id": about.complaint_id, "ticket": about.ticket, "question": "Di RT berapa?", "actor": OFFICER}
    return ComplaintInformationRequested(**told | {"agency": None, "requested_at": house.clock()} | changes)


def marked(house: House, about, **changes):
    told = {"complaint_id": about.complaint_id, "ticket": about.ticket, "anonymous": False, "secret": False}
    return ComplaintMarked(**told | {"reason": "Contoh.", "actor": OFFICER, "marked_at": house.clock()} | changes)


async def words(house: House) -> list[str]:
    """Send everything; return what was said after the receipt."""
    await house.send_all()
    return [one.text for one in house.sender.handed if "kami terima" not in one.text]


# --- passed on ------------------------------------------------------------------------------------


async def test_a_citizen_hears_once_to_whom_it_was_passed_on(house):
    event = await house.complain()
    for _ in range(3):
        await house.deliver(assigned(house, event))
    (said,) = await words(house)
    assert AGENCY in said
    assert event.ticket in said


async def test_a_later_agency_is_told_when_an_officer_chose_it_and_not_when_routing_did(house):
    event = await house.complain()
    await house.deliver(assigned(house, event))
    await house.deliver(assigned(house, event, key="X", name="Dinas Lain"))
    await house.deliver(assigned(house, event, key="Y", name="Dinas Ketiga", actor=OFFICER))
    assert ["Ketiga" in one for one in await words(house)] == [False, True]


@pytest.mark.parametrize("hidden", ["sealed", "secret"])
async def test_nobody_hears_who_has_what_is_sealed_or_secret(house, hidden):
    event = await house.complain(**{hidden: True})
    await house.deliver(assigned(house, event, sealed=hidden == "sealed"))
    assert await words(house) == []


async def test_an_anonymous_reporter_hears_that_it_was_passed_on_and_not_to_whom(house):
    event = await house.complain(anonymous=True)
    await house.deliver(assigned(house, event))
    said = (await words(house))[-1]
    assert event.ticket in said
    assert "Dinas" not in said


async def test_whoever_has_no_receipt_hears_of_no_agency(house):
    event = await house.complain(standby=True)
    await house.deliver(assigned(house, event))
    assert await words(house) == []


async def test_a_receipt_that_was_refused_meanwhile_takes_the_notice_with_it(house):
    house.allow(conversation_hour=0)
    event = await house.complain()
    await house.deliver(assigned(house, event))
    await house.send_all()
    assert await house.outcomes() == {("withheld", "conversation_limit"): 1, ("withheld", "no_receipt"): 1}


async def test_the_desk_that_only_sorts_is_not_told_and_the_agency_after_it_is(house):
    event = await house.complain()
    await house.deliver(assigned(house, event, key=DESK, name="Meja Aduan"))
    await house.deliver(assigned(house, event))
    (said,) = await words(house)
    assert AGENCY in said


async def test_the_one_private_reply_to_a_comment_is_not_spent_on_a_notice(house):
    event = await house.comment(post="p1")
    await house.deliver(assigned(house, event))
    await house.deliver(moved(house, event, "answered", "closed"))
    await house.send_all()
    assert [row["template"] for row in await house.replies()] == ["acknowledgement"]


# --- asked ----------------------------------------------------------------------------------------


async def test_an_officers_question_is_sent_as_theirs_with_its_limit(house):
    event = await house.complain()
    limit = datetime(2026, 12, 23, 17, 30, tzinfo=UTC)
    await house.deliver(asked(house, event, answer_by=limit))
    (said,) = await words(house)
    assert "Di RT berapa?" in said
    assert event.ticket in said
    assert "24-12-2026" in said, "in WITA it is the next day already"
    assert next(one for one in house.sender.handed if "Di RT" in one.text).by_officer


# --- closed, archived, rejected, open again -------------------------------------------------------


async def test_a_closed_complaint_asks_how_it_was_and_one_without_an_answer_does_not(house):
    answered, quiet = await house.complain(), await house.complain()
    await house.deliver(house.answered(answered))
    for event in (answered, quiet):
        await house.deliver(moved(house, event, "answered", "closed"))
    said = await words(house)
    assert [f"NILAI {answered.ticket}" in one for one in said] == [False, True, False]
    assert quiet.ticket in said[-1]


@pytest.mark.parametrize(("by", "asks"), [("officer", [True, False]), ("channel", [True])])
async def test_on_messenger_the_answer_asks_how_it_was_and_the_close_does_not_ask_again(house, by, asks):
    told = {"channel": "facebook", "account": "page-1", "surface": "direct_message"}
    event = await house.complain(**told)
    await house.send_all()
    house.sender.handed.clear()
    await house.deliver(house.answered(event, actor=OFFICER.model_copy(update={"kind": by})))
    await house.deliver(moved(house, event, "answered", "closed"))
    await house.send_all()
    assert [f"NILAI {event.ticket}" in one.text for one in house.sender.handed] == asks, "the app's own asks nothing"


async def test_an_archived_complaint_says_kindly_why(house):
    event = await house.complain()
    await house.deliver(moved(house, event, "received", "archived", code="too_general"))
    (said,) = await words(house)
    assert "mohon maaf" in said
    assert "terlalu umum" in said


async def test_who_writes_english_is_answered_in_english(house):
    event = await house.complain(language="en-GB")
    await house.deliver(moved(house, event, "received", "rejected", code="duplicate"))
    said = (await words(house))[-1]
    assert "another report has the same" in said


@pytest.mark.parametrize(
    ("previous", "state", "actor", "code", "answered", "notice"),
    [
        ("answered", "closed", "officer", None, True, "closed"),
        ("answered", "closed", "machine", None, True, "closed"),
        ("in_progress", "closed", "officer", None, False, "closed"),
        ("awaiting_information", "closed", "machine", None, False, None),
        ("received", "closed", "citizen", None, False, None),
        ("archived", "closed", "machine", None, True, None),
        ("rejected", "closed", "machine", None, False, None),
        ("received", "archived", "officer", "too_general", False, "archived"),
        ("awaiting_information", "archived", "machine", "incomplete", False, "archived"),
        ("assigned", "rejected", "officer", None, False, "rejected"),
        ("closed", "in_progress", "machine", "reopened", True, "case_reopened"),
        ("answered", "assigned", "officer", "reopened", True, "case_reopened"),
        ("archived", "assigned", "officer", None, False, "case_reopened"),
        ("closed", "assigned", "machine", None, True, None),
        ("closed", "received", "citizen", None, False, None),
        ("received", "assigned", "officer", None, False, None),
        ("assigned", "in_progress", "officer", None, False, None),
        ("in_progress", "answered", "officer", None, True, None),
        ("assigned", "awaiting_information", "officer", None, False, None),
        ("in_progress", "transfer_requested", "officer", None, False, None),
    ],
)
def test_each_change_of_state_is_told_or_not(previous, state, actor, code, answered, notice):
    assert rules.notice_of(previous, state, actor=actor, reason_code=code, answered=answered) == notice


async def test_what_its_citizen_withdrew_is_not_told_to_them(house):
    event = await house.complain()
    await house.deliver(moved(house, event, "received", "closed", actor=CITIZEN))
    assert await words(house) == []


# --- said anew when less may be said --------------------------------------------------------------


async def test_what_still_waits_is_said_with_less_when_the_reporter_is_hidden(house):
    event = await house.complain()
    await house.send_all()
    await house.deliver(house.answered(event))
    await house.deliver(house.answered(event, text="Petugas datang besok."))
    await house.deliver(assigned(house, event))
    await house.deliver(marked(house, event, anonymous=True))
    said = await words(house)
    assert len(said) == 3
    assert not [one for one in said if "Dinas" in one or "laporan" in one]
    assert await house.outcomes() == {("withheld", "marked_meanwhile"): 3, ("sent", None): 4}
    assert ("reply.failed.v1", "marked_meanwhile") not in await house.said(), "nothing is lost"


async def test_what_still_waits_about_a_report_that_became_secret_names_no_agency_at_all(house):
    event = await house.complain()
    await house.send_all()
    await house.deliver(assigned(house, event))
    await house.deliver(marked(house, event, secret=True))
    assert await words(house) == []
    await house.deliver(house.answered(event))
    assert "Dinas" not in (await words(house))[-1]


async def test_a_mark_that_hides_nothing_changes_nothing_that_waits(house):
    event = await house.complain()
    await house.deliver(assigned(house, event))
    await house.deliver(marked(house, event))
    assert AGENCY in (await words(house))[-1]


# --- no storm of notices --------------------------------------------------------------------------


async def test_a_hundred_cases_closed_at_once_tell_everybody_in_time(house):
    house.allow(account_hour=10)
    events = [await house.complain() for _ in range(5)]
    for event in events:
        await house.deliver(house.answered(event))
    for _ in range(4):
        for event in events:
            await house.deliver(moved(house, event, "answered", "closed"))
    for sent in (5 + 5 + 10, 5 + 5 + 20):
        await house.send_all()
        assert await house.outcomes() == Counter({("sent", None): sent, ("queued", "account_budget"): 30 - sent})
        house.clock.advance(hours=1, minutes=1)


# --- quiet hours ----------------------------------------------------------------------------------


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=WITA)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(24, 20, 59), None),
        (at(24, 21), at(25, 7)),
        (at(24, 23, 59), at(25, 7)),
        (at(25, 0), at(25, 7)),
        (at(25, 6, 59), at(25, 7)),
        (at(25, 7), None),
        (at(30, 22), datetime(2026, 12, 1, 7, tzinfo=WITA)),
        (datetime(2026, 12, 31, 14, tzinfo=UTC), datetime(2027, 1, 1, 7, tzinfo=WITA)),
    ],
)
def test_a_night_ends_in_the_morning_also_across_midnight(now, until):
    assert QuietHours().ends(now) == until


def test_quiet_hours_may_lie_within_a_day_or_be_none():
    assert QuietHours(begin=time(12), end=time(13)).ends(at(24, 12, 30)) == at(24, 13)
    assert QuietHours(begin=time(12), end=time(13)).ends(at(24, 13)) is None
    assert QuietHours(begin=time(0), end=time(0)).ends(at(24, 3)) is None


@settings(max_examples=50, database=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)), st.times(), st.times())  # noqa: DTZ001 - the timezone is given
def test_quiet_hours_end_within_a_day_and_outside_of_themselves(now, begin, end):
    quiet = QuietHours(begin=begin.replace(tzinfo=None), end=end.replace(tzinfo=None))
    until = quiet.ends(now)
    if until is not None:
        assert timedelta(0) < until - now <= timedelta(days=1)
        assert quiet.ends(until) is None


@pytest.mark.parametrize(
    ("template", "channel", "urgent", "held"),
    [
        ("acknowledgement", "sms", False, False),
        ("emergency", "sms", True, False),
        ("status", "sms", False, False),
        ("answer", "sms", False, True),
        ("answer", "facebook", False, False),
        ("answer", "sms", True, False),
        ("question", "sms", False, True),
        ("closed", "facebook", False, True),
        ("assigned", "sms", False, True),
        ("followed_up", "sms", False, True),
        ("followed_up", "facebook", False, True),
        ("archived", "facebook", False, True),
    ],
)
def test_at_night_only_what_somebody_waits_for_goes_out(template, channel, urgent, held):
    until = rules.held_until(at(24, 23), QuietHours(), template=template, channel=channel, urgent=urgent)
    assert until == (at(25, 7) if held else None)
    assert rules.held_until(at(24, 12), QuietHours(), template=template, channel=channel, urgent=urgent) is None


async def test_a_notice_of_the_night_is_sent_in_the_morning(house):
    house.clock.now = at(24, 23).astimezone(UTC)
    event = await house.complain()
    await house.deliver(assigned(house, event))
    await house.send_all()
    assert await house.outcomes() == {("sent", None): 1, ("queued", "quiet_hours"): 1}
    async with house.pool.transaction() as tx:
        assert await house.worker._dispatch.bring_back(tx) == 0, "it is not dated ahead"
    house.clock.now = at(25, 7).astimezone(UTC)
    assert len(await words(house)) == 1


async def test_what_could_not_go_before_the_night_waits_for_the_morning(house):
    house.clock.now = at(24, 20, 59).astimezone(UTC)
    event = await house.complain()
    await house.send_all()
    await house.deliver(house.answered(event))
    house.clock.advance(minutes=2)
    await house.send_all()
    assert ("queued", "quiet_hours") in await house.outcomes()
    house.clock.now = at(25, 7, 1).astimezone(UTC)
    assert len(await words(house)) == 1


@pytest.mark.parametrize("flag", ["anonymous", "secret"])
@pytest.mark.parametrize("remedy", [Remedy.RETRY, Remedy.UNKNOWN])
async def test_what_was_in_hand_when_an_officer_hid_it_is_tried_again_in_words_that_say_less(house, flag, remedy):
    event = await house.complain()
    await house.send_all()
    await house.deliver(house.answered(event))
    house.sender.answers.append(SendError("busy", remedy))
    await house.worker.send_next()
    await house.sql.execute("UPDATE replies.reply SET state = 'sending' WHERE template = 'answer'")
    await house.deliver(marked(house, event, **{flag: True}))
    await house.sql.execute(
        "UPDATE replies.reply SET state = 'queued', due_at = $1 WHERE state = 'sending'", house.clock()
    )
    await house.send_all()
    first, second = house.sender.handed[1:]
    assert AGENCY in first.text
    assert AGENCY not in second.text
    assert "laporan" not in second.text.lower()
    assert (await house.outcomes())["withheld", "marked_meanwhile"] == 1


async def test_a_public_receipt_that_was_in_hand_when_an_officer_hid_the_reporter_is_not_tried_again_in_public(house):
    house.sender.answers.append(SendError("busy", Remedy.RETRY))
    event = await house.comment(post="p1")
    await house.worker.send_next()
    await house.sql.execute("UPDATE replies.reply SET state = 'sending'")
    await house.deliver(marked(house, event, anonymous=True))
    await house.sql.execute("UPDATE replies.reply SET state = 'queued', due_at = $1", house.clock())
    await house.send_all()
    assert [one.confidential for one in house.sender.handed] == [False]
    assert await house.outcomes() == {("withheld", "marked_meanwhile"): 1}, "the private reply is the answer's"


# --- where nobody can be told ---------------------------------------------------------------------


@pytest.mark.parametrize("hidden", [{}, {"sealed": True}, {"secret": True, "anonymous": True}], ids=str)
async def test_of_what_was_filed_at_lapor_nothing_is_said_by_us_and_nothing_fails(house, hidden):
    filed = {"channel": "lapor", "account": "sp4n", "surface": "form", "asks": ("where",), "emergency": True}
    event = await house.complain(**filed, **hidden)
    await house.deliver(house.appended(event, emergency=True, sealed=True))
    await house.deliver(marked(house, event, secret=True))
    await house.deliver(assigned(house, event, actor=OFFICER))
    await house.deliver(asked(house, event))
    await house.deliver(house.answered(event))
    for previous, state in (("answered", "closed"), ("closed", "in_progress"), ("in_progress", "archived")):
        await house.deliver(moved(house, event, previous, state, code="reopened"))
    await house.send_all()
    assert house.sender.handed == []
    assert await house.replies() == []
    assert await house.said() == []
    assert await house.looks() == []
