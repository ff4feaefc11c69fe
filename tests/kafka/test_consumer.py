"""The consumer promises: one effect per event, in order per complaint, whatever is redelivered or dies."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest

from shared.core.ids import new_id
from shared.kafka.relay import republish

from .pipes import Pipes, Probe, changed, received, until

KILL = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE usename = 'ntbcare_routing' AND datname = current_database()
"""
LONG_AGO = datetime.now(UTC) - timedelta(days=1)


async def all_effects(pipes: Pipes, count: int) -> bool:
    return len(await pipes.effects()) >= count


async def test_every_event_has_exactly_one_effect_however_often_it_is_delivered(pipes, probe):
    complaints = [new_id() for _ in range(6)]
    ids = [one for version in range(1, 6) for one in await pipes.publish(*(changed(c, version) for c in complaints))]
    async with pipes.flowing(probe):
        await until(lambda: all_effects(pipes, len(ids)))
        assert await republish(pipes.database("relay"), since=LONG_AGO) == len(ids)
        last = await pipes.publish(changed(complaints[0], 6))
        await until(lambda: all_effects(pipes, len(ids) + 1))
        await until(lambda: all_committed(pipes, 2 * len(ids) + 1))
    assert sorted(await pipes.effects()) == sorted([*ids, *last])
    assert all(count == 1 for count in probe.calls.values())


async def test_an_event_of_no_interest_is_skipped_without_a_transaction(pipes, probe):
    from services.routing.models import inbox, parked
    from shared.events import COMPLAINTS, ComplaintReceived
    from shared.kafka import Consumer, ParkingLot

    consumer = Consumer(
        pipes.kafka,
        pipes.database("routing"),
        group="routing",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers={ComplaintReceived: probe},
    )
    complaint = new_id()
    first, _ = await pipes.publish(received(complaint), changed(complaint))
    async with pipes.running(pipes.relay().run(), consumer.run()) as tasks:
        await until(lambda: all_committed(pipes, 2), tasks=tasks)
    assert await pipes.effects() == [first]
    assert await pipes.sql.fetchval("SELECT count(*) FROM routing.inbox") == 1


async def test_one_group_reads_two_topics_and_each_subject_waits_for_itself_alone(pipes, probe):
    from deploy.contracts.examples import examples
    from deploy.contracts.files import ROOT
    from services.routing.models import inbox, parked
    from shared.events import COMPLAINTS, CONVERSATIONS, CitizenPrompted, ComplaintReceived
    from shared.kafka import Consumer, ParkingLot

    consumer = Consumer(
        pipes.kafka,
        pipes.database("routing"),
        group="routing",
        topic=COMPLAINTS,
        also=(CONVERSATIONS,),
        lot=ParkingLot(inbox, parked),
        handlers={ComplaintReceived: probe, CitizenPrompted: probe},
    )
    value = examples(ROOT, "conversation.citizen_prompted.v1")[0].value
    prompted = [CitizenPrompted.model_validate({**value, "conversation_id": new_id()}) for _ in range(6)]
    ids = await pipes.publish(*prompted, *(received(new_id()) for _ in range(6)))
    async with pipes.running(pipes.relay().run(), consumer.run(), consumer.attend_parking()) as tasks:
        await until(lambda: all_effects(pipes, len(ids)), tasks=tasks)
    assert sorted(await pipes.effects()) == sorted(ids)


async def test_stopping_finishes_the_records_in_hand_and_commits_their_offset(pipes, probe):
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_tx, _envelope):
        reached.set()
        await go_on.wait()

    complaint = new_id()
    first, second = await pipes.publish(changed(complaint, 1), changed(complaint, 2))
    probe.faults[first] = hold
    async with pipes.running(pipes.relay().run()), pipes.running(pipes.consumer(probe).run()) as tasks:
        await reached.wait()
        tasks[0].cancel()
        await asyncio.sleep(0.1)
        assert not tasks[0].done()
        assert await pipes.committed() == 0
        go_on.set()
        await asyncio.wait(tasks)
        in_hand = [first, second][: await pipes.committed()]
        assert in_hand
        assert await pipes.effects() == in_hand
        async with pipes.running(pipes.consumer(probe).run()) as more:
            await until(lambda: all_effects(pipes, 2), tasks=more)
    assert await pipes.effects() == [first, second]


