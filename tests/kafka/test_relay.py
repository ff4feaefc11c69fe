"""The relay promises: every stored event reaches Kafka, in order per complaint, whatever dies in between."""

import asyncio
import json
from collections import Counter, defaultdict
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from shared.core.ids import new_id
from shared.events import decode
from shared.kafka import KafkaSettings
from shared.kafka.relay import _BY_INDEX, _PENDING, republish

from .pipes import Pipes, changed, id_of, received, until

MEGABYTES = "x" * 2_000_000
LEADER = """
    SELECT a.pid, a.application_name FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
      AND a.application_name LIKE 'ntbcare-relay%'
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("shared.kafka.relay._STANDBY_S", 0.05)
    monkeypatch.setattr("shared.kafka.relay._TROUBLE_S", 0.2)


async def emptied(pipes: Pipes) -> bool:
    return await pipes.pending() == 0


async def test_events_arrive_in_order_per_complaint_with_their_sequence(pipes):
    complaints = [new_id() for _ in range(8)]
    for version in range(1, 11):
        await pipes.publish(*(changed(complaint, version) for complaint in complaints))
    async with pipes.running(pipes.relay().run()) as tasks:
        await until(lambda: emptied(pipes), tasks=tasks)
    seen: defaultdict[Any, list[tuple[int, int]]] = defaultdict(list)
    for record in await pipes.records():
        envelope = decode(record.headers, record.value)
        assert record.key == str(envelope.subject).encode()
        seen[envelope.subject].append((envelope.sequence, envelope.data.model_dump()["version"]))
    assert seen == {complaint: [(number, number) for number in range(1, 11)] for complaint in complaints}


async def test_a_crash_between_kafkas_word_and_the_mark_publishes_again_and_loses_nothing(pipes):
    """The relay's database session is killed after Kafka acknowledged a wave and before it could be marked."""
    complaint = new_id()
    stored = [(await pipes.publish(changed(complaint, version)))[0] for version in range(1, 6)]

    class Crashing(KafkaSettings):
        def producer(self) -> AIOKafkaProducer:
            producer = super().producer()
            send, sql = producer.send_and_wait, pipes.sql

            async def send_and_die(*args: Any, **options: Any) -> Any:
                answer = await send(*args, **options)
                if not crashed:
                    crashed.append(answer.offset)
                    await sql.execute(f"SELECT pg_terminate_backend(pid) FROM ({LEADER}) AS leader")
                return answer

            producer.send_and_wait = send_and_die
            return producer

    crashed: list[int] = []
    kafka = Crashing(**pipes.kafka.model_dump())
    async with pipes.running(pipes.relay(kafka=kafka).run()) as tasks:
        await until(lambda: emptied(pipes), tasks=tasks)
    arrived = [id_of(record) for record in await pipes.records()]
    assert crashed == [0]
    assert Counter(arrived)[stored[0]] == 2
    assert list(dict.fromkeys(arrived)) == stored


async def test_an_event_too_large_for_kafka_is_refused_and_only_its_complaint_waits(pipes):
    stuck, other = new_id(), new_id()
    (good, big, behind) = [
        (await pipes.publish(event))[0]
        for event in (received(stuck), changed(stuck, 1, reason=MEGABYTES), changed(stuck, 2))
    ]
    async with pipes.running(pipes.relay().run()) as tasks:
        await until(lambda: _refused(pipes, big), tasks=tasks)
        late = [(await pipes.publish(event))[0] for event in (changed(stuck, 3), received(other), changed(other))]
        await until(lambda: _published(pipes, late[-1]), tasks=tasks)
    rows = {row["event_id"]: row for row in await pipes.sql.fetch("SELECT * FROM bus.outbox")}
    assert rows[big]["refused_reason"] == "too large for the topic"
    assert [rows[one]["published_at"] is None for one in (good, big, behind, *late)] == [0, 1, 1, 1, 0, 0]
    assert {id_of(record) for record in await pipes.records()} == {good, *late[1:]}


async def test_a_long_backlog_costs_no_more_than_what_is_taken_of_it(pipes):
    """Also while PostgreSQL still believes that nothing waits, as it does after hours without a backlog."""
    await pipes.sql.execute("ANALYZE bus.outbox")
    await pipes.publish(*(changed(new_id()) for _ in range(4_000)))
    rows, blocks = await _looked_at(pipes.sql)
    assert rows == 500
    assert blocks < 2_500


