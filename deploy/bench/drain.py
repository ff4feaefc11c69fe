"""Messages accepted while the broker is away, and how fast they reach it when it is back."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import asyncpg

from deploy.bench.house import bring_everything_back
from deploy.bench.sides import only_the_door, send_all
from deploy.local.stack import Stack
from shared.events import COMPLAINTS
from shared.kafka import apply_topics

_PATIENCE_S = 120.0
_GLANCE_S = 0.1
_ALONE = replace(COMPLAINTS, name="bench-drain")
_WAITING = "SELECT count(*) FROM bus.outbox WHERE published_at IS NULL"
_EVENTS = "SELECT subject, value::text AS value FROM bus.outbox WHERE published_at IS NULL ORDER BY position"
_PUBLISHED = """
    SELECT count(*) FILTER (WHERE published_at > first) AS after,
           extract(epoch FROM max(published_at) - min(first)) AS s
    FROM bus.outbox, (SELECT min(published_at) AS first FROM bus.outbox WHERE published_at >= $1) AS f
    WHERE published_at >= $1
"""


async def measure_drain(stack: Stack, *, messages: int, connections: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Accept messages without a broker; start it, publish the same events by a bare producer, then let the relay."""
    await asyncio.to_thread(only_the_door, stack)
    connection = await asyncpg.connect(stack.owner_url)
    try:
        say(f"{messages:,} messages while there is no broker …")
        load = await send_all(stack, messages=messages, connections=connections)
        rows = await connection.fetch(_EVENTS)
        say(f"{stack.broker.name} comes back …")
        await asyncio.to_thread(stack.restart_broker)
        alone = await _publish_alone(stack, rows)
        say(f"The relay publishes {len(rows):,} events …")
        since = await connection.fetchval("SELECT clock_timestamp()")
        start = time.perf_counter()
        await asyncio.to_thread(stack.start_process, "relay")
        await _until_none_waits(connection)
        with_start = time.perf_counter() - start
        rate = await _rate(connection, since)
        left = await connection.fetchval(_WAITING)
    finally:
        await connection.close()
    await asyncio.to_thread(bring_everything_back, stack)
    return {
        "broker": stack.broker.name,
        "messages": messages,
        "accepted": len(load.accepted),
        "events": len(rows),
        "left": left,
        "seconds_with_the_relays_start": round(with_start, 1),
        "per_second": round(rate, 1),
        "producer_alone_per_second": round(alone, 1),
        "ratio": round(rate / alone, 3),
    }


async def _publish_alone(stack: Stack, rows: Sequence[asyncpg.Record]) -> float:
    """Return how many of these events a second a producer with the relay's settings publishes, all at once."""
    await apply_topics(stack.kafka, [_ALONE])
    producer, topic = stack.kafka.producer(), stack.kafka.topic(_ALONE)
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"{}")
        start = time.perf_counter()
        sent = [await producer.send(topic, row["value"].encode(), key=str(row["subject"]).encode()) for row in rows]
        await asyncio.gather(*sent)
        return len(rows) / (time.perf_counter() - start)
    finally:
        await producer.stop()


async def _until_none_waits(connection: asyncpg.Connection) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if not await connection.fetchval(_WAITING):
            return
        await asyncio.sleep(_GLANCE_S)


async def _rate(connection: asyncpg.Connection, since: datetime) -> float:
    """Return events a second, by the times that the relay wrote: from its first wave's end to its last."""
    row = await connection.fetchrow(_PUBLISHED, since)
    return row["after"] / float(row["s"]) if row["s"] else 0.0
