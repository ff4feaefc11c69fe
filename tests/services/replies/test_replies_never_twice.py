"""Nothing goes out twice, whoever dies when; what nobody is sure about is not sent again."""

import asyncio
from datetime import timedelta

import pytest

from services.replies import worker as worker_module
from shared.channels import Remedy, SendError, Sent
from shared.core.ids import new_id
from tests.services.replies.house import House, until


class KilledError(BaseException):
    """The process ends here."""


async def test_an_event_that_is_read_again_sends_nothing(house):
    event = house.received()
    await house.know(event)
    cause = new_id()
    for _ in range(3):  # without the inbox, as after its loss
        await house.deliver(event, cause=cause)
        await house.send_all()
    answer = house.answered(event)
    for _ in range(3):
        await house.deliver(answer, cause=event.complaint_id)
        await house.send_all()
    assert len(house.sender.handed) == 2
    assert [kind for kind, _ in await house.said()] == ["reply.sent.v1"] * 2


@pytest.mark.parametrize(("saying", "hours"), [("acknowledgement", 25), ("answer", 169)])
async def test_an_event_of_the_past_sends_nothing_and_says_why(house, saying, hours):
    event = house.received()
    await house.know(event)
    past = house.clock() - timedelta(hours=hours)
    await house.deliver(event, at=past)
    if saying == "answer":
        await house.deliver(house.answered(event), at=past)
    await house.send_all()
    assert house.sender.handed == []
    assert await house.outcomes() == {("withheld", "too_late"): 1 if saying == "acknowledgement" else 2}
    assert await house.said() == [], "a rebuild tells nobody that something failed"


async def test_a_receipt_that_waited_too_long_is_not_sent_any_more(house):
    await house.complain()
    house.clock.advance(hours=24)
    await house.send_all()
    assert house.sender.handed == []
    assert await house.outcomes() == {("withheld", "too_late"): 1}


async def test_an_answer_that_waited_too_long_is_told_to_the_house(house):
    event = await house.complain()
    await house.deliver(house.answered(event))
    house.clock.advance(days=8)
    await house.send_all()
    assert await house.said() == [("reply.failed.v1", "too_late")]


async def test_a_worker_that_is_killed_while_sending_leaves_it_unknown(house):
    await house.complain()
    house.sender.gate = asyncio.Event()
    dying = house.new_worker(finish=0)
    async with house.running(dying):
        await until(lambda: _handed(house, 1))
    house.sender.gate = None
    await _never_again(house)


async def test_a_worker_that_is_killed_between_send_and_record_leaves_it_unknown(house, monkeypatch):
    await house.complain()
    with monkeypatch.context() as patch:
        patch.setattr(house.worker, "_keep", _die)
        with pytest.raises(KilledError):
            await house.worker.send_next()
    await _never_again(house)


async def test_a_worker_that_is_killed_between_claim_and_send_leaves_it_unknown(house, monkeypatch):
    await house.complain()
    with monkeypatch.context() as patch:
        patch.setattr(house.worker, "_hand_over", _die)
        with pytest.raises(KilledError):
            await house.worker.send_next()
    assert house.sender.handed == []
    await _never_again(house, times=0)


async def _never_again(house: House, times: int = 1) -> None:
    async with house.running(house.new_worker()):
        await asyncio.sleep(0.1)
        assert (await house.only())["state"] == "sending", "its sender may still speak"
        house.clock.advance(minutes=3)
        await until(house.settled)
        house.clock.advance(hours=5)
        await asyncio.sleep(0.1)
    row = await house.only()
    assert (row["state"], row["reason"]) == ("unknown", "sender_vanished")
    assert len(house.sender.handed) == times
    assert await house.said() == [("reply.unknown.v1", "sender_vanished")]


async def test_what_is_in_hand_at_a_stop_is_finished_and_recorded(house):
    for _ in range(3):
        await house.complain()
    house.sender.gate = asyncio.Event()
    async with house.running():
        await until(lambda: _handed(house, 1))
        asyncio.get_running_loop().call_later(0.1, house.sender.gate.set)
    assert sorted(row["state"] for row in await house.replies()) == ["queued", "queued", "sent"]
    assert house.sender.closed


async def test_several_workers_send_each_reply_once(house):
    for _ in range(15):
        await house.complain()
    workers = [house.new_worker(at_once=4) for _ in range(3)]
    async with house.running(*workers):
        await until(house.settled)
    assert len(house.sender.handed) == len({one.reply_id for one in house.sender.handed}) == 15
    assert await house.outcomes() == {("sent", None): 15}
    assert await house.said() == [("reply.sent.v1", None)] * 15


async def test_a_result_is_kept_until_the_database_is_back(house, cut_off):
    await house.complain()
    house.sender.gate = asyncio.Event()
    async with house.running():
        await until(lambda: _handed(house, 1))
        async with cut_off():
            house.sender.gate.set()
            await asyncio.sleep(0.3)
        await until(house.settled)
    assert await house.outcomes() == {("sent", None): 1}
    assert len(house.sender.handed) == 1
    assert await house.said() == [("reply.sent.v1", None)]


async def test_a_result_that_comes_after_the_claim_ran_out_still_counts(house):
    await house.complain()
    house.sender.gate = asyncio.Event()
    slow = asyncio.create_task(house.worker.send_next())
    await until(lambda: _handed(house, 1))
    house.clock.advance(minutes=3)
    async with house.running(house.new_worker()):
        await until(house.settled)
    assert (await house.only())["state"] == "unknown"
    house.sender.closed = False  # by the other worker's end: in the house each has senders of its own
    house.sender.gate.set()
    await slow
    assert (await house.only())["state"] == "sent"
    assert await house.said() == [("reply.unknown.v1", "sender_vanished"), ("reply.sent.v1", None)]


