"""What benchmarks of the doors share: servers under load, which take turns, and what each did."""

import asyncio
import os
import sys
import time
from array import array
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

from deploy.bench.house import DOOR, keep_only
from deploy.bench.load import Load, percentile
from deploy.bench.webhooks import Webhooks
from deploy.local.processes import Child, free_port
from deploy.local.stack import Stack
from shared.http.client import HTTPError, client

HOST = "127.0.0.1"
READY_S = 30.0
_WARM_UP_S = 2.0
_TURN_S = 15.0
"""Sides take turns, so that what else the machine does meets all of them."""
PACE = 0.8
"""Of what a side just took."""
_SPARE = 4
_BARE_NUMBERS = 100_000_000
"""The bare route's messages count from here: none of them is stored."""


@dataclass(slots=True)
class Side:
    """One of the two servers, with what was measured of it so far."""

    name: str
    port: int
    pid: int
    load: Load
    seconds: float = 0.0
    accepted: int = 0
    cpu_s: float = 0.0
    milliseconds: "array[float]" = field(default_factory=lambda: array("d"))
    paced_milliseconds: "array[float]" = field(default_factory=lambda: array("d"))
    """Of the messages that came at a pace."""
    paced_seconds_p99: list[float] = field(default_factory=list)
    """Of each second of them, in milliseconds."""

    @property
    def rate(self) -> float:
        """Accepted requests a second."""
        return self.accepted / self.seconds

    def figures(self) -> dict[str, Any]:
        """Return them for the document."""
        return {
            "seconds": round(self.seconds, 1),
            "accepted": self.accepted,
            "per_second": round(self.accepted / self.seconds, 1),
            "p50_ms": round(percentile(self.milliseconds, 0.5), 1),
            "p99_ms": round(percentile(self.milliseconds, 0.99), 1),
            "cpu_us_per_request": round(self.cpu_s / self.accepted * 1_000_000),
        }


@asynccontextmanager
async def bare_route(stack: Stack, webhooks: Webhooks) -> AsyncIterator[Side]:
    """Serve the baseline; raises `ServerError`."""
    server, port = Child("baseline", stack.folder / "processes"), free_port()
    server.start(
        [sys.executable, "-m", "deploy.bench.baseline", str(port)],
        env={**os.environ, "NTBCARE_ENV_FILE": str(stack.env_file)},
    )
    try:
        await asyncio.to_thread(server.wait_until, lambda: ready(port), timeout=READY_S)
        yield Side("the bare route", port, server.pid, Load(webhooks.request, first=_BARE_NUMBERS))
    finally:
        await asyncio.to_thread(server.stop)


async def turn(side: Side, seconds: float, connections: int, say: Callable[[str], None]) -> None:
    """Press one side, let it warm up, and measure; the load goes on when this returns."""
    load = side.load
    await load.connect(HOST, side.port, connections)
    load.press()
    await asyncio.sleep(_WARM_UP_S)
    start, before, cpu_before = time.perf_counter(), len(load.accepted), cpu_s(side.pid)
    while (passed := time.perf_counter() - start) < seconds:
        await asyncio.sleep(min(1.0, seconds - passed))
        say(f"{side.name}: {(len(load.accepted) - before) / (time.perf_counter() - start):,.0f} requests/s")
    accepted = len(load.accepted) - before
    side.seconds += time.perf_counter() - start
    side.accepted += accepted
    side.cpu_s += cpu_s(side.pid) - cpu_before
    side.milliseconds.extend(load.milliseconds[-accepted:])


async def pace_after(side: Side, seconds: float, connections: int, peak: float) -> None:
    """Send steadily at a share of a peak (requests/s), as callers do who wait for nobody: with connections to spare."""
    load, per_second = side.load, PACE * peak
    await load.connect(HOST, side.port, connections * _SPARE)
    before = len(load.milliseconds)
    await load.pace(per_second=per_second, messages=round(per_second * seconds))
    await load.finish()
    waits = load.milliseconds[before:]
    side.paced_milliseconds.extend(waits)
    a_second = max(1, round(per_second))
    side.paced_seconds_p99 += [percentile(waits[at : at + a_second], 0.99) for at in range(0, len(waits), a_second)]


async def take_turns(sides: Sequence[Side], seconds: float, connections: int, say: Callable[[str], None]) -> None:
    """Measure each side for so many seconds, one after the other and again."""
    for _ in range(turns_of(seconds)):
        for side in sides:
            await turn(side, seconds / turns_of(seconds), connections, say)
            await side.load.finish()


def turns_of(seconds: float) -> int:
    """Return how many turns a measurement is cut into."""
    return max(1, round(seconds / _TURN_S))


def cpu_s(pid: int) -> float:
    """Return the CPU time that a process has had, in seconds."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def postgres_cpu_s(stack: Stack) -> float:
    """Return the CPU time that PostgreSQL's processes have had, in seconds; those that ended too."""
    postmaster = psutil.Process(stack.postgres.pid)
    seconds = sum(postmaster.cpu_times()[:4])  # its own, and of children that ended: user and system
    for one in postmaster.children():
        with suppress(psutil.NoSuchProcess):
            seconds += cpu_s(one.pid)
    return seconds


def only_the_door(stack: Stack) -> None:
    """Let a fresh intake process run, and nothing beside it."""
    keep_only(stack, ())
    stack.broker.stop()
    stack.start_process(DOOR)
    deadline = time.monotonic() + READY_S
    while not ready(stack.ports[DOOR]) and time.monotonic() < deadline:
        time.sleep(0.05)


def ready(port: int) -> bool:
    """Tell whether a server takes requests."""
    with client(timeout=2) as http:
        try:
            return http.get(f"http://{HOST}:{port}/health/ready").is_success
        except HTTPError:
            return False


async def send_all(stack: Stack, *, messages: int, connections: int) -> Load:
    """Send messages to the stack's own door as fast as it takes them; return the log of its answers."""
    webhooks = Webhooks(stack.environment()["NTBCARE_FACEBOOK_APP_SECRETS"], host=HOST)
    load = Load(webhooks.request)
    await load.connect(HOST, stack.ports[DOOR], connections)
    await load.pace(per_second=1_000_000, messages=messages)
    await load.finish()
    return load
