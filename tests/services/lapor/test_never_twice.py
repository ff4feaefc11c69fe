"""A complaint stands at LAPOR! once at most, whatever LAPOR!, the network and our own processes do."""

import asyncio
import json
from datetime import timedelta

import pytest

from services.lapor.wire.circuit import Circuit
from shared.core.times import utc_now
from shared.directory import LaporIds

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
FAULTS = [
    # quirk, where the mirror stands afterwards, how many LAPOR! holds then
    ("no_id", "perhaps_created", 1),
    ("answer_cut", "perhaps_created", 1),
    ("answer_late", "perhaps_created", 1),
    ("error_after", "perhaps_created", 1),
    ("error_before", "perhaps_created", 0),
    ("not_taken", "perhaps_created", 0),
]


async def test_a_verified_complaint_is_told_once_and_its_number_announced(house, lapor):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    row, (event,) = await mirror.row(told.ticket), await mirror.published(told.ticket)
    assert (lapor.count(told.ticket), row["state"]) == (1, "created")
    value = json.loads(event["value"])
    assert (event["type"], value["lapor_id"]) == ("complaint.mirrored.v1", str(lapor.one(told.ticket).id))
    assert value["actor"] == {"kind": "machine", "id": "lapor.mirror"}
    assert event["traceparent"] == TRACE


@pytest.mark.parametrize(("quirk", "state", "held"), FAULTS)
async def test_a_doubtful_answer_is_never_followed_by_a_second_post(house, lapor, quirk, state, held):
    mirror = house(submit_s=0.3)
    lapor.switch(**{quirk: 1, "late_s": 1.0})
    told = await mirror.verified()
    for _ in range(3):
        await mirror.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == (state, held)
    assert lapor.held.calls["POST complaint"] == 1
    assert not await mirror.published(told.ticket)


@pytest.mark.parametrize("quirk", [{"nested_id": True}, {"text_ids": True}, {"nested_id": True, "text_ids": True}])
async def test_a_number_is_found_wherever_it_stands(house, lapor, quirk):
    mirror = house()
    lapor.switch(**quirk)
    told = await mirror.verified()
    await mirror.work()
    assert (await mirror.row(told.ticket))["lapor_id"] == str(lapor.one(told.ticket).id)


async def test_a_refused_complaint_keeps_what_lapor_said_and_is_not_posted_again(house, lapor):
    mirror = house(institution_id=4711, ids=LaporIds())
    told = await mirror.verified()
    await mirror.work()
    await mirror.work()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["reason"]) == ("refused", "HTTP 422: disposition_id: unknown institution")
    assert lapor.held.calls["POST complaint"] == 1


async def test_a_busy_lapor_is_left_alone_for_as_long_as_it_asks(house, lapor):
    seconds = [0.0]
    circuit = Circuit(60, lambda: seconds[0])
    mirror = house(circuit=circuit)
    lapor.switch(too_many=1, retry_after_s=120)
    told = await mirror.verified()
    await mirror.work()
    row = await mirror.row(told.ticket)
    assert row["state"] == "queued"
    assert 115 < (row["due_at"] - row["posted_at"]).total_seconds() < 125
    seconds[0] = 119
    assert circuit.rests
    seconds[0] = 121
    await mirror.sql.execute("UPDATE lapor.mirror SET due_at = now() - interval '1 second'")
    await mirror.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("created", 1)


async def test_a_connection_that_never_was_is_tried_again(house, lapor):
    away = house(base_url="http://127.0.0.1:1/lapor/3.0.0")
    told = await away.verified()
    assert await away.mirror.push_one()
    assert (await away.row(told.ticket))["state"] == "queued"
    back = house()
    await back.work()
    row = await back.row(told.ticket)
    assert (row["state"], row["attempts"], lapor.count(told.ticket)) == ("created", 2, 1)


async def test_wrong_secrets_stop_everything_and_refuse_no_complaint(house, lapor):
    seconds = [0.0]
    circuit = Circuit(60, lambda: seconds[0])
    mirror = house(circuit=circuit)
    lapor.switch(locked=-1)
    told = [await mirror.verified() for _ in range(3)]
    await mirror.work()
    assert lapor.held.calls["POST complaint"] == 1
    assert {(await mirror.row(one.ticket))["state"] for one in told} == {"queued"}
    lapor.switch(locked=0)
    seconds[0] = 61
    await mirror.work()
    assert [lapor.count(one.ticket) for one in told] == [1, 1, 1]


async def test_a_storm_costs_three_doubtful_mirrors_and_then_everything_rests(house, lapor):
    seconds = [0.0]
    mirror = house(circuit=Circuit(60, lambda: seconds[0]))
    lapor.switch(error_before=-1)
    told = [await mirror.verified() for _ in range(8)]
    await mirror.work()
    states = [(await mirror.row(one.ticket))["state"] for one in told]
    assert sorted(states) == ["perhaps_created"] * 3 + ["queued"] * 5
    seconds[0] = 61
    lapor.switch(error_before=0)
    await mirror.work()
    assert sum(lapor.count(one.ticket) for one in told) == 5


