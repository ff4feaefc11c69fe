"""From a webhook's first byte to its `complaint.assigned.v1` in a consumer's hands, and the broker's own part of it."""

import asyncio
import time
from array import array
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer

from deploy.bench.house import DOOR, WAY, bring_back, keep_only
from deploy.bench.load import Load, percentile
from deploy.bench.webhooks import Webhooks
from deploy.local.stack import Stack
from shared.events import COMPLAINTS, ComplaintAssigned, Topic
from shared.events.cloudevents import event_type
from shared.kafka import apply_topics

_HOST = "127.0.0.1"
_CONNECTIONS = 16
_WARM_UP = 20
"""Messages before the measured ones: connections, pools and caches are opened by them."""
_ARRIVALS_S = 30.0
_ECHO = replace(COMPLAINTS, name="bench-echo", partitions=1)
_WAY = """
    SELECT m.provider_message_id AS id, m.complaint_id, m.received_at,
           r.stored_at AS received, r.published_at AS received_published,
           d.stored_at AS routed, d.published_at AS routed_published,
           a.stored_at AS assigned, a.published_at AS assigned_published
    FROM intake.message AS m
    JOIN bus.outbox AS r ON r.subject = m.complaint_id AND r.type = 'complaint.received.v1'
    JOIN bus.outbox AS d ON d.subject = m.complaint_id AND d.type = 'complaint.routed.v1'
    JOIN bus.outbox AS a ON a.subject = m.complaint_id AND a.type = 'complaint.assigned.v1'
"""
_STEPS = ("received_at", "received", "received_published", "routed", "routed_published", "assigned")


async def measure_latency(
    stack: Stack, *, per_second: float, seconds: float, say: Callable[[str], None]
) -> dict[str, Any]:
    """Send at a steady rate and read what comes out; the broker's own time is measured first, at the same rate.

    Only the processes on the way run meanwhile, as they would on a machine of their own.
    """
    await asyncio.to_thread(keep_only, stack, WAY)
    say(f"{stack.broker.name} by itself, {per_second:g} messages/s …")
    echo = await _echo(stack, per_second, min(seconds, 15))
    webhooks = Webhooks(stack.environment()["NTBCARE_FACEBOOK_APP_SECRETS"], host=_HOST)
    load = Load(webhooks.request)
    load.remember = True
    messages = _WARM_UP + round(per_second * seconds)
    arrived: dict[UUID, float] = {}
    consumer = await _consumer(stack, COMPLAINTS)
    reading = asyncio.create_task(_read_assigned(consumer, arrived))
    try:
        await load.connect(_HOST, stack.ports[DOOR], _CONNECTIONS)
        say(f"webhook to assignment: {messages} messages at {per_second:g}/s …")
        await load.pace(per_second=per_second, messages=messages)
        await load.finish()
        deadline = time.monotonic() + _ARRIVALS_S
        while len(arrived) < len(load.accepted) and time.monotonic() < deadline:  # noqa: ASYNC110 - two sides
            await asyncio.sleep(0.05)
    finally:
        reading.cancel()
        await asyncio.wait([reading])
        await consumer.stop()
    ways = await _ways(stack, webhooks)
    await asyncio.to_thread(bring_back, stack, WAY)
    spent = array(
        "d",
        [
            (arrived[way["complaint_id"]] - load.sent_at[number]) * 1000
            for number, way in ways.items()
            if number >= _WARM_UP and way["complaint_id"] in arrived
        ],
    )
    return {
        "broker": stack.broker.name,
        "processes": list(WAY),
        "per_second": per_second,
        "seconds": seconds,
        "accepted": len(load.accepted),
        "arrived": len(arrived),
        "webhook_to_assigned_ms": _summary(spent),
        "broker_alone_ms": _summary(echo),
        "answer_ms": _summary(load.milliseconds[_WARM_UP:]),
        "steps_p50_ms": _steps([way for number, way in ways.items() if number >= _WARM_UP]),
    }


async def _read_assigned(consumer: AIOKafkaConsumer, arrived: dict[UUID, float]) -> None:
    async for record in consumer:
        if event_type(record.headers) == ComplaintAssigned.model_fields["type"].default:
            arrived.setdefault(UUID(record.key.decode()), time.perf_counter())


async def _echo(stack: Stack, per_second: float, seconds: float) -> "array[float]":
    """Produce and consume in this process, with the relay's and the services' own client settings."""
    await apply_topics(stack.kafka, [_ECHO])
    spent = array("d")
    consumer, producer = await _consumer(stack, _ECHO), stack.kafka.producer()
    await producer.start()
    try:
        start = time.perf_counter()
        for count in range(round(per_second * seconds)):
            await asyncio.sleep(max(0.0, start + count / per_second - time.perf_counter()))
            sent = time.perf_counter()
            await producer.send_and_wait(stack.kafka.topic(_ECHO), b"x" * 1024)
            await consumer.getone()
            spent.append((time.perf_counter() - sent) * 1000)
    finally:
        await producer.stop()
        await consumer.stop()
    return spent[_WARM_UP:]


async def _consumer(stack: Stack, topic: Topic) -> AIOKafkaConsumer:
    consumer = stack.kafka.consumer(None)
    consumer.subscribe([stack.kafka.topic(topic)])
    await consumer.start()
    return consumer


async def _ways(stack: Stack, webhooks: Webhooks) -> dict[int, asyncpg.Record]:
    connection = await asyncpg.connect(stack.owner_url)
    try:
        rows = await connection.fetch(_WAY)
    finally:
        await connection.close()
    numbered = ((webhooks.number(row["id"]), row) for row in rows)
    return {number: row for number, row in numbered if number is not None}


def _steps(ways: list[asyncpg.Record]) -> dict[str, float]:
    """Return the median of each step by the house's own clock. Until the commit, an event's time is that of its row."""
    return {
        f"{before} → {after}": round(
            percentile([(way[after] - way[before]).total_seconds() * 1000 for way in ways], 0.5), 1
        )
        for before, after in pairwise(_STEPS)
        if ways
    }


def _summary(values: "array[float]") -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(percentile(values, share), 1) for name, share in shares.items()} | {
        "max": round(max(values), 1)
    }
