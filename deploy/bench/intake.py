"""Intake of signed webhooks, one process, every commit on disk; then PostgreSQL is killed and everything is counted."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import asyncpg

from deploy.bench.house import DOOR
from deploy.bench.load import Load, percentile
from deploy.bench.sides import HOST, PACE, Side, bare_route, only_the_door, pace_after, turn, turns_of
from deploy.bench.webhooks import Webhooks
from deploy.local.stack import Stack

_AFTER_THE_KILL_S = 1.0
_PACE_SHARE = 0.5
"""Of a turn's time, at a pace."""
_LOG_FILES = 64
"""16 MB each: as much as PostgreSQL lets its log grow between two checkpoints (`max_wal_size`)."""
_DURABILITY = ("synchronous_commit", "fsync", "full_page_writes", "wal_sync_method")
_STORED = """
    SELECT m.provider_message_id AS id, count(DISTINCT m.id) AS messages, count(DISTINCT c.id) AS complaints,
           count(DISTINCT r.id) AS raw_requests, count(DISTINCT o.event_id) AS events,
           count(DISTINCT v.reference) AS reporters
    FROM intake.message AS m
    LEFT JOIN intake.complaint AS c ON c.id = m.complaint_id
    LEFT JOIN intake.raw_request AS r ON r.id = m.raw_request_id
    LEFT JOIN bus.outbox AS o ON o.subject = c.id AND o.type = 'complaint.received.v1'
    LEFT JOIN vault.reporter AS v ON v.reference = (o.value->>'reporter')::uuid
    GROUP BY 1
"""


async def measure_intake(
    stack: Stack, *, seconds: float, connections: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the bare route and intake in turns, for `seconds` each; kill PostgreSQL under load, start it, count."""
    webhooks = Webhooks(stack.environment()["NTBCARE_FACEBOOK_APP_SECRETS"], host=HOST)
    await asyncio.to_thread(only_the_door, stack)
    postgres = await _settings(stack)
    await _grow_log(stack)
    async with bare_route(stack, webhooks) as bare:
        door = Side("intake", stack.ports[DOOR], stack.pid(DOOR), Load(webhooks.request))
        turns = turns_of(seconds)
        for side in (bare, door) * turns:
            await _press_and_pace(side, seconds / turns, connections, say)
    ratio, figures = round(door.rate / bare.rate, 3), door.figures()
    await turn(door, _AFTER_THE_KILL_S, connections, say)
    say("PostgreSQL is killed under load …")
    await asyncio.to_thread(stack.postgres.kill)
    await asyncio.sleep(_AFTER_THE_KILL_S)
    await door.load.finish()
    say("PostgreSQL recovers; counting …")
    await asyncio.to_thread(stack.postgres.start)
    accepted = [webhooks.message_id(number) for number in door.load.accepted]
    return {
        "connections": connections,
        "body_bytes": len(webhooks.request(0).partition(b"\r\n\r\n")[2]),
        "postgres": postgres,
        "baseline": bare.figures(),
        "intake": figures,
        "ratio": ratio,
        "at_a_pace": {"share_of_peak": PACE, "bare": _at_a_pace(bare), "intake": _at_a_pace(door)},
        "after_kill": {
            "refused_503": door.load.statuses[503],
            "other_refusals": sum(door.load.statuses.values()) - door.load.statuses[503] - len(accepted),
            "unanswered": len(door.load.unanswered),
            **compare(accepted, await stored(stack.owner_url)),
        },
    }


async def _press_and_pace(side: Side, seconds: float, connections: int, say: Callable[[str], None]) -> None:
    """Measure how many a side takes, and at once how long it keeps callers waiting at a share of that."""
    before = side.accepted
    await turn(side, seconds, connections, say)
    await side.load.finish()
    say(f"{side.name} at {PACE:.0%} of that …")
    await pace_after(side, seconds * _PACE_SHARE, connections, (side.accepted - before) / seconds)


def _at_a_pace(side: Side) -> dict[str, float]:
    waits = side.paced_milliseconds
    return {
        "messages": len(waits),
        "p50_ms": round(percentile(waits, 0.5), 1),
        "p99_ms": round(percentile(waits, 0.99), 1),
        "median_p99_of_a_second_ms": round(median(side.paced_seconds_p99), 1),
    }


async def stored(url: str) -> dict[str, Counter[str]]:
    """Count, by the provider's message id, the rows that acceptance should have made."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(_STORED)
    finally:
        await connection.close()
    return {row["id"]: Counter({name: row[name] for name in row.keys() if name != "id"}) for row in rows}  # noqa: SIM118 - a Record


def compare(accepted: list[str], found: Mapping[str, Counter[str]]) -> dict[str, int]:
    """Compare the sender's log of 2xx with what is stored: everything exactly once, with every row of its own."""
    log = Counter(accepted)
    wrong = {name for name, rows in found.items() if set(rows.values()) != {1}}
    return {
        "accepted": len(log),
        "stored_exactly_once": sum(name in found and name not in wrong for name in log),
        "missing": sum(name not in found for name in log),
        "doubled_or_incomplete": len(wrong),
    }


async def _grow_log(stack: Stack) -> None:
    """Let PostgreSQL's log have all its files, as one that ran for a day has: making a new one stops every commit."""
    connection = await asyncpg.connect(stack.postgres.admin_url())
    try:
        for _ in range(_LOG_FILES):
            await connection.execute("SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _settings(stack: Stack) -> dict[str, str]:
    connection = await asyncpg.connect(stack.owner_url)
    try:
        return {name: await connection.fetchval("SELECT current_setting($1)", name) for name in _DURABILITY}
    finally:
        await connection.close()
