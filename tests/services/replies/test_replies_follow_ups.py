"""What an agency did reaches the citizen, written here or at SP4N-LAPOR!, and never more than it should."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.replies import rules
from shared.core.errors import RejectError
from shared.core.times import WITA
from shared.events import LAPOR, Actor, ComplaintMarked, ComplaintUnsealed
from tests.services.replies.house import AGENCY, House
from tests.services.replies.test_replies_notices import moved, words
from tests.services.replies.test_replies_windows import also_at, far_away

OFFICER = Actor(kind="officer", id="0190a000-0000-7000-8000-0000000000f1")
AT_LAPOR = Actor(kind="channel", id=LAPOR)
DONE = "Petugas kami meninjau lampunya pagi ini."


async def followed_up(house: House, about: Any, **changes: Any) -> None:
    await house.deliver(house.followed_up(about, **changes))


@pytest.mark.parametrize("actor", [OFFICER, AT_LAPOR, Actor(kind="service", id="an-agencys-own-system")])
async def test_a_citizen_hears_what_was_done_and_by_whom_whoever_wrote_it(house, actor):
    event = await house.complain()
    await followed_up(house, event, actor=actor)
    (said,) = await words(house)
    assert DONE in said
    assert AGENCY in said
    assert event.ticket in said
    assert ("reply.sent.v1", None) in await house.said()


async def test_it_is_said_once_for_each_event_and_each_follow_up_is_said(house):
    event = await house.complain()
    first = house.followed_up(event)
    envelope = await house.deliver(first)
    await house.deliver(first, cause=envelope.id)
    await followed_up(house, event, text="Lampunya diganti besok.")
    assert [DONE in one for one in await words(house)] == [True, False]


async def test_who_wrote_it_there_is_named_and_not_the_agency_that_did_not(house):
    event = await house.complain()
    await followed_up(house, event, actor=AT_LAPOR, institution="Balai Contoh")
    (said,) = await words(house)
    assert "Balai Contoh" in said
    assert AGENCY not in said


@pytest.mark.parametrize("text", ["", " \n"])
async def test_what_has_no_words_says_nothing(house, text):
    event = await house.complain()
    await followed_up(house, event, text=text)
    assert [row["template"] for row in await house.replies()] == ["acknowledgement"]


async def test_what_was_written_in_the_providers_own_app_is_not_sent_again(house):
    event = await house.complain(channel="facebook", account="page-1", surface="direct_message")
    await followed_up(house, event, actor=Actor(kind="channel", id="facebook"))
    assert [row["template"] for row in await house.replies()] == ["acknowledgement"]


async def test_an_end_that_was_declared_at_lapor_is_told_as_an_answer_and_asks_for_a_rating_when_it_closes(house):
    event = await house.complain()
    told = "Instansi yang menangani menyatakan hal ini sudah selesai di SP4N-LAPOR!."
    await house.deliver(house.answered(event, actor=AT_LAPOR, text=told))
    await house.deliver(moved(house, event, "answered", "closed", actor=Actor(kind="machine", id="clock.close")))
    answer, closed = await words(house)
    assert told in answer
    assert f"NILAI {event.ticket}" in closed


async def test_who_complained_at_lapor_reads_there_what_was_done_and_that_is_no_error(house):
    event = await house.complain(channel=LAPOR, account="sp4n", surface="form")
    for actor in (OFFICER, AT_LAPOR):
        await followed_up(house, event, actor=actor)
        await house.deliver(house.answered(event, actor=actor))
    await house.send_all()
    assert (await house.replies(), house.sender.handed, await house.said()) == ([], [], [])


async def test_where_the_channel_is_not_served_it_is_kept_with_that_reason(house):
    event = await house.complain(channel="instagram", account="ig-1", surface="direct_message")
    await followed_up(house, event)
    assert await house.outcomes() == {("withheld", "channel_not_served"): 2}
    assert await house.said() == []


@pytest.mark.parametrize("hidden", ["sealed", "secret", "anonymous"])
async def test_what_is_hidden_names_neither_agency_nor_report(house, hidden):
    event = await house.complain(**{hidden: True})
    await followed_up(house, event)
    said = (await words(house))[-1]
    assert said.endswith(DONE)
    assert not [word for word in (AGENCY, "laporan") if word in said]


async def test_what_still_waits_when_it_is_hidden_is_said_anew_with_less(house):
    event = await house.complain()
    await house.send_all()
    await followed_up(house, event)
    told = {"complaint_id": event.complaint_id, "ticket": event.ticket, "actor": OFFICER}
    await house.deliver(ComplaintMarked(**told, anonymous=True, secret=False, reason="x", marked_at=house.clock()))
    (said,) = await words(house)
    assert DONE in said
    assert AGENCY not in said
    assert await house.outcomes() == {("sent", None): 2, ("withheld", "marked_meanwhile"): 1}


async def test_it_waits_for_the_morning(house):
    house.clock.now = datetime(2026, 11, 24, 23, tzinfo=WITA).astimezone(UTC)
    event = await house.complain()
    await followed_up(house, event)
    await house.send_all()
    assert await house.outcomes() == {("sent", None): 1, ("queued", "quiet_hours"): 1}
    house.clock.now = datetime(2026, 11, 25, 7, tzinfo=WITA).astimezone(UTC)
    assert len(await words(house)) == 1


async def test_whoever_said_stop_is_not_told(house):
    event = await house.complain()
    await house.send_all()
    await house.silence(event.reporter)
    await followed_up(house, event)
    await house.send_all()
    assert (await house.outcomes())["withheld", "citizen_stopped"] == 1


async def test_where_the_window_is_closed_it_takes_another_address_or_waits_for_their_next_word(house):
    one, other = await far_away(house), await far_away(house)
    await also_at(house, one)
    for event in (one, other):
        await followed_up(house, event, actor=AT_LAPOR)
    await house.send_all()
    assert [sent.address.channel for sent in house.sender.handed] == ["sms"]
    assert (await house.outcomes())["queued", "window_closed_waiting"] == 1
    assert ("reply.waiting.v1", "window_closed") in await house.said()
    house.sender.objections.clear()
    await house.deliver(house.appended(other))
    await house.send_all()
    assert [sent.address.channel for sent in house.sender.handed] == ["sms", "facebook"]


async def test_below_a_post_nothing_is_said_and_the_one_private_reply_is_kept_for_the_answer(house):
    event = await house.comment(post="p1")
    await followed_up(house, event)
    await house.deliver(house.answered(event))
    await house.send_all()
    assert await house.outcomes() == {("sent", None): 2, ("withheld", rules.KEPT): 1}
    assert not [one for one in house.sender.handed if DONE in one.text]
    (answer,) = [one for one in house.sender.handed if one.by_officer]
    assert not answer.private_reply_spent


@pytest.mark.parametrize("marked", [False, True])
async def test_who_commented_and_wrote_to_us_in_private_since_hears_it_there(house, marked):
    event = await house.comment(post="p1")
    await house.deliver(house.appended(event, surface="direct_message"))
    await house.send_all()
    await followed_up(house, event)
    if marked:
        told = {"complaint_id": event.complaint_id, "ticket": event.ticket, "actor": OFFICER}
        hidden = ComplaintMarked(**told, anonymous=True, secret=False, reason="x", marked_at=house.clock())
        await house.deliver(hidden)
    await house.send_all()
    sent = house.sender.handed[-1]
    assert DONE in sent.text
    assert (sent.address.surface, sent.confidential, AGENCY in sent.text) == ("direct_message", True, not marked)


async def test_thirty_that_are_found_at_once_are_no_storm(house):
    event = await house.complain()
    await house.send_all()
    for number in range(30):
        await followed_up(house, event, actor=AT_LAPOR, text=f"{DONE} ({number})")
    await house.send_all()
    limit = house.policy.limits.notices_hour
    assert await house.outcomes() == {("sent", None): 1 + limit, ("withheld", "conversation_limit"): 30 - limit}
    assert (await house.said()).count(("reply.failed.v1", "conversation_limit")) == 30 - limit, "the house is told"


async def test_a_follow_up_of_a_complaint_that_nobody_told_us_of_is_rejected(house):
    with pytest.raises(RejectError, match="never heard"):
        await followed_up(house, house.received())


async def test_what_the_inspectorate_opened_names_the_agency_again(house):
    event = await house.complain(sealed=True)
    told = {"complaint_id": event.complaint_id, "ticket": event.ticket, "actor": OFFICER}
    await house.deliver(ComplaintUnsealed(**told, reason="x", unsealed_at=house.clock()))
    await followed_up(house, event)
    assert AGENCY in (await words(house))[-1]


@pytest.mark.parametrize(
    ("kind", "of", "has_it"),
    [("channel", "facebook", True), ("channel", LAPOR, False), ("officer", LAPOR, False), ("machine", "x", False)],
)
def test_only_what_was_written_in_the_citizens_own_app_is_theirs_already(kind, of, has_it):
    assert rules.has_it_already(Actor(kind=kind, id=of)) is has_it
