"""The relay: outbox row → Kafka, in order per complaint, at least once. One runs at a time, under an advisory lock.

A batch is sent in waves, each with at most one event per complaint, and a wave leaves only when the one before is
acknowledged: no retry inside the producer can then put a later event of a complaint before an earlier one.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordTooLargeError
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import Database, may_pass
from shared.events import encode_headers
from shared.kafka.client import KafkaSettings, stop_producer
from shared.kafka.waves import waves
from shared.telemetry import metrics

log = structlog.get_logger()

_Line: TypeAlias = tuple[str, UUID]
"""Topic and complaint: what order is kept within."""

_LOCK = 0x4E5442_01
_BATCH = 500
_SHORTEST_IDLE_S, _LONGEST_IDLE_S = 0.004, 0.02
"""Between two looks at an empty outbox: a complaint's next event follows soon, and a quiet night costs little."""
_STANDBY_S = 1.0
_TROUBLE_S = 1.0
_MEASURE_S = 5.0

_BY_INDEX = text("SELECT set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false)")
"""Whatever the relay asks, an index answers, row by row: such a scan forgets what was published. Without statistics, as
on the first day, PostgreSQL believes that everything was refused, and reads the whole outbox for every batch."""
_PENDING = text("""
    WITH refused AS MATERIALIZED (SELECT subject, topic FROM bus.outbox WHERE refused_reason IS NOT NULL)
    SELECT event_id, subject, sequence, type, topic, source, time, traceparent, value::text AS value, stored_at
    FROM bus.outbox AS o
    WHERE published_at IS NULL AND refused_reason IS NULL
      AND (subject, topic) NOT IN (SELECT r.subject, r.topic FROM refused AS r)
    ORDER BY position LIMIT :batch
""")
"""What was refused is looked up once, by its own index. Asked for each event, PostgreSQL looks through all that waits
each time, as long as its statistics say that nothing does: 500 events of a backlog of 25,000 then took 8 s."""
_PUBLISHED = text("UPDATE bus.outbox SET published_at = :now WHERE event_id = ANY(:ids)")
_REFUSED = text("UPDATE bus.outbox SET refused_reason = :reason WHERE event_id = :id")
_BACKLOG = text("""
    SELECT count(*) FILTER (WHERE refused_reason IS NULL) AS pending, count(refused_reason) AS refused,
           coalesce(extract(epoch FROM clock_timestamp() - min(stored_at) FILTER (WHERE refused_reason IS NULL)), 0)
               AS oldest
    FROM bus.outbox WHERE published_at IS NULL
""")
_REPUBLISH = text("UPDATE bus.outbox SET published_at = NULL WHERE published_at >= :since")


class Relay:
    """Empties the outbox for as long as it runs."""

    def __init__(self, database: Database, kafka: KafkaSettings) -> None:
        """Use the relay's own login role: it may read the outbox and mark its rows, nothing else."""
        self._database = database
        self._kafka = kafka
        self._ready = False
        self._measured = 0.0

    async def check(self) -> None:
        """Raise unless it publishes, or stands by while another does; a service's readiness check."""
        if not self._ready:
            raise RuntimeError("no database, or no broker")

    async def run(self) -> None:
        """Relay until cancelled; survive the loss of the database and of the broker."""
        while True:
            try:
                async with self._database.connection() as connection:
                    await self._lead(connection)
            except KafkaError as error:
                self._ready = False
                log.warning("relay.broker_unavailable", error=type(error).__name__)
            except Exception as error:
                if not may_pass(error):
                    raise
                self._ready = False
                log.warning("relay.database_unavailable", error=type(error).__name__)
            await asyncio.sleep(_TROUBLE_S)

    async def _lead(self, connection: AsyncConnection) -> None:
        """Wait for the lock, then publish; the lock lives and dies with this one connection."""
        while not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            await connection.rollback()
            self._ready = True  # another one leads
            await asyncio.sleep(_STANDBY_S)
        await connection.execute(_BY_INDEX)
        await connection.commit()
        self._ready = False
        producer = self._kafka.producer()
        try:
            await producer.start()
            self._ready = True
            log.info("relay.leading")
            idle_s = _LONGEST_IDLE_S
            while True:
                await self._measure(connection)
                if await self.publish_batch(connection, producer):
                    idle_s = _SHORTEST_IDLE_S
                else:
                    await asyncio.sleep(idle_s)
                    idle_s = min(2 * idle_s, _LONGEST_IDLE_S)
        finally:
            await stop_producer(producer)

    async def _measure(self, connection: AsyncConnection) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._measured < _MEASURE_S:
            return
        self._measured = now
        backlog = (await connection.execute(_BACKLOG)).one()
        await connection.commit()
        metrics.OUTBOX_PENDING.set(backlog.pending)
        metrics.OUTBOX_AGE.set(float(backlog.oldest))
        metrics.OUTBOX_REFUSED.set(backlog.refused)

    async def publish_batch(self, connection: AsyncConnection, producer: AIOKafkaProducer) -> int:
        """Publish the oldest pending events and mark them; return how many there were."""
        rows = (await connection.execute(_PENDING, {"batch": _BATCH})).all()
        await connection.commit()
        refused: set[_Line] = set()
        for wave in waves(rows, _line):
            due = [row for row in wave if _line(row) not in refused]
            results = await asyncio.gather(*(self._send(producer, row) for row in due))
            published = []
            for row, problem in zip(due, results, strict=True):
                if problem is None:
                    published.append(row.event_id)
                    waited = datetime.now(UTC) - row.stored_at
                    metrics.STAGE_SECONDS.labels(stage="publish").observe(waited.total_seconds())
                else:
                    refused.add(_line(row))
                    await connection.execute(_REFUSED, {"id": row.event_id, "reason": problem})
                    log.error("relay.event_refused", event_id=str(row.event_id), type=row.type, reason=problem)
            await connection.execute(_PUBLISHED, {"ids": published, "now": datetime.now(UTC)})
            await connection.commit()
            metrics.EVENTS_PUBLISHED.inc(len(published))
        return len(rows)

    async def _send(self, producer: AIOKafkaProducer, row: Row[Any]) -> str | None:
        """Send one event; return why Kafka will never take it, or None when it has it."""
        headers = encode_headers(
            event_id=row.event_id,
            event_type=row.type,
            source=row.source,
            subject=row.subject,
            time=row.time,
            sequence=row.sequence,
            traceparent=row.traceparent,
        )
        try:
            await producer.send_and_wait(
                f"{self._kafka.prefix}{row.topic}", row.value.encode(), key=str(row.subject).encode(), headers=headers
            )
        except (MessageSizeTooLargeError, RecordTooLargeError):
            return "too large for the topic"
        return None


def _line(row: Row[Any]) -> _Line:
    return row.topic, row.subject


async def republish(database: Database, *, since: datetime) -> int:
    """Let the relay send again what it published since then, and return how many events that is.

    For a broker that forgot (the embedded one holds everything in memory). Consumers' inboxes make it harmless.
    Hand it a patient database: it may take minutes.
    """
    async with database.connection() as connection:
        result = await connection.execute(_REPUBLISH, {"since": since})
        await connection.commit()
    return result.rowcount
