"""A worker per assigned partition: order inside it, partitions in parallel, a rebalance that doubles nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeAlias, cast

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.telemetry import metrics

log = structlog.get_logger()

Record: TypeAlias = ConsumerRecord[bytes, bytes]
Receive: TypeAlias = Callable[[Sequence[Record]], Awaitable[None]]
"""Works through records of one partition, in their order."""

_COMMIT_EVERY = 100
_QUIET_S = 0.2
"""A commit costs the broker as much as an event; what is delivered again after a kill, the inbox knows."""
_QUEUE_HIGH, _QUEUE_LOW = 100, 20
_TOGETHER = 25
"""Records of a partition that are handed over at once when so many wait; one that comes alone waits for no other."""
_POLL_MS = 100
_MEASURE_S = 1.0
_FINISH_S, _LAST_COMMIT_S = 6.0, 2.0
"""Together less than the group's rebalance timeout and than the grace a process has to stop (10 seconds each)."""


class Workers(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """A worker per assigned partition; a revoked partition's records in hand are finished before it is given away."""

    def __init__(self, client: AIOKafkaConsumer, group: str, receive: Receive) -> None:
        self._client = client
        self._group = group
        self._receive = receive
        self._measured = 0.0
        self._workers: dict[TopicPartition, _Worker] = {}
        self.joined = False

    async def run(self) -> None:
        """Hand records to their partition's worker until cancelled; raises what a worker died of."""
        while True:
            batches = await self._client.getmany(timeout_ms=_POLL_MS)
            for partition, records in batches.items():
                if partition not in self._workers:
                    self._workers[partition] = _Worker(self._client, partition, self._receive, records[0].offset)
                self._workers[partition].add(records)
            for worker in self._workers.values():
                worker.check()
            self._measure(asyncio.get_running_loop().time())

    def _measure(self, now: float) -> None:
        """Say how far behind each partition is: its end, as the last fetch told it, less what is worked through."""
        if now - self._measured < _MEASURE_S:
            return
        self._measured = now
        for partition, worker in self._workers.items():
            end = self._client.highwater(partition)
            if end is not None:
                lag = metrics.CONSUMER_LAG.labels(self._group, partition.topic, partition.partition)
                lag.set(max(0, end - worker.next_offset))

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Finish what is in hand before another member gets these partitions."""
        await self.finish(revoked)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Say which partitions are ours now."""
        self.joined = True
        log.info("consumer.assigned", partitions=sorted(partition.partition for partition in assigned))

    async def finish(self, partitions: Sequence[TopicPartition] | None = None) -> None:
        """Let these partitions' workers, or all, finish the records in hand and commit."""
        chosen = list(self._workers) if partitions is None else partitions
        workers = [self._workers.pop(partition) for partition in chosen if partition in self._workers]
        await asyncio.gather(*(worker.finish() for worker in workers))
        for partition in chosen:
            with suppress(KeyError):
                metrics.CONSUMER_LAG.remove(self._group, partition.topic, str(partition.partition))


class _Worker:
    """Works through one partition in order."""

    def __init__(self, client: AIOKafkaConsumer, partition: TopicPartition, receive: Receive, first: int) -> None:
        """Begin at the offset `first`; `next_offset` is the first one that is not worked through yet."""
        self._client = client
        self._partition = partition
        self._receive = receive
        self._queue: asyncio.Queue[Record | None] = asyncio.Queue()
        self.next_offset = self._committed = first
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
        """Finish the records in hand, commit, and leave the rest to the next owner."""
        self._stopping = True
        self._queue.put_nowait(None)
        _, pending = await asyncio.wait([self._task], timeout=_FINISH_S)
        if pending:
            self._task.cancel()
            await asyncio.wait([self._task])
        if not self._task.cancelled() and (error := self._task.exception()):
            log.error("consumer.worker_failed", partition=self._partition.partition, error=type(error).__name__)
        with suppress(asyncio.TimeoutError):  # a broker that is away: the next owner gets these events once more
            await asyncio.wait_for(self._commit(), _LAST_COMMIT_S)

    async def _run(self) -> None:
        uncommitted = 0
        while not self._stopping:
            try:
                async with asyncio.timeout(_QUIET_S if uncommitted else None):
                    first = await self._queue.get()
            except TimeoutError:
                await self._commit()
                uncommitted = 0
                continue
            if first is None:
                return
            records = [first, *self._waiting()]
            await self._receive(records)
            self.next_offset = records[-1].offset + 1
            uncommitted += len(records)
            if uncommitted >= _COMMIT_EVERY:
                await self._commit()
                uncommitted = 0
            if self._paused and self._queue.qsize() < _QUEUE_LOW:
                self._client.resume(self._partition)
                self._paused = False

    def _waiting(self) -> Iterator[Record]:
        """Take what waits already, a few at most."""
        for _ in range(1, _TOGETHER):
            record = None if self._queue.empty() else self._queue.get_nowait()
            if record is None:  # the end, which `_stopping` says too, or nothing more
                return
            yield record

    async def _commit(self) -> None:
        if self.next_offset == self._committed:
            return
        try:
            await self._client.commit({self._partition: self.next_offset})
            self._committed = self.next_offset
        except KafkaError as error:
            # The effect is in the database and the inbox knows it: a second delivery is harmless.
            log.warning("consumer.commit_failed", error=type(error).__name__, partition=self._partition.partition)
