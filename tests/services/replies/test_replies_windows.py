"""Where Meta's window is closed: another address of the same citizen, or their next word; and the house is told."""

from datetime import UTC, datetime, timedelta

import pytest

from services.replies.ways import Way, best_way
from shared.channels import Remedy, ReturnAddress, SendError
from shared.core.ids import new_id
from shared.security.vault import VaultKeys
from tests.services.replies.house import VAULT_KEY, House

PSID = "100200300"
AT_HOME = {"recipient": PSID, "recipient_kind": "psid"}


async def far_away(house: House, **changes):
    """Let a citizen of Messenger complain, and their window close."""
    told = {"channel": "facebook", "account": "page-1", "surface": "direct_message", **changes}
    event = await house.complain(address=AT_HOME, **told)
    await house.send_all()
    house.sender.handed.clear()
    house.sender.objections[PSID] = "window_closed"
    return event


async def also_at(house: House, event, *, proved: bool = True, **where):
    """Give the same citizen another address: the same account's, or one that has proved the complaint."""
    address = {"channel": "sms", "account": "1708", "surface": "sms", "recipient": "+6281298765432", **where}
    given = ReturnAddress(**{"recipient_kind": "msisdn", "message_id": "m-2"} | address)
    person, reference = new_id(), new_id()
    await house.sql.execute(
        "INSERT INTO vault.person (id, digest, key_id, identifier) VALUES ($1, $2, 'k', '')", person, person.bytes
    )
    await house.sql.execute(
        "INSERT INTO vault.reporter (reference, person_id, address) VALUES ($1, $2, $3)",
        reference, person, VaultKeys([VAULT_KEY]).close(given.document()),
    )  # fmt: skip
    if proved:
        await house.sql.execute("INSERT INTO vault.proof VALUES ($1, $2, now())", event.complaint_id, person)
    return person


async def test_an_answer_takes_another_address_that_its_citizen_has_proved(house):
    event = await far_away(house)
    await also_at(house, event)
    await house.deliver(house.answered(event))
    await house.send_all()
    (sent,) = house.sender.handed
    assert (sent.address.channel, sent.address.recipient) == ("sms", "+6281298765432")
    row = (await house.replies())[-1]
    assert (row["state"], row["channel"], row["recipient"]) == ("sent", "sms", event.reporter)
    assert [one["purpose"] for one in await house.looks()][-2:] == ["other_way", "reply"]


@pytest.mark.parametrize(
    "where",
    [
        {"proved": False},
        {"channel": "facebook", "account": "page-1", "surface": "comment", "recipient": "1", "recipient_kind": "psid"},
        {"channel": "mobile", "account": "ntbcare", "surface": "form", "recipient": "d", "recipient_kind": "device"},
        {"channel": "instagram", "account": "x", "surface": "direct_message", "recipient_kind": "igsid"},
    ],
    ids=["whom an officer holds for the same", "a comment", "a form", "a channel that is not served"],
)
async def test_no_answer_goes_anywhere_else(house, where):
    event = await far_away(house)
    await also_at(house, event, **where)
    await house.deliver(house.answered(event))
    await house.send_all()
    assert house.sender.handed == []
    assert await house.outcomes() == {("sent", None): 1, ("queued", "window_closed_waiting"): 1}


@pytest.mark.parametrize("hidden", ["sealed", "secret", "anonymous"])
async def test_what_is_to_stay_where_it_was_told_takes_no_other_way(house, hidden):
    event = await far_away(house, **{hidden: True})
    await also_at(house, event)
    await house.deliver(house.answered(event))
    await house.send_all()
    assert house.sender.handed == []


async def test_without_another_address_it_waits_for_the_citizens_next_word_and_the_case_says_so(house):
    event = await far_away(house)
    await house.deliver(house.answered(event))
    await house.send_all()
    assert await house.said() == [("reply.sent.v1", None), ("reply.waiting.v1", "window_closed")]
    house.clock.advance(days=1)
    await house.send_all()
    assert len(await house.said()) == 2, "it is said once"
    house.sender.objections.clear()
    await house.deliver(house.appended(event))
    await house.send_all()
    (sent,) = house.sender.handed
    assert sent.by_officer
    assert sent.written_to_us_at == house.clock()
    assert (await house.replies())[-1]["attempts"] == 1, "waiting cost it no try"


