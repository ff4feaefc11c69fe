"""What waits of a partition is processed together, and nobody can tell but by the clock."""

from uuid import UUID

import pytest

from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.events import ComplaintRouted
from shared.kafka import Together
from shared.kafka.relay import republish

from .pipes import Pipes, example, received, until
from .test_consumer import LONG_AGO, all_committed, all_effects, nothing_pending

TRACES = "SELECT value->>'complaint_id' AS complaint, traceparent FROM bus.outbox WHERE source = '/services/routing'"


@pytest.fixture(params=["one by one", "many at once"])
def handler(request, probe):
    async def take(tx, envelopes):
        subjects = [envelope.subject for envelope in envelopes]
        assert len(subjects) == len(set(subjects))
        for envelope in envelopes:
            await probe(tx, envelope)

    return probe if request.param == "one by one" else Together(take)


async def backlog(pipes: Pipes, complaints: list[UUID], *, events: int) -> list[UUID]:
    """Bring events into Kafka while nobody reads, `events` for each complaint in turn; return their ids."""
    ids: list[UUID] = []
    for number in range(1, events + 1):
        async with pipes.writer.transaction() as tx:
            for complaint in complaints:
                ids.append(new_id())
                event = received(complaint)
                tx.publish(event, event_id=ids[-1], traceparent=f"00-{complaint.hex}-{number:016x}-01")
    async with pipes.running(pipes.relay().run()) as tasks:
        await until(lambda: nothing_pending(pipes), tasks=tasks)
    return ids


async def test_a_backlog_is_committed_in_few_transactions_and_in_order_per_complaint(pipes, handler):
    complaints = [new_id() for _ in range(20)]
    ids = await backlog(pipes, complaints, events=15)
    async with pipes.running(pipes.consumer(handler).run()) as tasks:
        await until(lambda: all_effects(pipes, 300), tasks=tasks)
    assert sorted(await pipes.effects()) == sorted(ids)
    for number, complaint in enumerate(complaints):
        assert await pipes.effects(complaint) == ids[number :: len(complaints)]
    assert await pipes.sql.fetchval("SELECT count(DISTINCT xmin::text) FROM routing.effect") < 60


async def test_one_event_that_cannot_be_processed_harms_none_that_waited_with_it(pipes, probe, handler):
    complaints = [new_id() for _ in range(12)]
    ids = await backlog(pipes, complaints, events=3)
    bad, behind = ids[4], ids[4 + 12 :: 12]

    async def refuse(_tx, _envelope):
        raise RejectError("the agency is unknown")

    probe.faults[bad] = refuse
    async with pipes.running(pipes.consumer(handler).run()) as tasks:
        await until(lambda: all_effects(pipes, 33), tasks=tasks)
        await until(lambda: _parked(pipes, 3), tasks=tasks)
    assert sorted(await pipes.effects()) == sorted(set(ids) - {bad, *behind})
    assert [(row["event_id"], row["state"]) for row in await pipes.parked()] == [
        (bad, "parked"),
        *((event_id, "waiting") for event_id in behind),
    ]


async def test_what_was_seen_before_is_skipped_among_what_was_not(pipes, probe, handler):
    complaints = [new_id() for _ in range(10)]
    ids = await backlog(pipes, complaints, events=4)
    async with pipes.running(pipes.consumer(handler).run()) as tasks:
        await until(lambda: all_effects(pipes, 40), tasks=tasks)
    await republish(pipes.database("relay"), since=LONG_AGO)
    ids += await backlog(pipes, complaints, events=1)
    async with pipes.running(pipes.consumer(handler, group="routing-anew").run()) as tasks:
        await until(lambda: all_effects(pipes, 50), tasks=tasks)
    assert sorted(await pipes.effects()) == sorted(ids)
    assert all(count == 1 for count in probe.calls.values())


async def test_an_event_that_comes_twice_at_once_has_one_effect(pipes, probe, handler):
    ids = await backlog(pipes, [new_id() for _ in range(10)], events=3)
    await republish(pipes.database("relay"), since=LONG_AGO)
    async with pipes.running(pipes.relay().run()) as tasks:
        await until(lambda: nothing_pending(pipes), tasks=tasks)
    async with pipes.running(pipes.consumer(handler).run()) as tasks:
        await until(lambda: all_effects(pipes, 30), tasks=tasks)
        await until(lambda: all_committed(pipes, 60), tasks=tasks)
    assert sorted(await pipes.effects()) == sorted(ids)
    assert all(count == 1 for count in probe.calls.values())


async def test_what_is_announced_in_company_carries_the_trace_of_its_own_cause(pipes, probe, handler):
    complaints = [new_id() for _ in range(10)]

    async def announce(tx, envelope):
        tx.publish(example(ComplaintRouted, envelope.subject))

    probe.faults = dict.fromkeys(await backlog(pipes, complaints, events=1), announce)
    async with pipes.running(pipes.consumer(handler).run()) as tasks:
        await until(lambda: all_effects(pipes, 10), tasks=tasks)
    announced = {row["complaint"]: row["traceparent"] for row in await pipes.sql.fetch(TRACES)}
    traces = {str(complaint): f"00-{complaint.hex}-{1:016x}-01" for complaint in complaints}
    assert announced.keys() == traces.keys()
    assert {one: trace[:35] for one, trace in announced.items()} == {one: trace[:35] for one, trace in traces.items()}


async def _parked(pipes: Pipes, count: int) -> bool:
    return len(await pipes.parked()) == count
