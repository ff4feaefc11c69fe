"""The consumer: order per partition, partitions in parallel, exactly one effect per event, nothing dropped.

skip what is not ours (by `ce_type`, before any transaction)
→ one transaction: seen before? line parked? effect + inbox row
→ database away: wait for it, as long as it takes
→ `RejectError`, or still failing after a few tries: parked with its reason, and the partition goes on
→ offsets committed by hand, after the effect
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

import stamina
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.core.errors import RejectError
from shared.db import Database, UnitOfWork, is_unavailable
from shared.events import ComplaintEvent, Envelope, MalformedEventError, Topic, decode
from shared.events.cloudevents import event_type
from shared.kafka.client import KafkaSettings
from shared.kafka.parking import ParkedRecord, ParkingLot
from shared.telemetry import metrics

log = structlog.get_logger()

Handler = Callable[[UnitOfWork, Envelope], Awaitable[None]]
Handlers = Mapping[type[ComplaintEvent], Handler]
Record: TypeAlias = ConsumerRecord[bytes, bytes]

_ATTEMPTS = 5
_COMMIT_EVERY = 100
_QUEUE_HIGH, _QUEUE_LOW = 500, 100
_POLL_MS = 100
_REVOKE_PATIENCE_S = 8.0
_ATTENDANT_S = 1.0
_TROUBLE_S = 1.0


class Consumer:
    """One service's consumer group on one topic."""

    def __init__(
        self, kafka: KafkaSettings, database: Database, *, group: str, topic: Topic, lot: ParkingLot, handlers: Handlers
    ) -> None:
        """Take the handlers by event class; a handler runs inside the transaction that also marks the inbox."""
        self._kafka = kafka
        self._database = database
        self._group = group
        self._topic = topic
        self._lot = lot
        self._handlers = {model.model_fields["type"].default: handler for model, handler in handlers.items()}
        self._workers: _Workers | None = None

    async def check(self) -> None:
        """Raise until the group has given this member its partitions (perhaps none); a service's readiness check."""
        if self._workers is None or not self._workers.joined:
            raise RuntimeError("not yet a member of its group")

    async def run(self) -> None:
        """Consume until cancelled; the record in hand is finished first. A broker that is away is waited for."""
        while True:
            client = self._kafka.consumer(self._group)
            self._workers = workers = _Workers(client, self._receive)
            try:
                client.subscribe([self._kafka.topic(self._topic)], listener=workers)
                await client.start()
                log.info("consumer.started", group=self._group)
                await workers.run()
            except KafkaError as error:
                log.warning("consumer.broker_unavailable", group=self._group, error=type(error).__name__)
            finally:
                self._workers = None
                await workers.finish()
                await client.stop()
            await asyncio.sleep(_TROUBLE_S)

    async def attend_parking(self) -> None:
        """Move the parking lot's lines on: what a person wants replayed, and what waited behind it."""
        while True:
            try:
                while await self._replay_heads():
                    pass
            except Exception as error:
                if not is_unavailable(error):
                    raise
            await asyncio.sleep(_ATTENDANT_S)

    async def _receive(self, record: Record) -> None:
        if event_type(record.headers) not in self._handlers:
            return
        async for attempt in stamina.retry_context(
            on=is_unavailable, attempts=None, timeout=None, wait_initial=0.1, wait_max=5
        ):
            with attempt:
                await self._process(record)

    async def _process(self, record: Record) -> None:
        try:
            envelope = decode(record.headers, record.value or b"")
        except MalformedEventError as error:
            await self._park(record, None, str(error))
            return
        reason = await self._try(envelope, lambda tx: self._enter(tx, record, envelope))
        if reason is not None:
            await self._park(record, envelope, reason)

    async def _enter(self, tx: UnitOfWork, record: Record, envelope: Envelope) -> bool:
        verdict = await self._lot.enter(tx, envelope)
        if verdict == "wait":
            await self._lot.park(tx, record, envelope, state="waiting", reason="behind a parked event of its complaint")
        return verdict == "new"

    async def _try(self, envelope: Envelope, enter: Callable[[UnitOfWork], Awaitable[bool]]) -> str | None:
        """Give the event to its handler, a few times if need be; return why it cannot be processed, or None."""
        try:
            async for attempt in stamina.retry_context(
                on=_worth_another_try, attempts=_ATTEMPTS, wait_initial=0.05, wait_max=1
            ):
                with attempt:
                    async with self._database.transaction(traceparent=envelope.traceparent) as tx:
                        if await enter(tx):
                            await self._handlers[envelope.data.type](tx, envelope)
        except RejectError as error:
            return str(error)
        except Exception as error:
            if is_unavailable(error):
                raise
            return _where(error)
        metrics.EVENTS_CONSUMED.labels(group=self._group, type=envelope.data.type).inc()
        return None

    async def _park(self, record: Record, envelope: Envelope | None, reason: str) -> None:
        async with self._database.transaction() as tx:
            await self._lot.park(tx, record, envelope, state="parked", reason=reason)
        metrics.EVENTS_PARKED.labels(group=self._group).inc()
        event_id = str(envelope.id) if envelope else None
        log.error("consumer.parked", group=self._group, event_id=event_id, offset=record.offset, reason=reason)

    async def _replay_heads(self) -> int:
        async with self._database.transaction() as tx:
            heads = await self._lot.heads(tx)
        for parked in heads:
            await self._replay(parked)
        return len(heads)

    async def _replay(self, parked: ParkedRecord) -> None:
        async def enter(tx: UnitOfWork) -> bool:
            await self._lot.lock(tx, envelope.subject)
            taken = await self._lot.leave(tx, parked)
            await self._lot.mark(tx, envelope.id)
            return taken

        try:
            envelope = decode(parked.headers, parked.value)
            reason = await self._try(envelope, enter)
        except MalformedEventError as error:
            reason = str(error)
        if reason is not None:
            async with self._database.transaction() as tx:
                await self._lot.fail(tx, parked, reason)
        log.info("consumer.replayed", group=self._group, parked=parked.id, reason=reason)


