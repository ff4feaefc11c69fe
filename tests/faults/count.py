"""The count, from three sides that share no code with intake: the sender's log, SQL, a fresh Kafka group."""

import json
import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer

from shared.events import COMPLAINTS
from shared.kafka import KafkaSettings
from tests.faults.groups import read_by
from tests.faults.load import Log

_NAME = re.compile(r"\d{7}-\d")
_MESSAGES = "SELECT text, complaint_id, disposition FROM intake.message WHERE author = 'citizen'"
_EVENTS = "SELECT subject, sequence, event_id, type FROM bus.outbox WHERE topic = $1"
_PARKED = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE tablename = 'parked'"


_STEPS = (
    ("routing", "complaint.received.v1", "complaint.routed.v1"),
    ("casework", "complaint.routed.v1", "complaint.assigned.v1"),
)
"""Who reads what, and what becomes of it."""


@dataclass(slots=True)
class Count:
    """Figures, and what is wrong. `lost`, `doubled` and `out_of_order` hold names of messages and complaints."""

    figures: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        """Nothing is lost, doubled, out of order or otherwise wrong."""
        return not (self.lost or self.doubled or self.out_of_order or self.other)


async def count(log: Log, *, database_url: str, kafka: KafkaSettings) -> Count:
    """Count everything and compare; nobody may write any more."""
    found, topic = Count(), kafka.topic(COMPLAINTS)
    connection = await asyncpg.connect(database_url)
    try:
        complaints = {str(row["id"]) for row in await connection.fetch("SELECT id FROM intake.complaint")}
        tally(log, await connection.fetch(_MESSAGES), complaints, found)
        written = await _events(connection, topic)
        await _left_over(connection, found)
    finally:
        await connection.close()
    heard = await _read(kafka.bootstrap, topic)
    compare(written, heard, complaints, found)
    for service, cause, effect in _STEPS:
        passed = await read_by(kafka, f"{kafka.prefix}{service}")
        check_step(heard, cause=cause, effect=effect, passed=passed, found=found)
    return found


def tally(log: Log, rows: Sequence[Mapping[str, Any]], complaints: set[str], found: Count) -> None:
    """Compare the sender's log with the stored messages: each once, each citizen with one complaint of their own."""
    stored: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found_name = _NAME.search(row["text"])
        stored[found_name[0] if found_name else row["text"]].append(row)
    found.lost += [f"message {name} got a 2xx and is not stored" for name in log.accepted if name not in stored]
    found.doubled += [f"message {name} is stored {len(of)} times" for name, of in stored.items() if len(of) > 1]
    found.other += [f"message {name} is stored and never got a 2xx" for name in stored if name not in log.accepted]
    by_citizen: dict[str, set[str]] = defaultdict(set)
    by_complaint: dict[str, set[str]] = defaultdict(set)
    for name, of in stored.items():
        by_citizen[name[:7]] |= {str(row["complaint_id"]) for row in of}
        for row in of:
            by_complaint[str(row["complaint_id"])].add(name[:7])
    found.other += [
        f"citizens {', '.join(sorted(them))} are in one complaint, {one}"
        for one, them in by_complaint.items()
        if len(them) > 1 and one != "None"
    ]
    found.lost += [f"citizen {one} has no complaint" for one, ids in by_citizen.items() if "None" in ids]
    found.doubled += [f"citizen {one} has {len(ids)} complaints" for one, ids in by_citizen.items() if len(ids) > 1]
    became = Counter(row["disposition"] for row in rows)
    found.figures |= {
        "messages sent": len(log.sent),
        "messages that got a 2xx": len(log.accepted),
        "messages stored (SQL)": len(rows),
        "citizens": len(by_citizen),
        "complaints (SQL)": len(complaints),
        "messages that opened one": became["opened"],
        "messages appended": became["appended"],
    }
    if became["opened"] != len(complaints):
        found.other.append(f"{became['opened']} messages opened a complaint, there are {len(complaints)}")


async def _events(connection: asyncpg.Connection, topic: str) -> dict[str, dict[int, tuple[str, str]]]:
    written: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for row in await connection.fetch(_EVENTS, topic):
        written[str(row["subject"])][row["sequence"]] = (str(row["event_id"]), row["type"])
    return written


