"""The pipes between two services, whole: intake's outbox, the relay, a topic of the test's own, a consumer."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.partitioner import murmur2
from sqlalchemy import text

from deploy.contracts.examples import examples
from deploy.contracts.files import ROOT
from services.routing.models import inbox, parked
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.db import Database, UnitOfWork
from shared.events import (
    COMPLAINTS,
    ComplaintEvent,
    ComplaintReceived,
    ComplaintStatusChanged,
    Envelope,
    Event,
    encode_headers,
)
from shared.kafka import Consumer, Handler, KafkaSettings, ParkingLot, Relay

E = TypeVar("E", bound=ComplaintEvent)

SERVICE = "routing"
"""The service whose login role, inbox and parking lot the tests use."""
Fault = Callable[[UnitOfWork, Envelope], Awaitable[None]]

_EFFECT = text("INSERT INTO routing.effect (event_id, subject, sequence) VALUES (:event_id, :subject, :sequence)")


def received(complaint: UUID, **changes: Any) -> ComplaintReceived:
    return example(ComplaintReceived, complaint, **{"ticket": new_ticket(), **changes})


def changed(complaint: UUID, version: int = 1, **changes: Any) -> ComplaintStatusChanged:
    return example(ComplaintStatusChanged, complaint, version=version, **changes)


def example(model: type[E], complaint: UUID, **changes: Any) -> E:
    example = next(iter(examples(ROOT, model.model_fields["type"].default)))
    return model.model_validate({**example.value, "complaint_id": complaint, **changes})


class Probe:
    """A handler that leaves a row per effect, and does what a test wants done to certain events."""

    def __init__(self, *, pause: float = 0.0) -> None:
        self.faults: dict[UUID, Fault] = {}
        self.calls: defaultdict[UUID, int] = defaultdict(int)
        self._pause = pause

    async def __call__(self, tx: UnitOfWork, envelope: Envelope) -> None:
        self.calls[envelope.id] += 1
        row = {"event_id": envelope.id, "subject": envelope.subject, "sequence": envelope.sequence}
        await tx.execute(_EFFECT, row)
        if envelope.id in self.faults:
            await self.faults[envelope.id](tx, envelope)
        if self._pause:
            await asyncio.sleep(self._pause)


class Pipes:
    """`sql` is the database's owner, who counts what no service may see."""

    def __init__(self, kafka: KafkaSettings, urls: Any, sql: asyncpg.Pool, stack: AsyncExitStack) -> None:
        self.kafka = kafka
        self.urls = urls
        self.sql = sql
        self._stack = stack
        self.writer = self.database("owner")

    def database(self, service: str, *, application: str | None = None) -> Database:
        database = Database(self.urls[service], application=application or service)
        self._stack.push_async_callback(database.close)
        return database

    async def publish(self, *events: Event) -> list[UUID]:
        """Store events of whichever service in one transaction (as the owner, who may), and return their ids."""
        ids = [new_id() for _ in events]
        async with self.writer.transaction() as tx:
            for event, event_id in zip(events, ids, strict=True):
                tx.publish(event, event_id=event_id)
        return ids

    def relay(self, *, kafka: KafkaSettings | None = None, application: str = "relay") -> Relay:
        return Relay(self.database("relay", application=application), kafka or self.kafka)

    def consumer(self, probe: Handler, *, group: str = SERVICE) -> Consumer:
        """Make a consumer of the service; under another group it is handed every record anew."""
        return Consumer(
            self.kafka,
            self.database(SERVICE),
            group=group,
            topic=COMPLAINTS,
            lot=ParkingLot(inbox, parked),
            handlers={ComplaintReceived: probe, ComplaintStatusChanged: probe},
        )

    @asynccontextmanager
    async def running(self, *workers: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
        """Run the workers while the block lasts; raise what one of them died of."""
        tasks = [asyncio.create_task(worker) for worker in workers]
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    @asynccontextmanager
    async def flowing(self, probe: Probe) -> AsyncIterator[Consumer]:
        """Relay and consume, with the parking lot attended."""
        consumer = self.consumer(probe)
        async with self.running(self.relay().run(), consumer.run(), consumer.attend_parking()):
            yield consumer

    async def effects(self, complaint: UUID | None = None) -> list[UUID]:
        """Return the events that had an effect, in the order of their effects; a doubled one twice."""
        query = "SELECT event_id FROM routing.effect WHERE $1::uuid IS NULL OR subject = $1 ORDER BY at"
        return [row["event_id"] for row in await self.sql.fetch(query, complaint)]

    async def parked(self) -> list[asyncpg.Record]:
        return list(await self.sql.fetch("SELECT * FROM routing.parked ORDER BY id"))

    async def states(self) -> dict[UUID, str]:
        return {row["event_id"]: row["state"] for row in await self.parked()}

    async def pending(self) -> int:
        return int(await self.sql.fetchval("SELECT count(*) FROM bus.outbox WHERE published_at IS NULL"))

    async def send_raw(self, *records: tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]) -> None:
        """Put records on the topic past the outbox, as a stranger might: key, value, headers."""
        producer = self.kafka.producer()
        await producer.start()
        try:
            for key, value, headers in records:
                await producer.send_and_wait(self.kafka.topic(COMPLAINTS), value, key=key, headers=headers, partition=0)
        finally:
            await producer.stop()

    async def records(self) -> list[ConsumerRecord[bytes, bytes]]:
        """Return everything on the topic, by partition and offset."""
        reader = self.kafka.consumer(None)
        await reader.start()
        try:
            partitions = self.partitions()
            reader.assign(partitions)
            ends = await reader.end_offsets(partitions)
            found: list[Any] = []
            while len(found) < sum(ends.values()):
                for batch in (await reader.getmany(timeout_ms=100)).values():
                    found += batch
            return sorted(found, key=lambda record: (record.partition, record.offset))
        finally:
            await reader.stop()

    async def committed(self, group: str = SERVICE) -> int:
        """Return how many records the group has committed, over all partitions."""
        reader = self.kafka.consumer(group)
        await reader.start()
        try:
            offsets = [await reader.committed(partition) for partition in self.partitions()]
            return sum(offset or 0 for offset in offsets)
        finally:
            await reader.stop()

    def partitions(self) -> list[TopicPartition]:
        return [TopicPartition(self.kafka.topic(COMPLAINTS), number) for number in range(COMPLAINTS.partitions)]


async def until(
    condition: Callable[[], Awaitable[bool]], *, seconds: float = 15.0, tasks: Sequence[asyncio.Task[None]] = ()
) -> None:
    """Wait until it holds; fail when it does not in time, or when a task ended."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        for task in tasks:
            if task.done():
                task.result()
        await asyncio.sleep(0.02)


def neighbour(complaint: UUID) -> UUID:
    """Draw another complaint of the same partition."""
    while partition_of(other := new_id()) != partition_of(complaint):
        pass
    return other


def partition_of(complaint: UUID) -> int:
    """Return the partition of a complaint's events, as every Kafka client computes it (murmur2 of the key)."""
    return int((murmur2(str(complaint).encode()) & 0x7FFFFFFF) % COMPLAINTS.partitions)


def id_of(record: Any) -> UUID:
    return UUID(dict(record.headers)["ce_id"].decode())


def headers_of(event: ComplaintEvent, *, event_id: UUID, sequence: int = 1) -> list[tuple[str, bytes | None]]:
    return [
        *encode_headers(
            event_id=event_id,
            event_type=event.type,
            source=event.source,
            subject=event.complaint_id,
            time=datetime.now(UTC),
            sequence=sequence,
            traceparent=None,
        )
    ]
