"""The whole way over Kafka: events of the house in, a topic per region out, read by those who know only their own."""

import asyncio
import json
import os
import secrets
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer

from deploy.contracts.files import ROOT
from services.regencies import consumers
from services.regencies.models import inbox, parked
from services.regencies.service import RegenciesService
from shared.directory import directory
from shared.events import COMPLAINTS, ComplaintReceived, decode, region_topic
from shared.kafka import Consumer, KafkaSettings, ParkingLot
from shared.kafka.relay import republish
from tests.kafka.pipes import Pipes, until
from tests.services.regencies.facts import MORNING, assigned, mirrored, received, routed, verified

EXAMPLE = ROOT / "docs" / "examples" / "region_consumer.py"


@pytest.fixture
async def pipes(kafka, database_urls, admin_url) -> AsyncIterator[Pipes]:
    async with asyncpg.create_pool(admin_url, min_size=1, max_size=4) as sql, AsyncExitStack() as stack:
        yield Pipes(kafka, database_urls, sql, stack)


def regencies(pipes: Pipes, group: str) -> Consumer:
    return Consumer(
        pipes.kafka,
        pipes.database("regencies"),
        group=group,
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(RegenciesService(directory())),
    )


@asynccontextmanager
async def house(pipes: Pipes) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run relay and regencies, in a new group: the embedded broker misses the members of an old one for ten seconds."""
    group = f"regencies-{secrets.token_hex(4)}"
    async with pipes.running(pipes.relay().run(), regencies(pipes, group).run()) as tasks:
        yield tasks


async def happens(pipes: Pipes, region: str, **flags: Any) -> ComplaintReceived:
    """Let a complaint be received, routed, assigned and verified, and its regions be told."""
    new = received(**flags)
    decision = {"region": region, "agency": f"{region}.PUPR"}
    await pipes.publish(
        new, routed(new, **decision), assigned(new, sealed=new.sealed, **decision), verified(new), mirrored(new)
    )
    return new


async def learned(pipes: Pipes, complaint: UUID, events: int) -> None:
    """Wait until regencies has learned so many events of a complaint, and the relay has sent what came of them."""
    heard = """SELECT count(*) FROM bus.outbox JOIN regencies.inbox USING (event_id) WHERE subject = $1"""

    async def done() -> bool:
        return await pipes.sql.fetchval(heard, complaint) == events and await pipes.pending() == 0

    await until(done)


async def topic_of(kafka: KafkaSettings, region: str, count: int) -> list[Any]:
    """Return the first records of a region's topic, as any Kafka client gets them."""
    name = f"{kafka.prefix}{region_topic(region)}"
    async with AIOKafkaConsumer(name, bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest") as reader:
        return [await asyncio.wait_for(anext(reader), 10) for _ in range(count)]


async def test_a_region_reads_its_own_complaints_in_order_and_nobody_elses(pipes):
    async with house(pipes):
        hidden = await happens(pipes, "52.03", sealed=True)
        bima = await happens(pipes, "52.06")
        lotim = await happens(pipes, "52.03")
        for one in (hidden, bima, lotim):
            await learned(pipes, one.complaint_id, 5)
        await pipes.publish(assigned(lotim, region="52.06", agency="52.06.PUPR"))
        await learned(pipes, lotim.complaint_id, 6)
        records = await topic_of(pipes.kafka, "52.03", 3)
    events = [decode(record.headers, record.value) for record in records]
    assert {event.subject for event in events} == {lotim.complaint_id}
    assert [(event.sequence, event.data.type) for event in events] == [
        (1, "complaint.shared_with_region.v1"),
        (2, "complaint.shared_with_region.v1"),
        (3, "complaint.withdrawn_from_region.v1"),
    ]
    assert {record.key for record in records} == {str(lotim.complaint_id).encode()}
    assert "[PHONE_1]" in json.loads(records[0].value)["text"]
    assert json.loads(records[1].value)["lapor_id"] == "9165816"
    assert await pipes.sql.fetchval("SELECT count(*) FROM regencies.parked") == 0


async def test_events_that_are_delivered_again_tell_the_regions_nothing(pipes):
    async with house(pipes):
        new = await happens(pipes, "52.08")
        await learned(pipes, new.complaint_id, 5)
    before = await pipes.sql.fetchval("SELECT count(*) FROM bus.outbox")
    async with pipes.running(regencies(pipes, "regencies-anew").run()):
        records = len(await pipes.records())
        await until(lambda: _read(pipes, "regencies-anew", records))
    assert await pipes.sql.fetchval("SELECT count(*) FROM bus.outbox") == before


async def _read(pipes: Pipes, group: str, records: int) -> bool:
    return await pipes.committed(group) == records


class Example:
    """The example, running as a region would run it."""

    def __init__(self, process: asyncio.subprocess.Process, store: Path) -> None:
        self._process = process
        self._store = store

    async def line(self) -> Any:
        """Return its next line. On the embedded broker a group's first member is only missed after ten seconds."""
        assert self._process.stdout is not None
        return json.loads(await asyncio.wait_for(self._process.stdout.readline(), 40))

    async def stopped(self) -> str:
        """Stop it as Ctrl-C does; return what else it said."""
        self._process.send_signal(signal.SIGINT)
        out, _ = await asyncio.wait_for(self._process.communicate(), 10)
        assert self._process.returncode == 0
        return out.decode()

    def holds(self) -> dict[str, Any]:
        """Return the ticket of each complaint that it keeps; None where it was withdrawn."""
        store = sqlite3.connect(self._store)
        rows = store.execute("SELECT id, value FROM complaint").fetchall()
        store.close()
        return {key: json.loads(value)["ticket"] if value else None for key, value in rows}


@asynccontextmanager
async def example(kafka: KafkaSettings, store: Path, region: str) -> AsyncIterator[Example]:
    settings = {"REGION": region, "KAFKA_BOOTSTRAP": kafka.bootstrap, "KAFKA_PREFIX": kafka.prefix, "STORE": str(store)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it, and so would a child
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(EXAMPLE), env={**os.environ, **settings}, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield Example(process, store)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_example_keeps_what_concerns_its_region_and_forgets_what_is_withdrawn(pipes, tmp_path):
    async with house(pipes), example(pipes.kafka, tmp_path / "complaints.sqlite", "52.03") as consumer:
        bima = await happens(pipes, "52.06")
        await learned(pipes, bima.complaint_id, 5)
        lotim = await happens(pipes, "52.03")
        id_ = str(lotim.complaint_id)
        while (line := await consumer.line())["ticket"] != lotim.ticket:
            assert line["region"] == "52.03"
        assert consumer.holds()[id_] == lotim.ticket
        await pipes.publish(assigned(lotim, sealed=True))
        while (line := await consumer.line()).get("reason") != "sealed":
            assert line["complaint_id"] == id_
        assert consumer.holds()[id_] is None
        assert str(bima.complaint_id) not in consumer.holds()
        assert await consumer.stopped() == ""


async def test_the_example_goes_on_where_it_was_and_is_not_confused_by_what_comes_twice(pipes, tmp_path):
    store = tmp_path / "complaints.sqlite"
    async with house(pipes):
        first = await happens(pipes, "52.01")
        async with example(pipes.kafka, store, "52.01") as consumer:
            await consumer.line()
            assert (await consumer.line())["lapor_id"] == "9165816"
            await consumer.stopped()
        assert await republish(pipes.database("relay"), since=MORNING) > 0
        last = await happens(pipes, "52.01")
        async with example(pipes.kafka, store, "52.01") as consumer:
            assert (await consumer.line())["ticket"] == last.ticket
            await consumer.stopped()
        assert set(consumer.holds().values()) == {first.ticket, last.ticket}


async def test_the_example_says_what_it_needs():
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(EXAMPLE), "--help", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b"KAFKA_BOOTSTRAP" in out
