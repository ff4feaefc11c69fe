"""How many complaints a second are decided: by the rules alone, on one core; and from Kafka to the assignment."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import asyncpg

from deploy.bench.house import DOOR, WAY, bring_everything_back, keep_only
from deploy.bench.sides import cpu_s, postgres_cpu_s, send_all
from deploy.bench.webhooks import TROUBLES
from deploy.local.stack import Stack
from services.routing.rules.decide import Clues, Knowledge, decide, warm_up
from services.routing.rules.text import normalize
from shared.directory import directory

_PATIENCE_S = 300.0
_GLANCE_S = 0.5
"""A glance reads the whole outbox."""
_TEXTS = 3_000
_ASSIGNED = "SELECT count(*) FROM bus.outbox WHERE type = 'complaint.assigned.v1' AND stored_at >= $1"
_DECIDED = "SELECT EXISTS (SELECT FROM bus.outbox WHERE type = 'complaint.routed.v1' AND stored_at >= $1)"
_SPAN = """
    SELECT extract(epoch FROM max(stored_at) FILTER (WHERE type = 'complaint.assigned.v1')
        - min(stored_at) FILTER (WHERE type = 'complaint.routed.v1'))
    FROM bus.outbox WHERE stored_at >= $1
"""


def measure_rules() -> dict[str, Any]:
    """Decide texts of a citizen's length one after the other; the baseline only reads their words."""
    knowledge = Knowledge(directory=directory())
    warm_up(knowledge)
    on = knowledge.directory.known_from
    texts = [f"Laporan {number}. {TROUBLES[number % len(TROUBLES)]}" for number in range(_TEXTS)]
    words = _per_second(texts, normalize)
    decided = _per_second(texts, lambda text: decide(Clues(text=text, on=on), knowledge))
    return {"texts": len(texts), "words_per_second": words, "per_second": decided, "ratio": round(decided / words, 3)}


def _per_second(texts: list[str], work: Callable[[str], object]) -> int:
    start = time.process_time()
    for text in texts:
        work(text)
    return round(len(texts) / (time.process_time() - start))


async def measure_routing(
    stack: Stack, *, messages: int, connections: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Let complaints wait in Kafka; then start routing and casework, and see how fast they are assigned."""
    figures = {"rules": await asyncio.to_thread(measure_rules)}
    await asyncio.to_thread(keep_only, stack, (DOOR, "relay"))
    connection = await asyncpg.connect(stack.owner_url)
    try:
        say(f"{messages:,} complaints wait in Kafka …")
        since = await connection.fetchval("SELECT clock_timestamp()")
        accepted = len((await send_all(stack, messages=messages, connections=connections)).accepted)
        await _until(connection, "SELECT count(*) = 0 FROM bus.outbox WHERE published_at IS NULL")
        say("routing and casework start …")
        for name in ("casework", "routing"):
            await asyncio.to_thread(stack.start_process, name)
        await _until(connection, _DECIDED, since)
        before = _worked(stack)
        await _until(connection, f"SELECT ({_ASSIGNED}) >= $2", since, accepted)
        worked = {name: spent - before[name] for name, spent in _worked(stack).items()}
        assigned = await connection.fetchval(_ASSIGNED, since)
        seconds = float(await connection.fetchval(_SPAN, since))
    finally:
        await connection.close()
    await asyncio.to_thread(bring_everything_back, stack)
    drained: dict[str, Any] = {"accepted": accepted, "assigned": assigned, "seconds": round(seconds, 1)}
    drained["cpu_ms_per_complaint"] = {name: round(spent * 1000 / assigned, 2) for name, spent in worked.items()}
    return figures | {"drained": drained | {"per_second": round(assigned / seconds)}}


def _worked(stack: Stack) -> dict[str, float]:
    """Return the CPU time that each party on the way has had, in seconds."""
    servers = {"postgresql": postgres_cpu_s(stack), "broker": cpu_s(stack.broker.pid)}
    return {name: cpu_s(stack.pid(name)) for name in WAY if name != DOOR} | servers


async def _until(connection: asyncpg.Connection, question: str, *values: object) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if await connection.fetchval(question, *values):
            return
        await asyncio.sleep(_GLANCE_S)
