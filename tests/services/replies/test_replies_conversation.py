"""Stop 9 in a conversation: questions, emergencies, what seals later, prompts, and who said STOP."""

import asyncio

import pytest

from services.replies import repository
from shared.channels import Remedy, SendError
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.events import Actor, AgencyRef, ComplaintAssigned, ComplaintUnsealed, Place
from tests.services.replies.house import AGENCY, NUMBER, House, until


async def test_the_receipt_asks_for_what_is_missing_in_the_same_message(house):
    event = await house.complain(asks=("where", "when"))
    await house.send_all()
    (sent,) = house.sender.handed
    assert event.ticket in sent.text
    assert "di mana tempatnya dan kapan terjadinya?" in sent.text


async def test_an_emergency_hears_of_112_first_and_is_asked_for_the_place_alone(house):
    event = await house.complain(emergency=True, asks=("where", "when"))
    await house.send_all()
    (sent,) = house.sender.handed
    assert sent.text.index("112") < sent.text.index(event.ticket)
    assert "di mana" in sent.text
    assert "kapan" not in sent.text


async def test_further_words_that_cry_for_help_are_answered_at_once(house):
    event = await house.complain()
    await house.send_all()
    cause = new_id()
    for _ in range(2):
        await house.deliver(house.appended(event, emergency=True), cause=cause)
    await house.deliver(house.appended(event))
    await house.send_all()
    assert ["112" in one.text for one in house.sender.handed] == [False, True]
    assert house.sender.handed[1].address.recipient == NUMBER


async def test_where_another_app_answers_nothing_is_sent_by_itself(house):
    event = await house.complain(standby=True)
    await house.deliver(house.answered(event))
    await house.send_all()
    assert [one.by_officer for one in house.sender.handed] == [True]
    assert ("withheld", "another_app_answers") in await house.outcomes()


@pytest.mark.parametrize("later", ["appended", "amended"])
async def test_a_receipt_that_still_waits_when_later_words_seal_the_complaint_becomes_neutral_and_private(house, later):
    event = await house.complain(channel="facebook", account="page-1", surface="direct_message")
    await house.deliver(getattr(house, later)(event, sealed=True))
    await house.send_all()
    (sent,) = house.sender.handed
    assert sent.confidential
    assert event.ticket in sent.text
    assert "laporan" not in sent.text.lower()
    assert await house.outcomes() == {("withheld", "sealed_meanwhile"): 1, ("sent", None): 1}


async def test_a_receipt_that_was_in_hand_when_the_complaint_was_sealed_is_not_tried_again_in_public(house):
    house.sender.answers.append(SendError("busy", Remedy.RETRY))
    event = await house.comment(post="p1")
    house.sender.gate = asyncio.Event()
    async with house.running():
        await until(lambda: _handed(house))
        await house.deliver(house.appended(event, sealed=True))
        house.sender.gate.set()
        await until(house.settled_or_waiting)
    house.sender.gate = None
    house.clock.advance(hours=1)
    await house.send_all()
    assert [one.confidential for one in house.sender.handed] == [False]
    assert await house.outcomes() == {("withheld", "sealed_meanwhile"): 1}, "the private reply is the answer's"


async def _handed(house: House) -> bool:
    return bool(house.sender.handed)


async def test_an_emergency_that_is_sealed_meanwhile_still_hears_of_112(house):
    event = await house.comment(post="p1", emergency=True)
    await house.deliver(house.appended(event, sealed=True))
    await house.send_all()
    (sent,) = house.sender.handed
    assert sent.confidential
    assert "112" in sent.text


async def test_the_answer_to_a_complaint_that_later_words_sealed_names_no_agency(house):
    event = await house.complain()
    await house.send_all()
    await house.deliver(house.appended(event, sealed=True))
    await house.deliver(house.answered(event))
    await house.send_all()
    assert "Dinas" not in house.sender.handed[-1].text
    assert len(house.sender.handed) == 2, "a receipt that is gone is not sent again"


async def test_the_citizen_hears_the_agency_of_what_was_unsealed_and_not_before(house):
    event = await house.complain(sealed=True)
    about = {"complaint_id": event.complaint_id, "ticket": event.ticket}
    officer, now = Actor(kind="officer", id=str(new_id())), house.clock()
    given = ComplaintAssigned(
        **about,
        agency=AgencyRef(key="52.03.CONTOH", name=AGENCY),
        affair=None,
        level="regency",
        place=Place(),
        confidence=None,
        reasons=("x",),
        actor=officer,
        sealed=False,
        assigned_at=now,
    )
    await house.deliver(given)
    await house.deliver(house.answered(event))
    await house.send_all()
    assert not [one for one in house.sender.handed if AGENCY in one.text]
    await house.deliver(ComplaintUnsealed(**about, reason="Bukan pungutan.", actor=officer, unsealed_at=now))
    await house.deliver(given)
    await house.send_all()
    assert AGENCY in house.sender.handed[-1].text


