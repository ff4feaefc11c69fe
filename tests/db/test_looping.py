"""How intake's workers go on."""

import asyncio
from contextlib import suppress

import pytest

from shared.db import DatabaseUnavailableError
from shared.db.looping import loop


async def test_a_worker_waits_for_a_database_that_is_away_and_goes_on(monkeypatch):
    monkeypatch.setattr("shared.db.looping._TROUBLE_S", 0.01)
    monkeypatch.setattr("shared.db.looping._FINISH_S", 0.01)
    answers = [False, False, True]
    there = asyncio.Event()

    async def step() -> bool:
        if answers and not answers.pop(0):
            raise DatabaseUnavailableError("away")
        there.set()
        return False

    running = asyncio.create_task(loop([(step, 0.01)], trouble="test.database_unavailable"))
    async with asyncio.timeout(5):
        await there.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_mistake_of_ours_ends_a_worker_so_that_its_process_starts_anew():
    async def broken() -> bool:
        raise KeyError("ours")

    async def idle() -> bool:
        return False

    with pytest.raises(KeyError):
        await loop([(broken, 0.0), (idle, 60.0)], trouble="test.database_unavailable")


async def test_what_is_in_hand_when_a_worker_is_stopped_is_finished():
    done = asyncio.Event()
    begun = asyncio.Event()

    async def step() -> bool:
        begun.set()
        await asyncio.sleep(0.05)
        done.set()
        return False

    running = asyncio.create_task(loop([(step, 60.0)], trouble="test.database_unavailable"))
    await begun.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert done.is_set()