async def _left_over(connection: asyncpg.Connection, found: Count) -> None:
    cases = Counter(str(row[0]) for row in await connection.fetch("SELECT complaint_id FROM casework.case"))
    found.doubled += [f"complaint {one} has {times} cases" for one, times in cases.items() if times > 1]
    for question, words in (
        ("SELECT count(*) FROM bus.outbox WHERE published_at IS NULL", "events wait in the outbox"),
        ("SELECT count(*) FROM intake.raw_request WHERE state = 'parked'", "requests are parked"),
    ):
        if number := await connection.fetchval(question):
            found.other.append(f"{number} {words}")
    for (table,) in await connection.fetch(_PARKED):
        if number := await connection.fetchval(f"SELECT count(*) FROM {table} WHERE state <> 'dropped'"):
            found.other.append(f"{number} events are parked in {table}")


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as it stands in the log."""

    sequence: int
    event_id: str
    type: str
    partition: int = 0
    offset: int = 0


async def _read(bootstrap: str, topic: str) -> dict[str, list[Heard]]:
    """Read the topic from its beginning to its end, as a group that nobody has seen before."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=f"count-{secrets.token_hex(6)}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    heard: dict[str, list[Heard]] = defaultdict(list)
    await consumer.start()
    try:
        while not consumer.assignment():
            await consumer.getmany(timeout_ms=200)
        ends = await consumer.end_offsets(consumer.assignment())
        await consumer.seek_to_beginning()
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    headers = dict(record.headers)
                    one = Heard(
                        sequence=int(headers["ce_sequence"]),
                        event_id=headers["ce_id"].decode(),
                        type=headers["ce_type"].decode(),
                        partition=record.partition,
                        offset=record.offset,
                    )
                    heard[str(json.loads(record.value)["complaint_id"])].append(one)
    finally:
        await consumer.stop()
    return heard


def compare(
    written: Mapping[str, Mapping[int, tuple[str, str]]],
    heard: Mapping[str, Iterable[Heard]],
    complaints: set[str],
    found: Count,
) -> None:
    """An event may stand in the log twice under one id (at least once); what counts is where it stood first."""
    repeated = first_seen = 0
    types: Counter[str] = Counter()
    for subject, events in heard.items():
        seen: dict[int, str] = {}
        for one in events:
            if one.sequence not in seen:
                seen[one.sequence] = one.event_id
                types[one.type] += 1
            elif seen[one.sequence] == one.event_id:
                repeated += 1
            else:
                found.doubled.append(f"complaint {subject} has two events with the number {one.sequence}")
        first_seen += len(seen)
        if list(seen) != sorted(seen):
            found.out_of_order.append(f"complaint {subject}: {list(seen)}")
        told = {number: event_id for number, (event_id, _) in written.get(subject, {}).items()}
        found.lost += [f"event {number} of {subject} is not in Kafka" for number in told.keys() - seen.keys()]
        found.other += [f"event {number} of {subject} is nobody's" for number in seen.keys() - told.keys()]
        if sorted(seen) != list(range(1, len(seen) + 1)):
            found.lost.append(f"complaint {subject}: a gap in {sorted(seen)}")
    found.lost += [f"complaint {one} is not in Kafka" for one in complaints - heard.keys()]
    found.other += [f"complaint {one} is only in Kafka" for one in heard.keys() - complaints]
    found.figures |= {
        "events in the outbox (SQL)": sum(len(events) for events in written.values()),
        "events in Kafka": first_seen,
        "of them complaint.received": types["complaint.received.v1"],
        "of them complaint.appended": types["complaint.appended.v1"],
        "of them complaint.routed": types["complaint.routed.v1"],
        "of them complaint.assigned": types["complaint.assigned.v1"],
        "repeated in the log under one id": repeated,
    }
    if types["complaint.received.v1"] != len(complaints):
        found.other.append(f"{types['complaint.received.v1']} events of receipt for {len(complaints)} complaints")


def check_step(
    heard: Mapping[str, Iterable[Heard]], *, cause: str, effect: str, passed: Mapping[int, int], found: Count
) -> None:
    """Each event that a service has behind it (`passed`: the next offset by partition) had its effect.

    What it has not read yet is no loss; it is counted.
    """
    unread = 0
    for subject, events in heard.items():
        types = {one.type for one in events}
        first = next((one for one in events if one.type == cause), None)
        if first is None or effect in types:
            continue
        if first.offset < passed.get(first.partition, 0):
            found.lost.append(f"complaint {subject}: {cause} was read, and there is no {effect}")
        else:
            unread += 1
    found.figures[f"{cause.split('.')[1]} and not read yet"] = unread
