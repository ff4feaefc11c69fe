"""A hidden complaint that came as a comment: its one private reply is an officer's; their next word wakes the rest."""

from typing import Any

import pytest

from services.replies import rules
from services.replies.rules import keeps_private_reply
from shared.channels import Remedy, SendError
from shared.core.ids import new_id
from tests.services.replies.house import House

PSID = "100200300"
HERE = {"channel": "facebook", "account": "page-1"}
BY_PSID = {"recipient": PSID, "recipient_kind": "psid"}


async def spent(house: House, **hidden: bool):
    """Let a hidden comment's private reply be spent on a question, so that the answer waits."""
    event = await house.comment(post="p1", **(hidden or {"sealed": True}))
    await house.deliver(house.answered(event))
    await house.send_all()
    house.sender.objections[PSID] = "private_reply_spent"
    await house.deliver(house.answered(event))
    await house.send_all()
    assert (await house.outcomes())["queued", "window_closed_waiting"] == 1
    house.sender.handed.clear()
    house.sender.objections.clear()
    house.clock.advance(hours=1)
    return event


async def are_one(house: House, *events) -> None:
    """Let events be by one account, as intake's vault keeps it."""
    await house.sql.execute(
        "UPDATE vault.reporter SET person_id = (SELECT person_id FROM vault.reporter WHERE reference = $1) "
        "WHERE reference = ANY($2::uuid[])",
        events[0].reporter,
        [event.reporter for event in events],
    )


@pytest.mark.parametrize("hidden", ["sealed", "secret", "anonymous"])
async def test_the_private_reply_to_a_hidden_comment_is_kept_for_the_answer(house, hidden):
    event = await house.comment(post="p1", **{hidden: True})
    await house.deliver(house.answered(event))
    await house.send_all()
    (sent,) = house.sender.handed
    assert (sent.by_officer, sent.confidential, sent.private_reply_spent) == (True, True, False)
    assert await house.outcomes() == {("withheld", "kept_for_the_answer"): 1, ("sent", None): 1}


async def test_whoever_cries_for_help_in_a_hidden_comment_hears_of_112_all_the_same(house):
    await house.comment(post="p1", sealed=True, emergency=True)
    await house.send_all()
    assert ["112" in one.text for one in house.sender.handed] == [True]


def test_the_receipt_of_a_hidden_comment_and_follow_ups_of_any_are_kept_back():
    kept: dict[str, Any] = {"surface": "comment", "private": True, "urgent": False}
    assert keeps_private_reply("acknowledgement", **kept)
    others: tuple[dict[str, Any], ...] = ({"surface": "direct_message"}, {"private": False}, {"urgent": True})
    for other in others:
        assert not keeps_private_reply("acknowledgement", **kept | other)
    assert [one for one in rules.AWAITED if keeps_private_reply(one, **kept)] == ["followed_up"]
    assert keeps_private_reply("followed_up", **kept | {"private": False}), "of what is not hidden neither"
    assert not keeps_private_reply("followed_up", **kept, direct=True)


@pytest.mark.parametrize("word", ["prompt", "complaint", "appended"])
async def test_a_direct_message_by_the_same_account_lets_the_answer_to_a_hidden_comment_go(house, word):
    event = await spent(house)
    if word == "appended":
        words = house.appended(event, surface="direct_message", conversation_id=new_id())
        await house.deliver(words)
    else:
        told = {"address": BY_PSID, "surface": "direct_message", **HERE}
        other = house.received(**HERE, surface="direct_message")
        await house.know(other, **BY_PSID)
        await are_one(house, event, other)
        if word == "prompt":
            again = await house.ask("greeting", **told)
            await are_one(house, event, again)
            await house.deliver(again.model_copy(update={"message_id": new_id()}))
        else:
            await house.deliver(other)
    await house.send_all()
    (sent,) = [one for one in house.sender.handed if one.by_officer]
    assert (sent.address.surface, sent.address.recipient) == ("direct_message", PSID)
    assert (sent.private_reply_spent, sent.written_to_us_at) == (False, house.clock())


async def test_a_direct_message_of_somebody_else_lets_nothing_go(house):
    await spent(house)
    looks = len(await house.looks())
    await house.ask("greeting", address={**BY_PSID, "recipient": "555"}, surface="direct_message", **HERE)
    await house.send_all()
    assert not [one for one in house.sender.handed if one.by_officer]
    assert [one["purpose"] for one in (await house.looks())[looks:]] == ["reply"], "the vault told nothing"


@pytest.mark.parametrize("same", [True, False])
async def test_an_answer_finds_where_the_very_account_wrote_in_private_before(house, same):
    event = await house.comment(post="p1", sealed=True)
    earlier = house.received(**HERE, surface="direct_message")
    await house.know(earlier, **BY_PSID if same else {"recipient": "555", "recipient_kind": "psid"})
    await are_one(house, event, earlier)
    await house.deliver(earlier)
    await house.send_all()
    house.sender.handed.clear()
    house.sender.answers.append(SendError("private_reply_spent", Remedy.GIVE_UP))
    await house.deliver(house.answered(event))
    await house.send_all()
    assert [one.address.surface for one in house.sender.handed] == ["comment", "direct_message"][: 2 if same else 1]