@pytest.mark.parametrize("word", ["prompt", "complaint"])
async def test_any_word_in_private_lets_it_go(house, word):
    event = await far_away(house)
    await house.deliver(house.answered(event))
    await house.send_all()
    house.sender.objections.clear()
    same = {"conversation_id": event.conversation_id, "channel": "facebook", "account": "page-1"}
    say = house.ask("greeting", address=AT_HOME, surface="direct_message", **same) if word == "prompt" else None
    await (say or house.complain(address=AT_HOME, surface="direct_message", **same))
    await house.send_all()
    assert [one.by_officer for one in house.sender.handed].count(True) == 1


async def test_what_waited_in_vain_is_told_to_the_house(house):
    event = await far_away(house)
    await house.deliver(house.answered(event))
    await house.send_all()
    house.clock.advance(days=7)
    await house.send_all()
    assert (await house.said())[-1] == ("reply.failed.v1", "window_closed")
    assert await house.outcomes() == {("sent", None): 1, ("withheld", "window_closed"): 1}


async def test_an_address_that_is_added_while_it_waits_is_found(house):
    event = await far_away(house)
    await house.deliver(house.answered(event))
    await house.send_all()
    await also_at(house, event)
    house.clock.advance(hours=12)
    await house.send_all()
    assert ("queued", "quiet_hours") in await house.outcomes(), "it is night by then, and a text message rings"
    house.clock.advance(hours=12)
    await house.send_all()
    assert [one.address.channel for one in house.sender.handed] == ["sms"]


async def test_a_way_round_that_is_closed_too_leads_back_to_waiting(house):
    event = await far_away(house)
    await also_at(house, event, recipient="+12025550100")
    house.sender.objections["+12025550100"] = "foreign_number"
    await house.deliver(house.answered(event))
    await house.send_all()
    row = (await house.replies())[-1]
    assert (row["state"], row["reason"], row["channel"]) == ("queued", "window_closed_waiting", "facebook")


async def test_a_way_round_that_its_provider_refuses_leads_back_to_waiting_too(house):
    event = await far_away(house)
    await also_at(house, event)
    house.sender.answers.append(SendError("number_refused", Remedy.GIVE_UP))
    await house.deliver(house.answered(event))
    await house.send_all()
    row = (await house.replies())[-1]
    assert (row["state"], row["reason"], row["channel"]) == ("queued", "window_closed_waiting", "facebook")


async def test_meta_itself_may_say_that_the_window_is_closed(house):
    event = await far_away(house)
    house.sender.objections.clear()
    house.sender.answers.append(SendError("window_closed", Remedy.GIVE_UP))
    await house.deliver(house.answered(event))
    await house.send_all()
    assert (await house.outcomes())["queued", "window_closed_waiting"] == 1


async def test_a_notice_for_which_nobody_waits_is_withheld(house):
    event = await far_away(house)
    await house.deliver(house.appended(event, emergency=True))
    await house.send_all()
    assert (await house.outcomes())["withheld", "window_closed"] == 1
    assert await house.said() == [("reply.sent.v1", None)]


async def test_a_comment_is_answered_privately_once_and_the_channel_knows(house):
    event = await house.comment(post="p1")
    for _ in range(2):
        await house.deliver(house.answered(event))
        await house.send_all()
    assert [one.private_reply_spent for one in house.sender.handed] == [False, False, True]


NOW = datetime(2026, 11, 24, tzinfo=UTC)


def way(surface: str, hours: float | None) -> Way:
    address = ReturnAddress(
        channel="x", account="a", surface=surface, recipient="r", recipient_kind="k", message_id=str(hours)
    )
    return Way(new_id(), address, None if hours is None else NOW - timedelta(hours=hours))


@pytest.mark.parametrize(
    ("ways", "best"),
    [
        ([], None),
        ([("comment", 1), ("form", 1), ("desk", None)], None),
        ([("direct_message", None)], None),
        ([("sms", None), ("direct_message", 30)], ("sms", None)),
        ([("sms", None), ("direct_message", 23)], ("direct_message", 23)),
        ([("direct_message", 23), ("direct_message", 2)], ("direct_message", 2)),
        ([("direct_message", 90), ("direct_message", 40)], ("direct_message", 40)),
        ([("sms", 500), ("sms", 100)], ("sms", 100)),
    ],
)
def test_the_best_way_is_where_they_wrote_within_a_day_then_their_telephone(ways, best):
    found = best_way([way(*one) for one in ways], NOW)
    assert (found and (found.address.surface, found.address.message_id)) == (best and (best[0], str(best[1])))
