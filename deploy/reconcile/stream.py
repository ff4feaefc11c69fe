"""What Kafka has, read anew without a group: which events, and in which order. Only headers are looked at."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition
from sqlalchemy import text

from shared.db import Database
from shared.events import Topic
from shared.kafka import KafkaSettings

_PATIENCE_S = 60.0
_BATCH = 1000

_PUBLISHED = text("""
    SELECT event_id, subject, topic, sequence FROM bus.ledger
    WHERE published_at IS NOT NULL AND stored_at >= :since AND topic = ANY(:topics)
""")
_KNOWN = text("SELECT event_id FROM bus.ledger WHERE event_id = ANY(CAST(:ids AS uuid[]))")
_AGAIN = text("""
    UPDATE bus.outbox SET published_at = NULL
    WHERE subject = :subject AND topic = :topic AND sequence >= :sequence AND published_at IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class Line:
    """The events of one complaint on one topic: what order is kept within."""

    topic: str
    subject: UUID


@dataclass(slots=True)
class Stream:
    """What was read: per complaint the sequences in the order they stand in Kafka."""

    events: set[UUID] = field(default_factory=set)
    order: defaultdict[Line, list[int]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The outbox against Kafka. `missing` by complaint: the first sequence that is not there."""

    published: int
    missing: Mapping[Line, int]
    missing_events: tuple[str, ...]
    out_of_order: tuple[str, ...]
    strangers: tuple[str, ...]


async def compare(database: Database, settings: KafkaSettings, topics: Iterable[Topic], since: datetime) -> Compared:
    """Compare what the outbox says it published since then with what Kafka has; raises `KafkaError`, `TimeoutError`."""
    chosen = list(topics)
    async with database.transaction() as tx:  # first: whatever it says is published now stands before the log's end
        rows = (await tx.execute(_PUBLISHED, {"since": since, "topics": [one.name for one in chosen]})).all()
    async with asyncio.timeout(_PATIENCE_S):
        stream = await _read(settings, chosen, since)
    lost = [row for row in rows if row.event_id not in stream.events]
    missing: dict[Line, int] = {}
    for row in lost:
        line = Line(row.topic, row.subject)
        missing[line] = min(row.sequence, missing.get(line, row.sequence))
    async with database.transaction() as tx:
        known = set(await tx.scalars(_KNOWN, {"ids": list(stream.events)}))
    return Compared(
        published=len(rows),
        missing=missing,
        missing_events=tuple(str(row.event_id) for row in lost),
        out_of_order=tuple(str(line.subject) for line, order in stream.order.items() if not in_order(order)),
        strangers=tuple(str(one) for one in sorted(stream.events - known)),
    )


def in_order(sequences: list[int]) -> bool:
    """Tell whether a complaint's events stand in order, each counted once: by its first appearance, or by its last.

    An event may stand there several times (published again); whoever lost one gets it and all later ones once more.
    """
    first, last = list(dict.fromkeys(sequences)), list(dict.fromkeys(reversed(sequences)))
    return all(a < b for a, b in pairwise(first)) or all(a > b for a, b in pairwise(last))


async def publish_again(database: Database, missing: Mapping[Line, int]) -> int:
    """Have the relay publish what Kafka lacks, and what follows it in the same complaint; with the relay's role."""
    count = 0
    async with database.transaction() as tx:
        for line, sequence in missing.items():
            told = {"subject": line.subject, "topic": line.topic, "sequence": sequence}
            count += (await tx.execute(_AGAIN, told)).rowcount
    return count


async def _read(settings: KafkaSettings, topics: list[Topic], since: datetime) -> Stream:
    consumer = settings.consumer(None)
    await consumer.start()
    try:
        parts = [
            TopicPartition(settings.topic(topic), number) for topic in topics for number in range(topic.partitions)
        ]
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        from_time = await consumer.offsets_for_times(dict.fromkeys(parts, int(since.timestamp() * 1000)))
        left = set()
        for part in parts:
            found = from_time.get(part)
            start = ends[part] if found is None else found.offset
            consumer.seek(part, start)
            if start < ends[part]:
                left.add(part)
        stream, names = Stream(), {settings.topic(topic): topic.name for topic in topics}
        while left:
            for part, records in (await consumer.getmany(timeout_ms=500, max_records=_BATCH)).items():
                for record in records:
                    _note(stream, names[part.topic], record)
            left = {part for part in left if await consumer.position(part) < ends[part]}
        return stream
    finally:
        await consumer.stop()


def _note(stream: Stream, topic: str, record: Any) -> None:
    headers = {name: value.decode() for name, value in record.headers if value is not None}
    event_id = UUID(headers["ce_id"])
    stream.events.add(event_id)
    stream.order[Line(topic, UUID(headers["ce_subject"]))].append(int(headers["ce_sequence"]))
