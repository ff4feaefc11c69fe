"""What the operator's dashboard may believe: how far behind, what waits, what is parked, how long a stage takes."""

import asyncio
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.telemetry import metrics

from .pipes import Pipes, Probe, received, until


def figure(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def lag(pipes: Pipes) -> float:
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples]
    mine = [one for one in samples if one.labels.get("topic", "").startswith(pipes.kafka.prefix)]
    return sum(one.value for one in mine if one.name == "ntbcare_consumer_lag")


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr("shared.kafka.workers._MEASURE_S", 0.05)
    monkeypatch.setattr("shared.kafka.relay._MEASURE_S", 0.05)
    monkeypatch.setattr("shared.kafka.consumer._MEASURE_TURNS", 1)
    monkeypatch.setattr("shared.kafka.consumer._ATTENDANT_S", 0.05)


async def test_a_consumer_that_hangs_is_seen_to_fall_behind_and_to_catch_up(pipes, probe):
    complaint, gate = new_id(), asyncio.Event()
    (first,) = await pipes.publish(received(complaint))

    async def hang(_tx: Any, _envelope: Any) -> None:
        await gate.wait()

    probe.faults[first] = hang
    before = figure("ntbcare_stage_seconds_count", stage="routing") or 0
    async with pipes.flowing(probe):
        await until(lambda: _is(lambda: probe.calls[first] == 1))
        *_, last = await pipes.publish(*(received(complaint) for _ in range(4)))
        await until(lambda: _is(lambda: lag(pipes) == 5))
        gate.set()
        await until(lambda: _is(lambda: lag(pipes) == 0 and probe.calls[last] == 1))
    assert figure("ntbcare_stage_seconds_count", stage="routing") == before + 5
    assert lag(pipes) == 0


async def test_what_is_parked_now_is_a_figure_by_state(pipes):
    probe, complaint = Probe(), new_id()
    ids = await pipes.publish(received(complaint), received(complaint))

    async def refuse(_tx: Any, _envelope: Any) -> None:
        raise RejectError("the agency is unknown")

    probe.faults[ids[0]] = refuse
    async with pipes.flowing(probe):
        await until(lambda: _is(lambda: figure("ntbcare_parked", group="routing", state="waiting") == 1))
        assert figure("ntbcare_parked", group="routing", state="parked") == 1


async def test_what_waits_in_the_outbox_and_for_how_long_are_figures(pipes):
    relay = pipes.relay()
    with pytest.raises(RuntimeError):
        await relay.check()
    metrics.OUTBOX_PENDING.set(-1)
    await pipes.publish(received(new_id()))
    async with pipes.running(relay.run()):
        await until(lambda: _is(lambda: figure("ntbcare_outbox_pending") == 0))
        await relay.check()
    assert figure("ntbcare_outbox_oldest_seconds") == 0
    assert (figure("ntbcare_stage_seconds_count", stage="publish") or 0) >= 1


async def _is(condition: Any) -> bool:
    return bool(condition())
