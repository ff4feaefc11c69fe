"""One run on one stack: what is asked for, in an order in which nothing disturbs what comes after."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from deploy.bench.clocks import measure_clocks
from deploy.bench.drain import measure_drain
from deploy.bench.intake import measure_intake
from deploy.bench.latency import measure_latency
from deploy.bench.memory import at_rest, measure_growth
from deploy.bench.officers import measure_officers
from deploy.bench.processes import measure_processes
from deploy.bench.report import machine
from deploy.bench.routing import measure_routing
from deploy.bench.storm import measure_storm
from deploy.local.brokers import ApacheKafka, Tansu, apache_kafka_available
from deploy.local.postgres import Postgres
from deploy.local.stack import Stack

BENCHMARKS = ("memory", "latency", "routing", "clocks", "officers", "drain", "storm", "processes", "intake")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long, how much."""

    seconds: float = 60
    """Of each measured phase."""
    connections: int = 64
    per_second: float = 50
    messages: int = 10_000
    """Before memory is measured again, and while the broker is away."""
    cases: int = 1_000_000
    """In the officers' queue."""


_WAVES = 2_000
"""Messages of which the relay makes more than one wave."""
_DEADLINES = 10
"""Due at once for each message of the plan: 100,000 of the default."""
_SETTINGS = {"NTBCARE_CASEWORK_ASSIGN_CONFIDENCE": "0"}
"""Every complaint goes the whole way; a doubt would wait for an officer."""
QUICK = Plan(seconds=3, connections=16, per_second=20, messages=200, cases=2_000)


def run(folder: Path, plan: Plan, wanted: Collection[str], say: Callable[[str], None]) -> dict[str, Any]:
    """Start the stack on Apache Kafka where it can run, and measure; raises `ServerError`.

    PostgreSQL runs with its production defaults: a commit is on disk.
    """
    broker = Tansu if apache_kafka_available() else ApacheKafka
    stack = Stack(folder, postgres=Postgres(folder / "postgres"), broker=broker(folder / "broker"), settings=_SETTINGS)
    document: dict[str, Any] = {"machine": machine()}
    say("starting …")
    with stack, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return document | runner.run(_measure(stack, plan, wanted, say))


async def _measure(stack: Stack, plan: Plan, wanted: Collection[str], say: Callable[[str], None]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    rest = await at_rest(stack)
    if "latency" in wanted:
        figures["latency"] = await measure_latency(stack, per_second=plan.per_second, seconds=plan.seconds, say=say)
    if "memory" in wanted:
        figures["memory"] = await measure_growth(stack, rest, messages=plan.messages, say=say)
    if "routing" in wanted:
        figures["routing"] = await measure_routing(stack, messages=plan.messages, connections=plan.connections, say=say)
    if "officers" in wanted:
        figures["officers"] = await measure_officers(
            stack, cases=plan.cases, per_second=plan.per_second, seconds=plan.seconds, say=say
        )
    if "clocks" in wanted:
        figures["clocks"] = await measure_clocks(stack, deadlines=plan.messages * _DEADLINES, say=say)
    if "drain" in wanted:
        figures["drain"] = await measure_drain(
            stack, messages=max(plan.messages, _WAVES), connections=plan.connections, say=say
        )
    if "storm" in wanted:
        figures["storm"] = await measure_storm(stack, seconds=plan.seconds, connections=plan.connections, say=say)
    if "processes" in wanted:
        figures["processes"] = await measure_processes(
            stack, seconds=plan.seconds, connections=plan.connections, say=say
        )
    if "intake" in wanted:
        figures["intake"] = await measure_intake(stack, seconds=plan.seconds, connections=plan.connections, say=say)
    return figures