async def test_a_handler_that_hangs_cannot_keep_the_process_from_stopping(pipes, probe, monkeypatch):
    monkeypatch.setattr("shared.kafka.workers._FINISH_S", 0.2)
    reached = asyncio.Event()

    async def hang(_tx, _envelope):
        reached.set()
        await asyncio.sleep(3600)

    (event_id,) = await pipes.publish(changed(new_id()))
    probe.faults[event_id] = hang
    async with pipes.running(pipes.relay().run()), pipes.running(pipes.consumer(probe).run()) as tasks:
        await reached.wait()
        tasks[0].cancel()
        done, _ = await asyncio.wait(tasks, timeout=3)
        assert done, "the hanging handler was tried again instead of stopped"
    assert await pipes.effects() == []
    assert probe.calls[event_id] == 1
    assert await pipes.parked() == []


async def test_a_database_outage_is_waited_for_and_parks_nothing(pipes, probe, cut_off):
    complaints = [new_id() for _ in range(5)]
    before = await pipes.publish(*(changed(complaint, 1) for complaint in complaints))
    async with pipes.flowing(probe):
        await until(lambda: all_effects(pipes, 5))
        after = await pipes.publish(*(changed(complaint, 2) for complaint in complaints))
        async with cut_off():
            await asyncio.sleep(1.5)
        await until(lambda: all_effects(pipes, 10))
    assert sorted(await pipes.effects()) == sorted([*before, *after])
    assert await pipes.parked() == []


async def test_a_connection_killed_in_the_middle_of_an_effect_costs_nothing(pipes, probe):
    (event_id,) = await pipes.publish(changed(new_id()))

    async def die_twice(_tx, envelope):
        if probe.calls[envelope.id] <= 2:
            await pipes.sql.execute(KILL)

    probe.faults[event_id] = die_twice
    async with pipes.flowing(probe):
        await until(lambda: all_effects(pipes, 1))
    assert await pipes.effects() == [event_id]
    assert await pipes.parked() == []
    assert probe.calls[event_id] == 3


async def test_members_that_join_and_leave_under_load_lose_and_double_nothing(pipes):
    complaints = [new_id() for _ in range(40)]
    probe = Probe(pause=0.003)
    ids = []
    async with pipes.running(pipes.relay().run(), pipes.consumer(probe).run()) as first:
        for version in range(1, 6):
            ids += await pipes.publish(*(changed(complaint, version) for complaint in complaints))
        async with pipes.running(pipes.consumer(probe).run()) as second:
            for version in range(6, 11):
                ids += await pipes.publish(*(changed(complaint, version) for complaint in complaints))
            await until(lambda: all_effects(pipes, 150), tasks=first + second)
        async with pipes.running(pipes.consumer(probe).run()) as third:
            for version in range(11, 16):
                ids += await pipes.publish(*(changed(complaint, version) for complaint in complaints))
            first[1].cancel()
            await asyncio.wait(first[1:])
            await until(lambda: all_effects(pipes, len(ids)), tasks=[first[0], *third])
    rows = await pipes.sql.fetch("SELECT subject, sequence, event_id FROM routing.effect ORDER BY subject, at")
    assert sorted(row["event_id"] for row in rows) == sorted(ids)
    for _, line in groupby(rows, key=lambda row: row["subject"]):
        assert [row["sequence"] for row in line] == list(range(1, 16))
    assert await pipes.parked() == []


async def test_a_partition_far_behind_is_read_in_portions_and_in_order(pipes, monkeypatch):
    monkeypatch.setattr("shared.kafka.workers._QUEUE_HIGH", 20)
    monkeypatch.setattr("shared.kafka.workers._QUEUE_LOW", 5)
    complaint = new_id()
    ids = await pipes.publish(*(changed(complaint, version) for version in range(1, 301)))
    async with pipes.running(pipes.relay().run()) as tasks:
        await until(lambda: nothing_pending(pipes), tasks=tasks)
    async with pipes.running(pipes.consumer(Probe()).run()) as tasks:
        await until(lambda: all_effects(pipes, 300), tasks=tasks)
        more = await pipes.publish(changed(complaint, 301))
        async with pipes.running(pipes.relay().run()):
            await until(lambda: all_effects(pipes, 301), tasks=tasks)
    assert await pipes.effects() == [*ids, *more]


async def test_a_worker_that_dies_ends_the_consumer_so_that_another_takes_over(pipes, probe, monkeypatch):
    async def broken(*_args, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr("shared.kafka.consumer.Consumer._process", broken)
    await pipes.publish(changed(new_id()))
    consumer = asyncio.create_task(pipes.consumer(probe).run())
    async with pipes.running(pipes.relay().run()):
        await asyncio.wait([consumer], timeout=10)
    with pytest.raises(ZeroDivisionError):
        consumer.result()
    assert await pipes.committed() == 0


async def all_committed(pipes: Pipes, count: int) -> bool:
    return await pipes.committed() == count


async def nothing_pending(pipes: Pipes) -> bool:
    return await pipes.pending() == 0
