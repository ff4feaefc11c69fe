"""No storm of receipts: not under a post, not with an autoresponder, not for forged senders."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.replies import rules
from services.replies.rules import Limits, Recent
from shared.core.ids import new_id
from tests.services.replies.house import until


async def test_a_hundred_comments_on_one_post_get_ten_public_receipts_an_hour(house):
    for _ in range(100):
        await house.comment(post="p1")
    await house.send_all()
    assert await house.outcomes() == {("sent", None): 10, ("withheld", "thread_limit"): 90}
    assert len(house.sender.handed) == 10
    await house.comment(post="p2")
    house.clock.advance(minutes=61)
    await house.comment(post="p1")
    await house.send_all()
    assert len(house.sender.handed) == 12


async def test_comments_on_comments_of_one_post_are_one_storm(house):
    for number in range(20):
        await house.comment(post=f"comment-{number}", address={"post": "p1"})
    await house.send_all()
    assert await house.outcomes() == {("sent", None): 10, ("withheld", "thread_limit"): 10}


async def test_emergencies_are_answered_through_every_storm_and_before_everything_else(house):
    house.allow(account_hour=1, conversation_hour=1, thread_hour=1)
    for _ in range(5):
        await house.complain()
    person = new_id()
    for _ in range(9):
        await house.complain(conversation_id=person, emergency=True)
    for _ in range(4):
        await house.comment(post="p1", emergency=True)
    await house.send_all()
    urgent = [one for one in house.sender.handed if "112" in one.text]
    assert len(urgent) == 13
    assert house.sender.handed[:13] == urgent
    assert len(house.sender.handed) == 14, "receipts are limited as before"


async def test_an_autoresponder_that_quotes_our_112_does_not_go_on_for_ever(house):
    person = new_id()
    for _ in range(30):
        await house.complain(conversation_id=person, emergency=True)
        await house.send_all()
    assert len(house.sender.handed) == house.policy.limits.emergencies_hour


async def test_forged_numbers_that_cry_for_help_cannot_make_us_pay_without_end_and_somebody_is_called(house):
    house.allow(account_emergencies_hour=5)
    unanswered = REGISTRY.get_sample_value("ntbcare_emergencies_unanswered_total", {"channel": "sms"}) or 0
    for _ in range(8):
        await house.complain(emergency=True)
    with capture_logs() as lines:
        await house.send_all()
    assert await house.outcomes() == {("sent", None): 5, ("withheld", "emergency_budget"): 3}
    assert REGISTRY.get_sample_value("ntbcare_emergencies_unanswered_total", {"channel": "sms"}) == unanswered + 3
    alarms = [line["reason"] for line in lines if line["log_level"] == "error"]
    assert alarms == ["emergency_budget"] * 3
    await house.complain()
    await house.comment(post="p1", emergency=True)
    house.clock.advance(minutes=61)
    await house.complain(emergency=True)
    await house.send_all()
    assert (await house.outcomes())["sent", None] == 8, "receipts, other accounts and the next hour go on"


async def test_prompts_have_a_limit_of_their_own_and_share_the_accounts_budget(house):
    house.allow(account_hour=8)
    person = new_id()
    for _ in range(9):
        await house.ask("status", conversation_id=person, ticket="NTB-79E7-3T8DN", state="assigned")
    await house.complain(conversation_id=person)
    await house.send_all()
    assert await house.outcomes() == {("sent", None): 7, ("withheld", "conversation_limit"): 3}
    await house.ask("greeting")
    await house.ask("greeting")
    await house.send_all()
    assert await house.outcomes() == {
        ("sent", None): 8, ("withheld", "conversation_limit"): 3, ("withheld", "account_budget"): 1,
    }  # fmt: skip


async def test_a_receipt_that_is_kept_back_is_no_part_of_the_storm_under_a_post(house):
    for number in range(20):
        await house.comment(post="p1", secret=number < 10)
    await house.send_all()
    assert await house.outcomes() == {("withheld", "kept_for_the_answer"): 10, ("sent", None): 10}


async def test_a_loop_with_an_autoresponder_ends_after_three_receipts(house):
    person = new_id()
    for _ in range(50):
        await house.complain(conversation_id=person)
        await house.send_all()
        house.clock.advance(seconds=20)
    assert await house.outcomes() == {("sent", None): 3, ("withheld", "conversation_limit"): 47}


async def test_a_slow_loop_ends_after_ten_receipts_a_day(house):
    person = new_id()
    for _ in range(40):
        await house.complain(conversation_id=person)
        await house.send_all()
        house.clock.advance(minutes=30)
    assert len(house.sender.handed) == 10


async def test_forged_senders_cannot_spend_more_than_the_accounts_budget(house):
    house.allow(account_hour=20)
    for _ in range(30):
        await house.complain()
    await house.send_all()
    assert await house.outcomes() == {("sent", None): 20, ("withheld", "account_budget"): 10}
    await house.comment(post="p1")
    await house.send_all()
    assert len(house.sender.handed) == 21, "another account has a budget of its own"


async def test_an_officers_answers_know_no_limit(house):
    house.allow(account_hour=1, conversation_hour=1)
    person = new_id()
    for _ in range(8):
        event = await house.complain(conversation_id=person)
        await house.deliver(house.answered(event))
        await house.send_all()
    assert sum(one.by_officer for one in house.sender.handed) == 8
    assert sum(not one.by_officer for one in house.sender.handed) == 1


async def test_several_workers_do_not_pass_the_same_limit_together(house):
    person = new_id()
    for _ in range(25):
        await house.complain(conversation_id=person)
    house.sender.gate = asyncio.Event()
    async with house.running(*(house.new_worker(at_once=4) for _ in range(3))):
        await asyncio.sleep(0.2)
        house.sender.gate.set()
        await until(house.settled)
    assert await house.outcomes() == {("sent", None): 3, ("withheld", "conversation_limit"): 22}


async def test_a_receipt_that_the_channel_objects_to_uses_nothing_up(house):
    person = new_id()
    for number in range(6):
        await house.complain(conversation_id=person, address={"recipient": f"+1202555010{number}"})
    house.sender.objections |= {f"+1202555010{number}": "foreign_number" for number in range(6)}
    await house.complain(conversation_id=person)
    await house.send_all()
    assert await house.outcomes() == {("withheld", "foreign_number"): 6, ("sent", None): 1}


async def test_the_thread_is_kept_as_a_keyed_digest_only(house, sql):
    await house.comment(post="1001_2002")
    await house.send_all()
    row = await house.only()
    assert len(row["thread_digest"]) == 32
    assert "1001_2002" not in str(dict(row))


# --- the rules, pure ------------------------------------------------------------------------------

LIMITS = Limits()


@pytest.mark.parametrize(
    ("recent", "refused"),
    [
        (Recent(), None),
        (Recent(conversation_hour=2, conversation_day=9, thread_hour=9, account_hour=299), None),
        (Recent(conversation_hour=3, conversation_day=3, account_hour=3), "conversation_limit"),
        (Recent(conversation_day=10), "conversation_limit"),
        (Recent(thread_hour=10, account_hour=10), "thread_limit"),
        (Recent(account_hour=300), "account_budget"),
    ],
)
def test_the_storm_table(recent, refused):
    assert rules.storm(LIMITS, recent) == refused


def test_a_prompt_is_no_receipt_and_an_emergency_neither():
    busy = Recent(conversation_hour=5, conversation_day=12, account_hour=299)
    assert rules.storm(LIMITS, busy) == "conversation_limit"
    assert rules.storm(LIMITS, busy, "prompt") is None
    worst = Recent(conversation_hour=9, conversation_day=99, thread_hour=99, account_hour=9999)
    assert rules.storm(LIMITS, worst, "emergency") is None
    assert rules.storm(LIMITS, Recent(account_emergencies_hour=600), "emergency") == "emergency_budget"
    assert rules.kind_of("answer", urgent=True) is None


arrivals = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 2), st.integers(0, 2)), max_size=120).map(
    lambda gaps: [(sum(gap for gap, _, _ in gaps[: n + 1]), who, post) for n, (_, who, post) in enumerate(gaps)]
)


@given(arrivals)
def test_no_hour_and_no_day_ever_holds_more_than_the_limits(comments):
    """Whoever comments when, seconds apart: look at every window that ends with a receipt."""
    limits = Limits(conversation_hour=2, conversation_day=4, thread_hour=3, account_hour=5)
    let_through: list[tuple[int, int, int]] = []
    for at, who, post in comments:
        recent = _recent(let_through, at, who, post)
        if rules.storm(limits, recent) is None:
            let_through.append((at, who, post))
    for number, (at, who, post) in enumerate(let_through):
        window = _recent(let_through[: number + 1], at, who, post)
        assert window.conversation_hour <= limits.conversation_hour
        assert window.conversation_day <= limits.conversation_day
        assert window.thread_hour <= limits.thread_hour
        assert window.account_hour <= limits.account_hour


def _recent(let_through, at, who, post) -> Recent:
    hour = [one for one in let_through if one[0] > at - 3600]
    return Recent(
        conversation_hour=sum(one[1] == who for one in hour),
        conversation_day=sum(one[1] == who for one in let_through if one[0] > at - 86400),
        thread_hour=sum(one[2] == post for one in hour),
        account_hour=len(hour),
    )


@given(st.integers(1, 10**6), st.floats(0, 1), st.none() | st.timedeltas())
def test_a_wait_is_never_nothing_and_never_more_than_a_day(attempts, jitter, retry_after):
    waited = rules.wait(attempts, jitter, retry_after)
    assert rules._FIRST_RETRY / 2 <= waited <= rules.DAY
    if retry_after is not None and retry_after <= rules.DAY:
        assert waited >= retry_after


def test_waits_double_up_to_an_hour():
    waits = [rules.wait(attempts, 0.5).total_seconds() for attempts in range(1, 12)]
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