async def test_what_was_published_costs_nothing_any_more(pipes):
    """Also before PostgreSQL has any statistics, as on the first day."""
    await pipes.publish(*(changed(new_id()) for _ in range(4_000)))
    await pipes.sql.execute("UPDATE bus.outbox SET published_at = now()")
    await pipes.publish(changed(new_id()))
    await _looked_at(pipes.sql)  # the first look marks what is dead in the index
    rows, blocks = await _looked_at(pipes.sql)
    assert rows == 1
    assert blocks < 100


async def test_one_relay_leads_and_a_second_takes_over_when_the_firsts_connection_dies(pipes):
    first, second = pipes.relay(application="relay-one"), pipes.relay(application="relay-two")
    async with pipes.running(first.run()) as tasks:
        await until(lambda: _leads(pipes.sql, "ntbcare-relay-one"), tasks=tasks)
        async with pipes.running(second.run()) as more:
            ids = await pipes.publish(*(changed(new_id()) for _ in range(20)))
            await until(lambda: emptied(pipes), tasks=tasks + more)
            assert Counter(id_of(record) for record in await pipes.records()) == Counter(ids)
            await pipes.sql.execute(f"SELECT pg_terminate_backend(pid) FROM ({LEADER}) AS leader")
            tasks[0].cancel()
            await asyncio.wait(tasks)
            await until(lambda: _leads(pipes.sql, "ntbcare-relay-two"), tasks=more)
            ids += await pipes.publish(*(changed(new_id()) for _ in range(20)))
            await until(lambda: emptied(pipes), tasks=more)
    assert {id_of(record) for record in await pipes.records()} == set(ids)


async def test_a_relay_that_lost_its_broker_gives_up_its_lock_to_any_other(pipes):
    """A lock left behind in the connection pool would keep every relay waiting, itself among them."""
    nowhere = pipes.kafka.model_copy(update={"bootstrap": "127.0.0.1:1"})
    hopeless = pipes.relay(kafka=nowhere, application="relay-hopeless")
    async with pipes.running(hopeless.run()) as tasks:
        await until(lambda: _leads(pipes.sql, "ntbcare-relay-hopeless"), tasks=tasks)
        await until(lambda: _nobody_leads(pipes.sql), tasks=tasks)
        async with pipes.running(pipes.relay(application="relay-able").run()) as more:
            await pipes.publish(changed(new_id()))
            await until(lambda: emptied(pipes), tasks=tasks + more)


async def test_the_relay_waits_for_a_database_that_is_away(pipes, cut_off):
    async with pipes.running(pipes.relay().run()) as tasks:
        before = await pipes.publish(changed(new_id()))
        await until(lambda: emptied(pipes), tasks=tasks)
        async with cut_off():
            await asyncio.sleep(0.5)
            assert not tasks[0].done()
        after = await pipes.publish(changed(new_id()))
        await until(lambda: emptied(pipes), tasks=tasks)
    assert {id_of(record) for record in await pipes.records()} == {*before, *after}


async def test_republishing_sends_again_what_was_published_since(pipes):
    async with pipes.running(pipes.relay().run()) as tasks:
        old = await pipes.publish(changed(new_id()))
        await until(lambda: emptied(pipes), tasks=tasks)
        since = await pipes.sql.fetchval("SELECT clock_timestamp()")
        new = await pipes.publish(changed(new_id()), changed(new_id()))
        await until(lambda: emptied(pipes), tasks=tasks)
        assert await republish(pipes.database("relay"), since=since) == 2
        await until(lambda: emptied(pipes), tasks=tasks)
    assert Counter(id_of(record) for record in await pipes.records()) == Counter([*old, *new, *new])


async def _looked_at(sql: asyncpg.Pool) -> tuple[int, int]:
    """Return how many rows the relay's look finds, and how many blocks it reads for them."""
    async with sql.acquire() as connection, connection.transaction():
        await connection.execute(str(_BY_INDEX).replace("false", "true"))  # for this transaction only
        look = str(_PENDING).replace(":batch", "500")
        plan = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {look}")
    top = json.loads(plan)[0]["Plan"]
    return top["Actual Rows"], top["Shared Hit Blocks"] + top["Shared Read Blocks"]


async def _refused(pipes: Pipes, event_id: Any) -> bool:
    return bool(await pipes.sql.fetchval("SELECT refused_reason FROM bus.outbox WHERE event_id = $1", event_id))


async def _published(pipes: Pipes, event_id: Any) -> bool:
    return bool(await pipes.sql.fetchval("SELECT published_at FROM bus.outbox WHERE event_id = $1", event_id))


async def _leads(sql: asyncpg.Pool, application: str) -> bool:
    return [row["application_name"] for row in await sql.fetch(LEADER)] == [application]


async def _nobody_leads(sql: asyncpg.Pool) -> bool:
    return not await sql.fetch(LEADER)
