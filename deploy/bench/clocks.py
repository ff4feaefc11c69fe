"""How many due deadlines a second casework sees to when very many fall due at one moment; and that it does so once."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg

from deploy.bench.house import bring_everything_back, keep_only
from deploy.bench.sides import cpu_s, postgres_cpu_s
from deploy.local.stack import Stack
from services.casework.clocks.terms import terms

_PATIENCE_S = 300.0
_GLANCE_S = 0.25
_BATCH = 500
_CASES = """
    INSERT INTO casework."case" (complaint_id, ticket, channel, text, attachments, anonymous, secret, sealed,
        anonymous_by_citizen, secret_by_citizen, state, version, received_at, agency_key, agency_name, assigned_at)
    SELECT gen_random_uuid(), 'bench-' || n, 'bench', 'Jalan rusak.', '[]', false, false, false, false, false,
        'assigned', 2, now() - interval '9 days', 'NTB.DIKPORA', 'Dikpora', now() - interval '9 days'
    FROM generate_series(1, $1) AS n
"""
_DEADLINES = """
    INSERT INTO casework.deadline (complaint_id, clock, started_at, due_at, outcome, next_at, version,
        limit_amount, limit_unit, limit_source, limit_certainty)
    SELECT complaint_id, 'follow_up', assigned_at, now(), 'running', now(), $1, 5, 'working_days', 'bench', 'certain'
    FROM casework."case" WHERE channel = 'bench'
"""
_AGAIN = "UPDATE casework.deadline SET outcome = 'running', next_at = due_at WHERE limit_source = 'bench'"
_UPDATE = """
    UPDATE casework.deadline SET outcome = 'missed', next_at = NULL WHERE (complaint_id, clock, started_at) IN (
        SELECT complaint_id, clock, started_at FROM casework.deadline WHERE next_at <= now()
        ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
"""
_LEFT = "SELECT count(*) FROM casework.deadline WHERE next_at <= now()"
_SPAN = """
    SELECT count(*) AS announced, count(DISTINCT subject) AS complaints,
           extract(epoch FROM max(stored_at) - min(stored_at)) AS s
    FROM bus.outbox WHERE type = 'complaint.escalated.v1' AND stored_at >= $1
"""


async def measure_clocks(stack: Stack, *, deadlines: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Let deadlines be due at once; update them plainly, and then have one casework process see to them."""
    await asyncio.to_thread(keep_only, stack, ())
    connection = await asyncpg.connect(stack.owner_url)
    try:
        say(f"{deadlines:,} deadlines are due …")
        await _fill(connection, deadlines)
        alone = await _update_alone(connection, deadlines)
        await connection.execute(_AGAIN)
        await connection.execute("VACUUM ANALYZE casework.deadline")
        since = await connection.fetchval("SELECT clock_timestamp()")
        spent = -postgres_cpu_s(stack)
        say("casework starts …")
        await asyncio.to_thread(stack.start_process, "casework")
        await _until_none_is_due(connection)
        worked = {"casework": cpu_s(stack.pid("casework")), "postgresql": spent + postgres_cpu_s(stack)}
        figures = await _count(connection, since)
    finally:
        await connection.close()
    await asyncio.to_thread(bring_everything_back, stack)
    rate = round(figures["announced"] / figures["seconds"])
    return {
        "deadlines": deadlines,
        **figures,
        "per_second": rate,
        "update_alone_per_second": round(alone),
        "ratio": round(rate / alone, 3),
        "cpu_us_per_deadline": {name: round(each * 1e6 / deadlines) for name, each in worked.items()},
    }


async def _fill(connection: asyncpg.Connection, deadlines: int) -> None:
    await connection.execute(_CASES, deadlines)
    await connection.execute(_DEADLINES, terms().version)
    for table in ('"case"', "deadline"):
        await connection.execute(f"VACUUM ANALYZE casework.{table}")


async def _update_alone(connection: asyncpg.Connection, deadlines: int) -> float:
    """Return how many of these rows a second a bare UPDATE brings on, a batch in a transaction."""
    start = time.perf_counter()
    while await connection.execute(_UPDATE, _BATCH) != "UPDATE 0":
        pass
    return deadlines / (time.perf_counter() - start)


async def _until_none_is_due(connection: asyncpg.Connection) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if not await connection.fetchval(_LEFT):
            return
        await asyncio.sleep(_GLANCE_S)


async def _count(connection: asyncpg.Connection, since: datetime) -> dict[str, Any]:
    span = await connection.fetchrow(_SPAN, since)
    return {
        "noticed": await connection.fetchval("SELECT count(DISTINCT complaint_id) FROM casework.notice"),
        "announced": span["announced"] if span["announced"] == span["complaints"] else -1,
        "left": await connection.fetchval(_LEFT),
        "seconds": round(float(span["s"] or 1), 2),
    }
