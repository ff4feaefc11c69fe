"""The ledger: what was accepted against what exists, counted from three sides that share no code with intake.

The sender's own log of 2xx answers, SQL as the database's owner, and a fresh Kafka consumer that knows nothing but the
topic's name. `gaps` names every difference between them.
"""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord

_QUIET_MS = 500
_PATIENCE_S = 20.0
_DRAIN_S = 10.0
_PARKING_LOTS = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE tablename = 'parked'"


@dataclass(slots=True)
class SentLog:
    """What the sender saw: one line per call."""

    accepted_calls: int = 0
    refused_calls: int = 0
    accepted_messages: Counter[str] = field(default_factory=Counter)
    """How often each message got a 2xx: by the provider's id, or by the ticket where the sender chose no id."""

    def accepted(self, names: list[str]) -> None:
        """Write down a call that got a 2xx."""
        self.accepted_calls += 1
        self.accepted_messages.update(names)

    def refused(self) -> None:
        """Write down a call that was refused."""
        self.refused_calls += 1


@dataclass(frozen=True, slots=True)
class Ledger:
    """Figures from the three sides, and what does not fit."""

    figures: dict[str, int]
    gaps: list[str]


async def count(
    log: SentLog, *, database_url: str, bootstrap: str, topic: str, refused_counted: int | None = None
) -> Ledger:
    """Count everything and compare; `refused_counted` is what the doors say, where they were not restarted."""
    stored = await _from_database(database_url)
    events = await read_topic(bootstrap, topic)
    gaps: list[str] = []
    wanted = set(log.accepted_messages)
    gaps += [f"got a 2xx and is not stored: {name}" for name in sorted(wanted - stored.names.keys())]
    gaps += [f"stored and never got a 2xx: {name}" for name in sorted(stored.names.keys() - wanted)]
    complaints = set(stored.names.values())
    gaps += [f"more than one message in complaint {one}" for one, n in Counter(stored.names.values()).items() if n > 1]
    for kind in ("complaint.received.v1", "complaint.routed.v1", "complaint.assigned.v1"):
        seen = {subject for subject, sequence_types in events.items() if kind in sequence_types.values()}
        gaps += [f"no {kind} in Kafka for complaint {one}" for one in sorted(complaints - seen)]
        gaps += [f"{kind} in Kafka for an unknown complaint {one}" for one in sorted(seen - complaints)]
    for subject, sequence_types in sorted(events.items()):
        if list(sequence_types) != list(range(1, len(sequence_types) + 1)):
            gaps.append(f"events of complaint {subject} out of order or missing: {list(sequence_types)}")
    if stored.unpublished:
        gaps.append(f"{stored.unpublished} events wait in the outbox")
    if stored.parked:
        gaps.append(f"{stored.parked} events are parked")
    if stored.not_understood:
        gaps.append(f"{stored.not_understood} requests are parked: signed, and nobody understood them")
    if refused_counted not in {None, log.refused_calls}:
        gaps.append(f"{log.refused_calls} calls were refused, the doors counted {refused_counted}")
    figures = {
        "accepted": sum(log.accepted_messages.values()),
        "stored": len(stored.names),
        "published": len(events),
        "complaints": len(complaints),
        "duplicates": sum(log.accepted_messages.values()) - len(stored.names),
        "refused": log.refused_calls,
        "events": sum(len(sequence_types) for sequence_types in events.values()),
        "gaps": len(gaps),
    }
    return Ledger(figures, gaps)


@dataclass(frozen=True, slots=True)
class _Stored:
    names: dict[str, str]
    unpublished: int
    parked: int
    not_understood: int


async def _from_database(url: str) -> _Stored:
    """Return every stored message by the name its sender knows, with its complaint."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("""
            SELECT CASE WHEN m.channel = 'mobile' THEN c.ticket ELSE m.provider_message_id END AS name,
                   m.complaint_id::text AS complaint
            FROM intake.message AS m JOIN intake.complaint AS c ON c.id = m.complaint_id
        """)
        unpublished = await _unpublished(connection)
        parked = 0
        for (table,) in await connection.fetch(_PARKING_LOTS):
            parked += await connection.fetchval(f"SELECT count(*) FROM {table} WHERE state <> 'dropped'")  # noqa: S608 - quoted by Postgres
        not_understood = await connection.fetchval("SELECT count(*) FROM intake.raw_request WHERE state = 'parked'")
    finally:
        await connection.close()
    return _Stored({row["name"]: row["complaint"] for row in rows}, unpublished, parked, not_understood)


async def _unpublished(connection: asyncpg.Connection) -> int:
    """Count what waits in the outbox, when it has had a while to drain: replies and the mirror still speak."""
    deadline = time.monotonic() + _DRAIN_S
    while True:
        waiting: int = await connection.fetchval("SELECT count(*) FROM bus.outbox WHERE published_at IS NULL")
        if not waiting or time.monotonic() > deadline:
            return waiting
        await asyncio.sleep(0.1)


async def read_topic(bootstrap: str, topic: str) -> dict[str, dict[int, str]]:
    """Read a topic from the beginning to its end, as a stranger would: per complaint the types by sequence, in order.

    A repeated event (at least once) counts where it stood first.
    """
    found: dict[str, dict[int, str]] = {}
    for record in await _read(bootstrap, topic):
        headers = dict(record.headers)
        sequence = int(headers["ce_sequence"])
        found.setdefault(json.loads(record.value)["complaint_id"], {}).setdefault(sequence, headers["ce_type"].decode())
    return found


async def read_values(bootstrap: str, topic: str) -> list[tuple[str, dict[str, Any]]]:
    """Read a topic from the beginning to its end: type and value of each event, in the order of each complaint."""
    records = await _read(bootstrap, topic)
    return [(dict(record.headers)["ce_type"].decode(), json.loads(record.value)) for record in records]


async def _read(bootstrap: str, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50)
    await consumer.start()
    try:
        partitions = consumer.assignment()
        if not partitions:
            raise LookupError(f"Kafka knows no topic {topic}")
        ends = await consumer.end_offsets(partitions)
        found: list[ConsumerRecord[bytes, bytes]] = []
        async with asyncio.timeout(_PATIENCE_S):
            while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
                for records in (await consumer.getmany(timeout_ms=_QUIET_MS)).values():
                    found += records
        return found
    finally:
        await consumer.stop()