async def test_the_window_opens_anew_with_each_message_of_the_citizen_and_not_with_the_agencys(house):
    event = await house.complain()
    house.clock.advance(hours=3)
    await house.deliver(house.appended(event))
    second = house.clock()
    house.clock.advance(hours=3)
    await house.deliver(house.appended(event, author="agency"))
    await house.deliver(house.answered(event))
    await house.send_all()
    assert next(one for one in house.sender.handed if one.by_officer).written_to_us_at == second
    await house.ask("status", conversation_id=event.conversation_id, ticket=event.ticket)
    await house.deliver(house.answered(event))
    await house.send_all()
    assert house.sender.handed[-2].written_to_us_at == house.clock()


async def test_a_further_comment_opens_no_window_for_the_first(house):
    event = await house.comment(post="p1")
    house.clock.advance(hours=3)
    await house.deliver(house.appended(event))
    await house.deliver(house.answered(event))
    await house.send_all()
    assert {one.written_to_us_at for one in house.sender.handed} == {event.received_at}


async def test_further_words_on_another_channel_move_no_window(house):
    event = await house.complain()
    house.clock.advance(hours=3)
    await house.deliver(house.appended(event, channel="facebook", surface="direct_message", conversation_id=new_id()))
    await house.send_all()
    assert house.sender.handed[0].written_to_us_at == event.received_at


async def test_what_the_agency_wrote_in_the_providers_app_is_not_sent_again(house):
    event = await house.complain()
    await house.deliver(house.answered(event, actor=Actor(kind="channel", id="facebook")))
    await house.send_all()
    assert [row["template"] for row in await house.replies()] == ["acknowledgement"]


async def test_words_about_an_unknown_complaint_are_refused(house):
    for event in (house.appended(house.received()), house.amended(house.received())):
        with pytest.raises(RejectError):
            await house.deliver(event)


async def test_a_prompt_goes_back_to_who_wrote_and_nobody_else_is_told(house):
    event = await house.ask("greeting")
    await house.send_all()
    (sent,) = house.sender.handed
    assert (sent.address.recipient, sent.confidential) == (NUMBER, True)
    assert sent.complaint_id == event.conversation_id, "a delivery report finds no complaint by it"
    assert sent.written_to_us_at == event.written_at
    assert await house.said() == []
    row = await house.only()
    assert (row["complaint_id"], row["ticket"], row["template"]) == (None, None, "greeting")


async def test_a_prompt_that_is_heard_twice_is_said_once(house):
    event = await house.ask("help")
    cause = new_id()
    for _ in range(3):
        await house.deliver(event, cause=cause)
    assert len(await house.replies()) == 2


async def test_a_question_after_a_ticket_gets_the_state_in_indonesian(house):
    await house.ask("status", ticket="NTB-79E7-3T8DN", state="in_progress")
    await house.send_all()
    assert "NTB-79E7-3T8DN: Sedang ditindaklanjuti." in house.sender.handed[0].text


async def test_a_prompt_is_never_said_below_a_post(house):
    await house.ask("status", channel="facebook", account="page-1", surface="comment", ticket="NTB-79E7-3T8DN")
    await house.send_all()
    assert house.sender.handed == []
    assert await house.outcomes() == {("withheld", "public_surface"): 1}


async def test_a_prompt_that_waited_an_hour_is_not_said_any_more(house):
    await house.ask("greeting")
    house.clock.advance(hours=1)
    await house.send_all()
    assert await house.outcomes() == {("withheld", "too_late"): 1}


async def test_a_prompt_that_perhaps_arrived_calls_no_operator(house):
    house.sender.answers.extend([SendError("no_answer_in_time", Remedy.UNKNOWN)] * 2)
    await house.ask("greeting")
    await house.complain()
    await house.send_all()
    assert await house.outcomes() == {("unknown", "no_answer_in_time"): 2}
    async with house.pool.transaction() as tx:
        assert await repository.open_replies(tx) == {("sms", "unknown"): 1}


async def test_a_prompt_without_words_is_refused(house):
    with pytest.raises(RejectError, match="no words for the prompt sing"):
        await house.ask("sing")


async def test_who_said_stop_hears_that_we_heard_it_and_nothing_that_they_did_not_ask_for(house):
    event = await house.complain()
    await house.deliver(house.answered(event))
    stop, hello = await house.ask("stopped"), await house.ask("greeting")
    for reporter in (event.reporter, stop.reporter, hello.reporter):
        await house.silence(reporter)
    await house.send_all()
    (sent,) = house.sender.handed
    assert "MULAI" in sent.text
    assert await house.outcomes() == {("withheld", "citizen_stopped"): 3, ("sent", None): 1}
    assert await house.said() == [("reply.failed.v1", "citizen_stopped")], "the officer whose answer it was learns it"


async def test_a_stop_hides_from_nobody_that_their_complaint_was_withdrawn(house):
    batal = await house.ask("cancelled", ticket="NTB-7K3M-9QX2F")
    await house.silence(batal.reporter)
    await house.send_all()
    (sent,) = house.sender.handed
    assert "NTB-7K3M-9QX2F" in sent.text
    purposes = await house.sql.fetch("SELECT purpose FROM vault.look WHERE reference = $1", batal.reporter)
    assert [row["purpose"] for row in purposes] == ["asked"]
