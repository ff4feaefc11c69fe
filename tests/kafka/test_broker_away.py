"""A broker that is killed costs time and nothing else. These tests have a broker of their own, to kill."""

import asyncio
import secrets
import time

import pytest

from shared.core.ids import new_id
from shared.events import TOPICS
from shared.kafka import KafkaSettings, apply_topics
from shared.kafka.relay import republish

from .pipes import Probe, changed, until
from .test_consumer import LONG_AGO, all_effects, nothing_pending

pytestmark = pytest.mark.wide


@pytest.fixture(scope="module")
def own_broker(broker, tmp_path_factory):
    with type(broker)(tmp_path_factory.mktemp("own-broker")) as server:
        yield server


@pytest.fixture
async def topic(own_broker) -> KafkaSettings:
    settings = KafkaSettings(
        bootstrap=own_broker.bootstrap,
        prefix=f"test-{secrets.token_hex(6)}.",
        idempotence=own_broker.supports_idempotence,
    )
    await apply_topics(settings, TOPICS)
    return settings


async def test_events_stored_while_the_broker_is_down_arrive_when_it_is_back(pipes, probe, own_broker):
    complaints = [new_id() for _ in range(5)]
    ids = await pipes.publish(*(changed(complaint, 1) for complaint in complaints))
    async with pipes.flowing(probe):
        await until(lambda: all_effects(pipes, 5))
        await asyncio.to_thread(own_broker.kill)
        ids += await pipes.publish(*(changed(complaint, 2) for complaint in complaints))
        await asyncio.sleep(1)
        assert await pipes.pending() == 5
        await asyncio.to_thread(own_broker.start)
        if not own_broker.durable:
            await apply_topics(pipes.kafka, TOPICS)
            await republish(pipes.database("relay"), since=LONG_AGO)
        await until(lambda: all_effects(pipes, 10), seconds=40)
        await until(lambda: nothing_pending(pipes))
    assert sorted(await pipes.effects()) == sorted(ids)
    assert await pipes.parked() == []


async def test_a_process_stops_in_time_while_the_broker_is_down(pipes, own_broker):
    """A supervisor's patience is 10 seconds (`ntbcare serve`)."""
    reached, go_on = asyncio.Event(), asyncio.Event()
    probe = Probe()

    async def hold(_tx, _envelope):
        reached.set()
        await go_on.wait()

    (event_id,) = await pipes.publish(changed(new_id()))
    probe.faults[event_id] = hold
    async with pipes.flowing(probe):
        await reached.wait()
        await asyncio.to_thread(own_broker.kill)
        await pipes.publish(changed(new_id()))
        await asyncio.sleep(0.2)
        go_on.set()
        started = time.monotonic()
    assert time.monotonic() - started < 10
    assert await pipes.effects() == [event_id]
