"""What providers say became of a reply: in any order, more than once, and never against what the citizen has."""

from itertools import permutations

import asyncpg
import pytest

from services.replies import rules
from shared.channels import Remedy, SendError
from shared.core.ids import new_id
from tests.services.replies.house import House


async def reply_in(house: House, state: str) -> asyncpg.Record:
    """Bring one reply to a state."""
    answers = {
        "queued": SendError("busy", Remedy.RETRY),
        "unknown": SendError("lost", Remedy.UNKNOWN),
        "failed": SendError("blocked", Remedy.GIVE_UP),
    }
    await house.complain()
    if state in answers:
        house.sender.answers.append(answers[state])
    await house.worker.send_next()
    row = await house.only()
    assert row["state"] == state
    return row


@pytest.mark.parametrize(
    ("state", "outcomes", "becomes", "reason", "said"),
    [
        ("unknown", ["accepted"], "sent", None, ["reply.sent.v1"]),
        ("unknown", ["echoed"], "sent", None, ["reply.sent.v1"]),
        ("unknown", ["buffered", "accepted", "delivered", "delivered"], "sent", None, ["reply.sent.v1"]),
        ("unknown", ["rejected"], "failed", "provider_rejected", ["reply.failed.v1"]),
        ("unknown", ["delivered", "failed"], "sent", None, ["reply.sent.v1"]),
        ("queued", ["delivered"], "sent", None, ["reply.sent.v1"]),
        ("sent", ["accepted", "delivered"], "sent", None, ["reply.sent.v1"]),
        ("sent", ["delivered", "accepted"], "sent", None, ["reply.sent.v1"]),
        ("sent", ["failed", "failed"], "failed", "provider_failed", ["reply.sent.v1", "reply.failed.v1"]),
        ("sent", ["failed", "accepted"], "failed", "provider_failed", ["reply.sent.v1", "reply.failed.v1"]),
        ("sent", ["failed", "delivered"], "sent", None, ["reply.sent.v1", "reply.failed.v1", "reply.sent.v1"]),
        ("failed", ["accepted"], "failed", "blocked", ["reply.failed.v1"]),
    ],
)
async def test_a_report_settles_what_was_open(house, state, outcomes, becomes, reason, said):
    row = await reply_in(house, state)
    for outcome in outcomes:
        await house.report(row, outcome)
    now = await house.only()
    assert (now["state"], now["reason"]) == (becomes, reason)
    assert (now["delivered_at"] is not None) == ("delivered" in outcomes)
    before = ["reply.unknown.v1"] if state == "unknown" else []
    assert [kind for kind, _ in await house.said()] == before + said
    house.clock.advance(hours=2)
    await house.send_all()
    assert len(house.sender.handed) == 1, "what a report settled is not sent again"


async def test_an_echo_that_is_faster_than_the_answer_is_announced_once(house):
    await house.complain()
    claim = await house.worker._database.run(house.worker._dispatch.claim)
    row = await house.only()
    await house.report(row, "echoed")
    await house.worker._keep(claim, await house.worker._hand_over(claim))
    now = await house.only()
    assert (now["state"], now["provider_message_id"]) == ("sent", "m_1")
    assert await house.said() == [("reply.sent.v1", None)]


@pytest.mark.parametrize("change", ["reply_id", "complaint_id", "channel"])
async def test_a_report_about_something_else_changes_nothing(house, change):
    row = await reply_in(house, "unknown")
    other = {"reply_id": new_id(), "complaint_id": new_id(), "channel": "facebook"}
    await house.report(row, "delivered", **{change: other[change]})
    assert (await house.only())["state"] == "unknown"


def test_whatever_the_order_what_the_citizen_has_stays_sent():
    for order in permutations(["accepted", "buffered", "delivered", "failed", "rejected", "echoed"]):
        state, delivered = "unknown", False
        for outcome in order:
            delivered |= outcome == "delivered"
            state = rules.after_report(state, outcome, delivered=delivered) or state
        assert state == "sent"


def test_an_outcome_that_we_do_not_know_changes_nothing():
    for state in ("queued", "sending", "sent", "failed", "unknown", "withheld"):
        assert rules.after_report(state, "read", delivered=False) is None
