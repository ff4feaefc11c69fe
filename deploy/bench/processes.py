"""One, two and four intake processes on this machine: what more of them give, and who has the cores then."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from deploy.bench.house import DOOR, bring_everything_back
from deploy.bench.load import Load, percentile
from deploy.bench.sides import (
    HOST,
    READY_S,
    Side,
    bare_route,
    cpu_s,
    only_the_door,
    postgres_cpu_s,
    ready,
    take_turns,
    turns_of,
)
from deploy.bench.webhooks import Webhooks
from deploy.local.processes import Child, free_port
from deploy.local.stack import Stack

COUNTS = (1, 2, 4)
_NUMBERS = 10_000_000
"""Of messages that one process may get."""
_WARM_UP_S = 2.0


async def measure_processes(
    stack: Stack, *, seconds: float, connections: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Press one process, two, and four in turns, with the same number of connections in all."""
    webhooks = Webhooks(stack.environment()["NTBCARE_FACEBOOK_APP_SECRETS"], host=HOST)
    await asyncio.to_thread(only_the_door, stack)
    async with AsyncExitStack() as servers:
        bare = await servers.enter_async_context(bare_route(stack, webhooks))
        first = Side(DOOR, stack.ports[DOOR], stack.pid(DOOR), Load(webhooks.request))
        more = range(1, max(COUNTS))
        doors = [first, *[await servers.enter_async_context(_door(stack, webhooks, number)) for number in more]]
        await take_turns((bare,), seconds, connections, say)
        groups = {count: _Group(stack, doors[:count]) for count in COUNTS}
        for _ in range(turns_of(seconds)):
            for group in groups.values():
                await group.press(seconds / turns_of(seconds), connections, say)
    await asyncio.to_thread(bring_everything_back, stack)
    one = groups[COUNTS[0]].rate
    return {
        "cores": len(os.sched_getaffinity(0)),
        "connections": connections,
        "baseline": bare.figures(),
        "groups": [
            group.figures()
            | {
                "processes": count,
                "ratio_to_one": _ratio(group.rate, one),
                "ratio_to_bare": _ratio(group.rate, bare.rate),
            }
            for count, group in groups.items()
        ],
    }


def _ratio(rate: float, base: float) -> float:
    return round(rate / base, 3)


@asynccontextmanager
async def _door(stack: Stack, webhooks: Webhooks, number: int) -> AsyncIterator[Side]:
    """Serve the same door by another process."""
    server, port = Child(f"{DOOR}-{number}", stack.folder / "processes"), free_port()
    arguments = ["serve", "intake", "--channels", "facebook", "--part", "http", "--port", str(port)]
    server.start(
        [sys.executable, "-m", "deploy.cli.main", *arguments],
        env={**os.environ, "NTBCARE_ENV_FILE": str(stack.env_file)},
    )
    try:
        await asyncio.to_thread(server.wait_until, lambda: ready(port), timeout=READY_S)
        yield Side(server.name, port, server.pid, Load(webhooks.request, first=number * _NUMBERS))
    finally:
        await asyncio.to_thread(server.stop)


class _Group:
    """Some of the processes, pressed together, and what of the cores each party had meanwhile."""

    def __init__(self, stack: Stack, sides: Sequence[Side]) -> None:
        self._stack = stack
        self._sides = sides
        self._seconds = 0.0
        self._accepted = 0
        self._milliseconds: list[float] = []
        self._cpu = dict.fromkeys(("intake", "postgresql", "senders"), 0.0)

    @property
    def rate(self) -> float:
        return self._accepted / self._seconds

    async def press(self, seconds: float, connections: int, say: Callable[[str], None]) -> None:
        for side in self._sides:
            await side.load.connect(HOST, side.port, max(1, connections // len(self._sides)))
            side.load.press()
        await asyncio.sleep(_WARM_UP_S)
        start, cpu = time.perf_counter(), self._cpu_now()
        before = [len(side.load.accepted) for side in self._sides]
        await asyncio.sleep(seconds)
        for name, now in self._cpu_now().items():
            self._cpu[name] += now - cpu[name]
        for side, was in zip(self._sides, before, strict=True):
            new = len(side.load.accepted) - was
            self._accepted += new
            self._milliseconds.extend(side.load.milliseconds[-new:] if new else ())
        self._seconds += time.perf_counter() - start
        say(f"{len(self._sides)} processes: {self.rate:,.0f} requests/s")
        for side in self._sides:
            await side.load.finish()

    def figures(self) -> dict[str, Any]:
        return {
            "per_second": round(self.rate, 1),
            "p50_ms": round(percentile(self._milliseconds, 0.5), 1),
            "p99_ms": round(percentile(self._milliseconds, 0.99), 1),
            "accepted": self._accepted,
            "cores_used": {name: round(spent / self._seconds, 2) for name, spent in self._cpu.items()},
        }

    def _cpu_now(self) -> dict[str, float]:
        return {
            "intake": sum(cpu_s(side.pid) for side in self._sides),
            "postgresql": postgres_cpu_s(self._stack),
            "senders": time.process_time(),
        }
