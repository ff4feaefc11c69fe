"""One run: load, faults, and a count when everything has come to rest."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from tests.faults.count import Count, count
from tests.faults.faults import Fault, Proof, Scene
from tests.faults.house import BYSTANDERS, DOORS, WRITERS, House
from tests.faults.load import Load
from tests.faults.plan import Plan
from tests.faults.said import Citizens

Say = Callable[[str], None]
_WARM_UP_S = 2.0
_TELL_S = 5.0
_GLANCE_S = 0.5
_PUBLISHED_S = 120.0
_WAITING = "SELECT count(*) FROM bus.outbox WHERE published_at IS NULL"
_UNASSIGNED = """
    SELECT (SELECT count(*) FROM intake.complaint) - (SELECT count(*) FROM casework.case WHERE state <> 'received')
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, what was sent, what was counted."""

    proofs: Sequence[Proof]
    load: Load
    count: Count


async def run(house: House, plan: Plan, faults: Mapping[str, Fault], say: Say) -> Outcome:
    """Send, hurt, wait and count."""
    seed = random.SystemRandom().getrandbits(32)
    say(f"seed {seed}")
    citizens = Citizens(plan, house.environment(), random.Random(seed))
    ports = {channel: house.ports[process] for channel, process in DOORS.items()}
    load = Load(ports, citizens.write(), per_second=plan.per_second)
    sending = asyncio.create_task(load.run(plan.messages))
    proofs = await _hurt(Scene(house, load, plan), faults, say)
    load.finish()
    say("Every fault is over; the load comes to its end …")
    await _hear_the_last(load, sending, say)
    await _come_to_rest(house, plan, say)
    say("Counting from three sides …")
    found = await count(load.log, database_url=house.owner_url, kafka=house.kafka)
    return Outcome(proofs, load, found)


async def _hurt(scene: Scene, faults: Mapping[str, Fault], say: Say) -> list[Proof]:
    """Begin one fault after the other; some last while others begin."""
    await asyncio.sleep(_WARM_UP_S)
    busy: dict[str, asyncio.Task[Proof]] = {}
    tasks: list[asyncio.Task[Proof]] = []
    for name, fault in faults.items():
        if fault.victim in busy:
            await asyncio.wait([busy[fault.victim]])
        while len(under_way := [task for task in tasks if not task.done()]) >= scene.plan.at_once:
            await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        say(f"{name} ({len(scene.load.log.accepted):,} accepted, {scene.load.under_way:,} under way)")
        busy[fault.victim] = asyncio.create_task(_within(scene.plan.fault_s, fault, scene))
        tasks.append(busy[fault.victim])
        await asyncio.sleep(scene.plan.gap_s)
    return list(await asyncio.gather(*tasks))


async def _within(seconds: float, fault: Fault, scene: Scene) -> Proof:
    async with asyncio.timeout(seconds):
        return await fault.hurt(scene)


async def _hear_the_last(load: Load, sending: asyncio.Task[None], say: Say) -> None:
    """Wait until every delivery has its 2xx."""
    while not (await asyncio.wait([sending], timeout=_TELL_S))[0]:
        say(f"{load.under_way:,} deliveries under way; answers so far {dict(load.log.answers)}")
    await sending


def _end(house: House, names: Sequence[str]) -> None:
    for name in names:
        house.kill_process(name)


async def _come_to_rest(house: House, plan: Plan, say: Say) -> None:
    """Give routing and casework a while; then end them, and let the relay publish what is left."""
    connection = await asyncpg.connect(house.owner_url)
    try:
        await asyncio.to_thread(_end, house, BYSTANDERS)
        await _until_none(connection, _UNASSIGNED, "complaints are not assigned yet", plan.patience_s, say)
        await asyncio.to_thread(_end, house, WRITERS)
        await _until_none(connection, _WAITING, "events wait in the outbox", _PUBLISHED_S, say)
    finally:
        await connection.close()


async def _until_none(connection: asyncpg.Connection, question: str, words: str, patience: float, say: Say) -> None:
    deadline, told = time.monotonic() + patience, 0.0
    while (number := await connection.fetchval(question)) and time.monotonic() < deadline:
        if time.monotonic() > told + _TELL_S:
            told = time.monotonic()
            say(f"{number:,} {words}")
        await asyncio.sleep(_GLANCE_S)
