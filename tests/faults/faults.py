"""The faults. Each is a small function that hurts the house, mends it, and returns the proof that it did."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.faults.groups import until_members
from tests.faults.house import BROKER, DOORS, POSTGRES, House
from tests.faults.load import Load
from tests.faults.plan import Plan

SERVICES = (*DOORS.values(), "intake-workers", "relay", "routing", "casework", "replies")
_MID_BATCH = 300
"""Events that wait when the relay is killed among them; it takes 500 at once."""
_GLANCE_S = 0.005
_CUT = 60
_LIBRARIES = Path("/usr/lib")
_FAKETIME = "*/faketime/libfaketimeMT.so.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was done to whom, and for how long."""

    fault: str
    victim: str
    before: int | None = None
    """Process id."""
    after: int | None = None
    down_s: float
    told: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a fault may touch."""

    house: House
    load: Load
    plan: Plan


Hurt = Callable[[Scene], Coroutine[Any, Any, Proof]]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is done to somebody. Nobody suffers two at a time."""

    victim: str
    hurt: Hurt


def kill(victim: str) -> Hurt:
    """SIGKILL, and a new start at once."""

    async def killed(scene: Scene) -> Proof:
        before, start = scene.house.pid_of(victim), time.monotonic()
        await asyncio.to_thread(scene.house.kill, victim)
        gone = _is_gone(before)
        await asyncio.to_thread(scene.house.begin, victim)
        return _killed("kill -9", scene, victim, before, start, gone)

    return killed


async def kill_relay_in_mid_batch(scene: Scene) -> Proof:
    """SIGKILL to the relay while a part of a batch is on its way."""
    house, before = scene.house, scene.house.pid_of("relay")
    with _standing(house, "relay"):
        waiting = await _waiting(house, lambda number: number >= _MID_BATCH)
    left = await _waiting(house, lambda number: number < waiting)
    start = time.monotonic()
    await asyncio.to_thread(house.kill, "relay")
    gone = _is_gone(before)
    await asyncio.to_thread(house.begin, "relay")
    proof = f"{gone}; {waiting} events waited, {left} when it was killed"
    return _killed("kill -9 in mid-batch", scene, "relay", before, start, proof)


async def _waiting(house: House, enough: Callable[[int], bool]) -> int:
    """Watch the outbox until it holds the right number of events."""
    while True:
        number = await house.ask("SELECT count(*) FROM bus.outbox WHERE published_at IS NULL")
        if enough(number):
            return number
        await asyncio.sleep(_GLANCE_S)


def stop(victim: str) -> Hurt:
    """SIGSTOP for a while: it lives, holds its connections and answers nobody."""

    async def stopped(scene: Scene) -> Proof:
        house, start = scene.house, time.monotonic()
        before = house.pid_of(victim)
        with _standing(house, victim):
            await asyncio.sleep(scene.plan.stop_s)
            state = psutil.Process(before).status()
        return Proof(
            fault="SIGSTOP",
            victim=victim,
            before=before,
            after=house.pid_of(victim),
            down_s=time.monotonic() - start,
            told=f"state {state}",
        )

    return stopped


async def fill_the_disk(scene: Scene) -> Proof:
    """Leave no room for attachments."""
    disk, start = scene.house.disk, time.monotonic()
    refused = scene.load.log.answers[503]
    free = await asyncio.to_thread(disk.fill)
    try:
        await asyncio.sleep(scene.plan.stop_s)
    finally:
        disk.empty()
    refused = scene.load.log.answers[503] - refused
    told = f"{disk.kind}, {free} bytes free; {refused} answers of 503"
    return Proof(fault="full disk", victim="attachments", down_s=time.monotonic() - start, told=told)


async def cut_connections(scene: Scene) -> Proof:
    """Reset connections in the middle of a request, and after it, before its answer."""
    start, log = time.monotonic(), scene.load.log
    before = log.cut
    await scene.load.cut_next(_CUT)
    told = f"{log.cut - before} deliveries cut anywhere, and sent again"
    return Proof(fault="cut connections", victim="all doors", down_s=time.monotonic() - start, told=told)