async def test_many_workers_tell_each_complaint_once(house, lapor):
    mirrors = [house() for _ in range(4)]
    told = [await mirrors[0].verified() for _ in range(20)]
    await asyncio.gather(*(mirror.work() for mirror in mirrors))
    assert {lapor.count(one.ticket) for one in told} == {1}
    assert {(await mirrors[0].row(one.ticket))["state"] for one in told} == {"created"}


class Dying:
    """A port whose process dies in mid-call: LAPOR! has the complaint, nobody hears the answer."""

    def __init__(self, port) -> None:
        self.port = port
        self.arrived = asyncio.Event()

    async def create(self, report):
        answer = await self.port.create(report)
        self.arrived.set()
        await asyncio.sleep(3600)
        return answer


async def test_a_worker_that_dies_between_the_post_and_its_record_leaves_a_doubt_and_no_second_post(
    house, lapor, settings, cancelled, monkeypatch
):
    from services.lapor import worker
    from services.lapor.wire.client import LaporClient

    monkeypatch.setattr(worker, "_LAST_WORDS_S", 0.01)
    dying = Dying(LaporClient(settings()))
    mirror, other = house(port=dying), house()
    told = await mirror.verified()
    task = asyncio.create_task(mirror.work())
    await asyncio.wait_for(dying.arrived.wait(), 5)
    await cancelled(task)
    assert (await mirror.row(told.ticket))["state"] == "posting"
    await other.work()
    assert (await mirror.row(told.ticket))["state"] == "posting", "its time is not over yet"
    await mirror.sql.execute("UPDATE lapor.mirror SET claimed_until = now() - interval '1 second'")
    await other.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("perhaps_created", 1)
    await dying.port.close()


async def test_a_worker_that_is_told_to_stop_still_hears_the_answer(house, lapor, cancelled):
    mirror = house()
    lapor.switch(slow_s=0.3)
    told = await mirror.verified()
    task = asyncio.create_task(mirror.mirror.push())
    await asyncio.sleep(0.15)
    assert (await mirror.row(told.ticket))["state"] == "posting"
    await cancelled(task)
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("created", 1)


async def test_an_answer_that_comes_after_its_time_is_still_taken(house, lapor):
    mirror = house()
    told = await mirror.verified()
    async with mirror.pool.transaction() as tx:
        push = await mirror.service.telling.claim_push(tx)
    await mirror.sql.execute("UPDATE lapor.mirror SET claimed_until = now() - interval '1 second'")
    await mirror.work()
    assert (await mirror.row(told.ticket))["state"] == "perhaps_created"
    await mirror.mirror._tell(push)
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("created", 1)


async def test_an_answer_that_comes_after_a_persons_verdict_changes_nothing(house, lapor):
    mirror = house()
    told = await mirror.verified()
    async with mirror.pool.transaction() as tx:
        push = await mirror.service.telling.claim_push(tx)
    await mirror.sql.execute("UPDATE lapor.mirror SET state = 'perhaps_created', verdict = 'not_created'")
    await mirror.mirror._tell(push)
    row = await mirror.row(told.ticket)
    assert (row["state"], row["lapor_id"]) == ("perhaps_created", None)


async def test_an_answer_that_breaks_our_reading_leaves_a_doubt(house, lapor, monkeypatch):
    from services.lapor.wire import reading

    monkeypatch.setattr(reading, "_id", lambda value: 1 / 0)
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("perhaps_created", 1)


async def test_a_number_that_another_complaint_has_proves_nothing(house, lapor, monkeypatch):
    mirror = house()
    first, second = await mirror.verified(), await mirror.verified()
    assert await mirror.mirror.push_one()
    taken = (await mirror.row(first.ticket))["lapor_id"] or (await mirror.row(second.ticket))["lapor_id"]
    monkeypatch.setattr(lapor.held, "_complaint_numbers", iter([int(taken)]))
    await mirror.work()
    states = {(await mirror.row(one.ticket))["state"] for one in (first, second)}
    assert states == {"created", "perhaps_created"}


async def test_a_machine_that_slept_with_a_complaint_in_hand_does_not_tell_it_when_it_wakes(house, lapor):
    seconds = [0.0]
    asleep, awake = house(), house()
    asleep.mirror._clock = lambda: utc_now() + timedelta(seconds=seconds[0])
    told = await asleep.verified()
    async with asleep.pool.transaction() as tx:
        push = await asleep.service.telling.claim_push(tx)
    await asleep.sql.execute("UPDATE lapor.mirror SET claimed_until = now() - interval '1 second'")
    await awake.work()
    await asleep.sql.execute("UPDATE lapor.mirror SET verdict = 'not_created'")
    await awake.work()
    assert lapor.count(told.ticket) == 1
    seconds[0] = 120
    await asleep.mirror._tell(push)
    assert ((await awake.row(told.ticket))["state"], lapor.count(told.ticket)) == ("created", 1)
