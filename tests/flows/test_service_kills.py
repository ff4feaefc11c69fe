"""kill -9 while the mirror and the replies speak: nobody is told twice, LAPOR! holds nothing twice.

What is killed besides, and much harder, and what is counted then: `tests/faults`.
"""

import asyncio
import time
from collections import Counter

import asyncpg
import psutil
import pytest

from deploy.demo.outside import Window
from deploy.local.stack import Stack
from shared.http.client import async_client
from tests.flows.load import send

pytestmark = pytest.mark.faults
PATIENCE_S = 60
AT_ONCE = 4
"""How many replies one process has in hand (NTBCARE_REPLIES_SENDERS)."""


async def settled(stack, complaints: int) -> None:
    """Wait until every complaint is assigned and the outbox is empty."""
    connection = await asyncpg.connect(stack.owner_url)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assigned = await connection.fetchval("SELECT count(*) FROM casework.case WHERE state <> 'received'")
            pending = await connection.fetchval("SELECT count(*) FROM bus.outbox WHERE published_at IS NULL")
            if assigned >= complaints and pending == 0:
                return
            await asyncio.sleep(0.2)
    finally:
        await connection.close()


async def told_and_mirrored(stack, complaints: int) -> Counter[str]:
    """Wait until no reply and no mirror is under way, and return how many replies stand in each state."""
    connection = await asyncpg.connect(stack.owner_url)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            rows = await connection.fetch("SELECT state, count(*) FROM replies.reply GROUP BY state")
            replies = Counter({row["state"]: row["count"] for row in rows})
            queued = await connection.fetchval("SELECT count(*) FROM lapor.mirror WHERE state = 'queued'")
            if replies.total() >= complaints and not replies["queued"] + queued:
                return replies
            await asyncio.sleep(0.2)
        raise AssertionError(f"still under way: {replies}, {queued} mirrors")
    finally:
        await connection.close()


async def left_the_house(stack, name: str) -> tuple[Counter[tuple[str, str]], dict[str, int]]:
    """Ask those outside how often each of these citizens was told something, and how often LAPOR! holds each ticket."""
    connection = await asyncpg.connect(stack.owner_url)
    try:
        rows = await connection.fetch("SELECT ticket FROM intake.complaint WHERE text LIKE '%' || $1 || '-%'", name)
    finally:
        await connection.close()
    tickets = {row["ticket"] for row in rows}
    async with async_client(timeout=10) as http:
        window = Window(stack, http, None)
        told = Counter((one.ticket, one.what) for one in await window.told() if one.ticket in tickets)
        return told, {ticket: one.times for ticket, one in (await window.lapor()).items() if ticket in tickets}


async def kill_and_restart(stack: Stack, name: str) -> int:
    pid = stack.kill_process(name)
    await asyncio.sleep(0.5)
    stack.start_process(name)
    return pid


async def test_each_service_killed_in_mid_flow_loses_and_doubles_nothing(stack, books, balance):
    sending = asyncio.create_task(send(stack, books, messages=200, per_second=30, name="services"))
    await asyncio.sleep(1.0)
    for victim in ("relay", "replies", "routing", "lapor", "casework", "regencies", "intake-facebook"):
        assert not sending.done(), f"{victim} must be killed while messages come in"
        killed = await kill_and_restart(stack, victim)
        assert not psutil.pid_exists(killed) or psutil.Process(killed).status() == psutil.STATUS_ZOMBIE
    await sending
    await asyncio.to_thread(stack.wait_until_ready)
    await settled(stack, len(books.accepted_messages))
    replies = await told_and_mirrored(stack, 200)
    ledger = await balance()
    assert ledger.gaps == []
    assert ledger.figures["complaints"] == len(books.accepted_messages)
    told, mirrored = await left_the_house(stack, "services")
    assert set(told.values()) == {1}, "somebody was told twice"
    assert set(mirrored.values()) == {1}, "LAPOR! holds a ticket twice"
    in_doubt = replies["sending"] + replies["unknown"]
    assert told.total() + replies["withheld"] + in_doubt >= 200
    assert in_doubt <= AT_ONCE, "only what was in hand at the kill may be in doubt"
