"""What each process holds in memory: at rest, and after thousands of messages; and how long each works on one."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import asyncpg
import psutil

from deploy.bench.house import DOOR, services
from deploy.bench.load import Load
from deploy.bench.webhooks import Webhooks
from deploy.local.stack import Stack

_HOST = "127.0.0.1"
_CONNECTIONS = 8
_SETTLED_S = 3.0
_PATIENCE_S = 600.0
_MB = 1024 * 1024
_ASSIGNED = "SELECT count(*) FROM bus.outbox WHERE type = 'complaint.assigned.v1' AND published_at IS NOT NULL"


async def at_rest(stack: Stack) -> dict[str, dict[str, float]]:
    """Return what each process holds once it has settled, in MB."""
    await asyncio.sleep(_SETTLED_S)
    return {name: _memory(stack.pid(name)) for name in services(stack)}


async def measure_growth(
    stack: Stack, rest: dict[str, dict[str, float]], *, messages: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Send messages, wait until each is with its agency, and compare with what was held at rest."""
    worked = {name: _worked(stack.pid(name)) for name in services(stack)}
    webhooks = Webhooks(stack.environment()["NTBCARE_FACEBOOK_APP_SECRETS"], host=_HOST)
    load = Load(webhooks.request)
    connection = await asyncpg.connect(stack.owner_url)
    try:
        before = await connection.fetchval(_ASSIGNED)
        await load.connect(_HOST, stack.ports[DOOR], _CONNECTIONS)
        load.press()
        deadline = time.monotonic() + _PATIENCE_S
        assigned = 0
        while (len(load.accepted) < messages or assigned < len(load.accepted)) and time.monotonic() < deadline:
            if len(load.accepted) >= messages and not load.stopping:
                await load.finish()
            assigned = await connection.fetchval(_ASSIGNED) - before
            say(f"memory: {assigned} of {messages} messages are with their agency …")
            await asyncio.sleep(0.2)
    finally:
        await connection.close()
    after = await at_rest(stack)
    processes = {
        name: {
            **{f"rest_{kind}_mb": value for kind, value in rest[name].items()},
            **{f"after_{kind}_mb": value for kind, value in after[name].items()},
            "growth": round(after[name]["rss"] / rest[name]["rss"] - 1, 3),
            "cpu_ms_per_message": round((_worked(stack.pid(name)) - worked[name]) * 1000 / len(load.accepted), 2),
        }
        for name in rest
    }
    return {
        "messages": len(load.accepted),
        "assigned": assigned,
        "processes": processes,
        "largest_at_rest_mb": max(one["rss"] for one in rest.values()),
        "largest_growth": max(one["growth"] for one in processes.values()),
    }


def _worked(pid: int) -> float:
    """Return how many seconds of a core a process has used."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def _memory(pid: int) -> dict[str, float]:
    """RSS is all it maps; USS what would be freed with it; PSS shares what is shared."""
    held = psutil.Process(pid).memory_full_info()
    return {kind: round(getattr(held, kind) / _MB, 1) for kind in ("rss", "pss", "uss")}