async def test_a_machine_that_slept_with_a_reply_in_hand_does_not_send_it_when_it_wakes(house, monkeypatch):
    await house.complain()
    asleep, hand_over = asyncio.Event(), house.worker._hand_over

    async def sleep(claim):
        await asleep.wait()
        return await hand_over(claim)

    monkeypatch.setattr(house.worker, "_hand_over", sleep)
    slow = asyncio.create_task(house.worker.send_next())
    await until(lambda: _in_hand(house))
    house.clock.advance(minutes=3)
    async with house.running(house.new_worker()):
        await until(house.settled)
        await house.sql.execute("UPDATE replies.reply SET resolution = 'again'")
        await until(lambda: _handed(house, 1))
        await until(house.settled)
    asleep.set()
    await slow
    assert len(house.sender.handed) == 1
    assert (await house.only())["state"] == "sent"


async def _in_hand(house: House) -> bool:
    return bool((await house.only())["state"] == "sending")


# --- what providers answer ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state", "reason", "attempts", "said"),
    [
        (Sent(provider_message_id="x"), "sent", None, 1, "reply.sent.v1"),
        (SendError("busy", Remedy.RETRY), "queued", "busy", 1, None),
        (SendError("blocked_us", Remedy.GIVE_UP), "failed", "blocked_us", 1, "reply.failed.v1"),
        (SendError("token_dead", Remedy.PAUSE), "queued", "token_dead", 0, None),
        (SendError("connection_lost", Remedy.UNKNOWN), "unknown", "connection_lost", 1, "reply.unknown.v1"),
        (RuntimeError("a mistake of ours"), "unknown", "sender_failed", 1, "reply.unknown.v1"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
async def test_each_remedy_has_its_state(house, answer, state, reason, attempts, said):
    await house.complain()
    house.sender.answers.append(answer)
    await house.worker.send_next()
    row = await house.only()
    assert (row["state"], row["reason"], row["attempts"]) == (state, reason, attempts)
    assert [kind for kind, _ in await house.said()] == ([said] if said else [])


async def test_a_provider_that_never_answers_leaves_it_unknown(house, monkeypatch):
    monkeypatch.setattr(worker_module, "_SEND_S", 0.05)
    house.sender.gate = asyncio.Event()
    await house.complain()
    await house.send_all()
    assert await house.outcomes() == {("unknown", "no_answer_in_time"): 1}


async def test_later_means_later_and_not_for_ever(house):
    await house.complain()
    house.sender.answers.extend([SendError("busy", Remedy.RETRY)] * 20)
    for _ in range(20):
        await house.send_all()
        house.clock.advance(minutes=59)
    assert len(house.sender.handed) == house.policy.attempts
    assert await house.outcomes() == {("failed", "busy"): 1}
    assert await house.said() == [("reply.failed.v1", "busy")]


async def test_a_provider_that_says_when_is_not_asked_before(house):
    await house.complain()
    house.sender.answers.append(SendError("throttled", Remedy.RETRY, retry_after=timedelta(minutes=30)))
    await house.send_all()
    house.clock.advance(minutes=29)
    await house.send_all()
    assert len(house.sender.handed) == 1
    house.clock.advance(minutes=2)
    await house.send_all()
    assert await house.outcomes() == {("sent", None): 1}


async def test_a_paused_account_rests_while_others_work_and_one_reply_tries_again(house):
    for _ in range(5):
        await house.complain()
    house.sender.answers.append(SendError("token_dead", Remedy.PAUSE))
    await house.send_all()
    assert len(house.sender.handed) == 1
    await house.comment(post="p1")
    await house.send_all()
    assert len(house.sender.handed) == 2, "another account works"
    house.sender.answers.append(SendError("token_dead", Remedy.PAUSE))
    house.clock.advance(minutes=6)
    await house.send_all()
    assert len(house.sender.handed) == 3, "one reply tries; it is refused again"
    house.clock.advance(minutes=6)
    await house.send_all()
    assert await house.outcomes() == {("sent", None): 6}
    assert {row["attempts"] for row in await house.replies()} == {1}, "the rest cost nobody a try"


async def test_after_a_pause_several_workers_let_one_reply_try(house):
    for _ in range(5):
        await house.complain()
    house.sender.answers.append(SendError("token_dead", Remedy.PAUSE))
    await house.send_all()
    house.clock.advance(minutes=6)
    house.sender.gate = asyncio.Event()
    async with house.running(*(house.new_worker(at_once=3) for _ in range(2))):
        await until(lambda: _handed(house, 2))
        await asyncio.sleep(0.1)
        assert len(house.sender.handed) == 2
        house.sender.gate.set()
        await until(house.settled)


async def test_an_objection_withholds_and_of_an_answer_tells_the_house(house):
    event = await house.comment(post="p1")
    house.sender.objections["100200300"] = "unusable_address"
    await house.send_all()
    assert await house.said() == []
    await house.deliver(house.answered(event))
    await house.send_all()
    assert await house.outcomes() == {("withheld", "unusable_address"): 2}
    assert await house.said() == [("reply.failed.v1", "unusable_address")]
    assert house.sender.handed == []


async def _handed(house: House, times: int) -> bool:
    return len(house.sender.handed) >= times


async def _die(*_arguments: object) -> None:
    raise KilledError
