"""Intake of signed webhooks, one process, every commit on disk; then PostgreSQL is killed and everything is counted."""

import asyncio
import os
import sys
import time
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import psutil

from deploy.bench.house import DOOR, keep_only
from deploy.bench.load import Load, percentile
from deploy.bench.webhooks import Webhooks
from deploy.local.processes import Child, free_port
from deploy.local.stack import Stack
from shared.http.client import HTTPError, client

_HOST = "127.0.0.1"
_WARM_UP_S = 2.0
_TURN_S = 15.0
"""The two take turns, so that what else the machine does meets both."""
_BARE_NUMBERS = 100_000_000
"""The bare route's messages count from here: none of them is stored."""
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


@dataclass(slots=True)
class _Side:
    """One of the two servers, with what was measured of it so far."""

    name: str
    port: int
    pid: int
    load: Load
    seconds: float = 0.0
    accepted: int = 0
    cpu_s: float = 0.0
    milliseconds: "array[float]" = field(default_factory=lambda: array("d"))

    def figures(self) -> dict[str, Any]:
        return {
            "seconds": round(self.seconds, 1),
            "accepted": self.accepted,
            "per_second": round(self.accepted / self.seconds, 1),
            "p50_ms": round(percentile(self.milliseconds, 0.5), 1),
            "p99_ms": round(percentile(self.milliseconds, 0.99), 1),
            "cpu_us_per_request": round(self.cpu_s / self.accepted * 1_000_000),
        }


async def measure_intake(
    stack: Stack, *, seconds: float, connections: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the bare route and intake in turns, for `seconds` each; kill PostgreSQL under load, start it, count."""
    webhooks = Webhooks(stack.environment()["NTBCARE_FACEBOOK_APP_SECRETS"], host=_HOST)
    await asyncio.to_thread(_only_intake, stack)
    postgres = await _settings(stack)
    server, port = Child("baseline", stack.folder / "processes"), free_port()
    server.start(
        [sys.executable, "-m", "deploy.bench.baseline", str(port)],
        env={**os.environ, "NTBCARE_ENV_FILE": str(stack.env_file)},
    )
    try:
        await asyncio.to_thread(server.wait_until, lambda: _ready(port), timeout=_READY_S)
        bare = _Side("the bare route", port, server.pid, Load(webhooks.request, first=_BARE_NUMBERS))
        door = _Side("intake", stack.ports[DOOR], stack.pid(DOOR), Load(webhooks.request))
        turns = max(1, round(seconds / _TURN_S))
        for side in (bare, door) * turns:
            await _turn(side, seconds / turns, connections, say)
            if side is bare or side.seconds < seconds - 1:
                await side.load.finish()
    finally:
        await asyncio.to_thread(server.stop)
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
        "intake": door.figures(),
        "ratio": round(door.accepted / door.seconds / (bare.accepted / bare.seconds), 3),
        "after_kill": {
            "refused_503": door.load.statuses[503],
            "other_refusals": sum(door.load.statuses.values()) - door.load.statuses[503] - len(accepted),
            "unanswered": len(door.load.unanswered),
            **compare(accepted, await stored(stack.owner_url)),
        },
    }


async def _turn(side: _Side, seconds: float, connections: int, say: Callable[[str], None]) -> None:
    """Press one side, let it warm up, and measure; the load goes on when this returns."""
    load = side.load
    await load.connect(_HOST, side.port, connections)
    load.press()
    await asyncio.sleep(_WARM_UP_S)
    start, before, cpu_before = time.perf_counter(), len(load.accepted), _cpu_s(side.pid)
    while (passed := time.perf_counter() - start) < seconds:
        await asyncio.sleep(min(1.0, seconds - passed))
        say(f"{side.name}: {(len(load.accepted) - before) / (time.perf_counter() - start):,.0f} requests/s")
    accepted = len(load.accepted) - before
    side.seconds += time.perf_counter() - start
    side.accepted += accepted
    side.cpu_s += _cpu_s(side.pid) - cpu_before
    side.milliseconds.extend(load.milliseconds[-accepted:])


def _cpu_s(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


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
