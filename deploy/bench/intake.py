"""Intake of signed webhooks, one process, every commit on disk; then PostgreSQL is killed and everything is counted."""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg

from deploy.bench.house import DOOR, keep_only
from deploy.bench.load import Load, percentile
from deploy.bench.webhooks import Webhooks
from deploy.local.processes import Child, free_port
from deploy.local.stack import Stack
from shared.http.client import HTTPError, client

_HOST = "127.0.0.1"
_WARM_UP_S = 3.0
_AFTER_THE_KILL_S = 1.0
_READY_S = 30.0
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
    """Measure the bare route, then intake, for `seconds` each; kill PostgreSQL under load, start it again, count."""
    webhooks = Webhooks(stack.environment()["NTBCARE_FACEBOOK_APP_SECRETS"], host=_HOST)
    await asyncio.to_thread(_only_intake, stack)
    postgres = await _settings(stack)
    bare, bare_load = await _bare(stack, webhooks, seconds, connections, say)
    load = Load(webhooks.request, first=bare_load.sent)
    await load.connect(_HOST, stack.ports[DOOR], connections)
    figures = await _window(load, seconds, lambda rate: say(f"intake: {rate}"))
    say("PostgreSQL is killed under load …")
    await asyncio.to_thread(stack.postgres.kill)
    await asyncio.sleep(_AFTER_THE_KILL_S)
    await load.finish()
    say("PostgreSQL recovers; counting …")
    await asyncio.to_thread(stack.postgres.start)
    accepted = [webhooks.message_id(number) for number in load.accepted]
    return {
        "connections": connections,
        "body_bytes": len(webhooks.request(0).partition(b"\r\n\r\n")[2]),
        "postgres": postgres,
        "baseline": bare,
        "intake": figures,
        "ratio": round(figures["per_second"] / bare["per_second"], 3),
        "after_kill": {
            "refused_503": load.statuses[503],
            "other_refusals": sum(load.statuses.values()) - load.statuses[503] - len(accepted),
            "unanswered": len(load.unanswered),
            **compare(accepted, await stored(stack.owner_url)),
        },
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


async def _bare(
    stack: Stack, webhooks: Webhooks, seconds: float, connections: int, say: Callable[[str], None]
) -> tuple[dict[str, Any], Load]:
    server, port = Child("baseline", stack.folder / "processes"), free_port()
    server.start(
        [sys.executable, "-m", "deploy.bench.baseline", str(port)],
        env={**os.environ, "NTBCARE_ENV_FILE": str(stack.env_file)},
    )
    try:
        await asyncio.to_thread(server.wait_until, lambda: _ready(port), timeout=_READY_S)
        load = Load(webhooks.request)
        await load.connect(_HOST, port, connections)
        figures = await _window(load, seconds, lambda rate: say(f"the bare route: {rate}"))
        await load.finish()
    finally:
        await asyncio.to_thread(server.stop)
    return figures, load


async def _window(load: Load, seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Press, let it warm up, and measure; the load goes on when this returns."""
    load.press()
    await asyncio.sleep(_WARM_UP_S)
    start, before = time.perf_counter(), len(load.accepted)
    while (passed := time.perf_counter() - start) < seconds:
        await asyncio.sleep(min(1.0, seconds - passed))
        say(f"{(len(load.accepted) - before) / (time.perf_counter() - start):,.0f} requests/s, {seconds:.0f} s in all")
    elapsed, accepted = time.perf_counter() - start, len(load.accepted) - before
    latest = load.milliseconds[-accepted:]
    return {
        "seconds": round(elapsed, 1),
        "accepted": accepted,
        "per_second": round(accepted / elapsed, 1),
        "p50_ms": round(percentile(latest, 0.5), 1),
        "p99_ms": round(percentile(latest, 0.99), 1),
    }


def _only_intake(stack: Stack) -> None:
    """Let a fresh intake process run, and nothing beside it."""
    keep_only(stack, ())
    stack.broker.stop()
    stack.start_process(DOOR)
    deadline = time.monotonic() + _READY_S
    while not _ready(stack.ports[DOOR]) and time.monotonic() < deadline:
        time.sleep(0.05)


def _ready(port: int) -> bool:
    with client(timeout=2) as http:
        try:
            return http.get(f"http://{_HOST}:{port}/health/ready").is_success
        except HTTPError:
            return False


async def _settings(stack: Stack) -> dict[str, str]:
    connection = await asyncpg.connect(stack.owner_url)
    try:
        return {name: await connection.fetchval("SELECT current_setting($1)", name) for name in _DURABILITY}
    finally:
        await connection.close()