def _worth_another_try(error: Exception) -> bool:
    return not isinstance(error, RejectError) and not is_unavailable(error)


def _where(error: Exception) -> str:
    """Name the error and its place; its text may hold personal data and stays out."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name} ({frame.filename.rsplit('/', 1)[-1]}:{frame.lineno})"


class _Workers(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """A worker per assigned partition; a revoked partition's record in hand is finished before it is given away."""

    def __init__(self, client: AIOKafkaConsumer, receive: Callable[[Record], Awaitable[None]]) -> None:
        self._client = client
        self._receive = receive
        self._workers: dict[TopicPartition, _Worker] = {}
        self.joined = False

    async def run(self) -> None:
        while True:
            batches = await self._client.getmany(timeout_ms=_POLL_MS)
            for partition, records in batches.items():
                self._worker(partition).add(records)
            for worker in self._workers.values():
                worker.check()

    def _worker(self, partition: TopicPartition) -> "_Worker":
        if partition not in self._workers:
            self._workers[partition] = _Worker(self._client, partition, self._receive)
        return self._workers[partition]

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        await self.finish(revoked)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        self.joined = True
        log.info("consumer.assigned", partitions=sorted(partition.partition for partition in assigned))

    async def finish(self, partitions: Sequence[TopicPartition] | None = None) -> None:
        chosen = list(self._workers) if partitions is None else partitions
        workers = [self._workers.pop(partition) for partition in chosen if partition in self._workers]
        await asyncio.gather(*(worker.finish() for worker in workers))


class _Worker:
    """Works through one partition in order."""

    def __init__(
        self, client: AIOKafkaConsumer, partition: TopicPartition, receive: Callable[[Record], Awaitable[None]]
    ) -> None:
        self._client = client
        self._partition = partition
        self._receive = receive
        self._queue: asyncio.Queue[Record | None] = asyncio.Queue()
        self._done: int | None = None
        self._stopping = False
        self._paused = False
        self._task = asyncio.create_task(self._run())

    def add(self, records: Sequence[Any]) -> None:
        for record in records:
            self._queue.put_nowait(cast("Record", record))
        if self._queue.qsize() > _QUEUE_HIGH:
            self._client.pause(self._partition)
            self._paused = True

    def check(self) -> None:
        """Raise what the worker died of: the process stops loudly and another takes over."""
        if self._task.done() and not self._stopping:
            self._task.result()

    async def finish(self) -> None:
        """Finish the record in hand, commit, and leave the rest to the next owner."""
        self._stopping = True
        self._queue.put_nowait(None)
        _, pending = await asyncio.wait([self._task], timeout=_REVOKE_PATIENCE_S)
        if pending:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._commit()

    async def _run(self) -> None:
        uncommitted = 0
        while not self._stopping:
            record = await self._queue.get()
            if record is None:
                return
            await self._receive(record)
            self._done = record.offset + 1
            uncommitted += 1
            if self._queue.empty() or uncommitted >= _COMMIT_EVERY:
                await self._commit()
                uncommitted = 0
            if self._paused and self._queue.qsize() < _QUEUE_LOW:
                self._client.resume(self._partition)
                self._paused = False

    async def _commit(self) -> None:
        if self._done is None:
            return
        try:
            await self._client.commit({self._partition: self._done})
        except (CommitFailedError, IllegalStateError, KafkaError) as error:
            # The effect is in the database and the inbox knows it: a second delivery is harmless.
            log.warning("consumer.commit_failed", error=type(error).__name__, partition=self._partition.partition)
