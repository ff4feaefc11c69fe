"""kill -9 in mid-flow, then count: nothing lost, nothing doubled, nothing out of order."""

import asyncio
import time

import asyncpg
import psutil
import pytest

from deploy.local.stack import Stack
from tests.flows.load import send

PATIENCE_S = 60


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


async def kill_and_restart(stack: Stack, name: str) -> int:
    pid = stack.kill_process(name)
    await asyncio.sleep(0.5)
    stack.start_process(name)
    return pid


async def test_each_service_killed_in_mid_flow_loses_and_doubles_nothing(stack, books, balance):
    sending = asyncio.create_task(send(stack, books, messages=400, per_second=40, name="services"))
    await asyncio.sleep(1.0)
    for victim in ("relay", "routing", "casework", "intake-facebook"):
        assert not sending.done(), f"{victim} must be killed while messages come in"
        killed = await kill_and_restart(stack, victim)
        assert not psutil.pid_exists(killed) or psutil.Process(killed).status() == psutil.STATUS_ZOMBIE
    await sending
    await asyncio.to_thread(stack.wait_until_ready)
    await settled(stack, len(books.accepted_messages))
    ledger = await balance()
    assert ledger.gaps == []
    assert ledger.figures["complaints"] == len(books.accepted_messages)


async def test_a_database_killed_in_mid_flow_costs_a_503_and_no_message(stack, books, balance):
    sending = asyncio.create_task(send(stack, books, messages=150, per_second=60, name="postgres"))
    await asyncio.sleep(1.0)
    stack.postgres.kill()
    await asyncio.sleep(1.0)
    await asyncio.to_thread(stack.postgres.start)
    await sending
    await settled(stack, len(books.accepted_messages))
    ledger = await balance()
    assert ledger.gaps == []


@pytest.mark.apache
async def test_a_broker_killed_in_mid_flow_costs_nothing(stack, books, balance):
    if not stack.broker.durable:
        pytest.skip("a memory-only broker forgets by design; `make up` publishes again from the outbox")
    sending = asyncio.create_task(send(stack, books, messages=150, per_second=60, name="broker"))
    await asyncio.sleep(1.0)
    stack.broker.kill()
    await asyncio.sleep(1.0)
    await asyncio.to_thread(stack.broker.start)
    await sending
    await settled(stack, len(books.accepted_messages))
    ledger = await balance()
    assert ledger.gaps == []