def rebalance(service: str) -> Hurt:
    """Let a second member join a consumer group, and leave it."""

    async def rebalanced(scene: Scene) -> Proof:
        kafka, group = scene.house.kafka, f"{scene.house.kafka.prefix}{service}"
        await until_members(kafka, group, 1)
        start = time.monotonic()
        second = await asyncio.to_thread(scene.house.second, service)
        try:
            await until_members(kafka, group, 2)
            await asyncio.sleep(scene.plan.stop_s / 2)
        finally:
            await asyncio.to_thread(second.stop)
        await until_members(kafka, group, 1)
        told = f"process {second.pid} joined and left: members 1, 2, 1"
        return Proof(fault="rebalance", victim=service, down_s=time.monotonic() - start, told=told)

    return rebalanced


def wrong_clock(victim: str) -> Hurt:
    """Run a process a day ahead of the others for a while (libfaketime)."""

    async def skewed(scene: Scene) -> Proof:
        house, start = scene.house, time.monotonic()
        library = await asyncio.to_thread(_libfaketime)
        if library is None:
            told = "no libfaketime here (Debian's package faketime): only providers' times were a day off"
            return Proof(fault="wrong clock", victim=victim, down_s=0, told=told)
        before = house.pid_of(victim)
        mood = {"LD_PRELOAD": str(library), "FAKETIME": "+1d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        await asyncio.to_thread(house.kill, victim)
        with house.in_a_mood(victim, mood):
            await asyncio.to_thread(house.begin, victim)
        ahead, says = house.pid_of(victim), await asyncio.to_thread(house.clock_of, victim)
        await asyncio.sleep(scene.plan.stop_s)
        await asyncio.to_thread(house.kill, victim)
        await asyncio.to_thread(house.begin, victim)
        told = f"process {ahead} said {says}"
        return Proof(
            fault="wrong clock",
            victim=victim,
            before=before,
            after=house.pid_of(victim),
            down_s=time.monotonic() - start,
            told=told,
        )

    return skewed


def _libfaketime() -> Path | None:
    return next(_LIBRARIES.glob(_FAKETIME), None)


@contextmanager
def _standing(house: House, victim: str) -> Iterator[None]:
    """Let a process and all below it stand still; they go on whatever happens."""
    family = house.family(victim)
    try:
        for one in family:
            _signal(one, signal.SIGSTOP)
        yield
    finally:
        for one in family:
            _signal(one, signal.SIGCONT)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, psutil.NoSuchProcess):
        os.kill(process.pid, number)


def _is_gone(pid: int) -> str:
    return "still there!" if psutil.pid_exists(pid) else "gone"


def _killed(fault: str, scene: Scene, victim: str, before: int, start: float, told: str) -> Proof:
    return Proof(
        fault=fault,
        victim=victim,
        before=before,
        after=scene.house.pid_of(victim),
        down_s=time.monotonic() - start,
        told=told,
    )


def all_faults(*, durable_broker: bool) -> dict[str, Fault]:
    """Return every fault by its name; those that last long begin early, and the next ones come meanwhile."""
    victims = [*SERVICES, POSTGRES, *([BROKER] if durable_broker else [])]
    found = {"cut-connections": Fault("the senders", cut_connections)}
    found |= {f"rebalance-{name}": Fault(name, rebalance(name)) for name in ("routing", "casework")}
    found |= {f"stop-{name}": Fault(name, stop(name)) for name in victims}
    found |= {f"wrong-clock-{name}": Fault(name, wrong_clock(name)) for name in ("intake-facebook", "routing")}
    found |= {"fill-the-disk": Fault("attachments", fill_the_disk)}
    found |= {f"kill-{name}": Fault(name, kill(name)) for name in victims}
    found |= {"kill-relay-in-mid-batch": Fault("relay", kill_relay_in_mid_batch)}
    return found
