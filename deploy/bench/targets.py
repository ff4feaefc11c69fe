"""What is promised of each figure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

RATIO = 0.4
"""Intake against the bare route."""
PACED_P99_MS = 60
"""Intake at 80 % of its peak."""
P50_MS, P99_MS = 120, 500
"""Webhook to assignment."""
REST_MB, GROWTH = 110, 0.2
"""Each process at rest, and its growth."""
ROUTING_REST_MB = 300
"""Routing's own, which may hold a trained model."""
STORM = 1.0
"""A redelivery against a first delivery."""
DRAIN = 1500
"""Events a second after the broker was away."""
RULES, ASSIGNED = 1500, 300
"""Complaints a second: decided by the rules on one core; from Kafka to the committed assignment."""
CLOCKS = 5000
"""Due deadlines a second."""

PAGE_P99_MS, ORDER_P99_MS = 150, 100
"""Officers': a page of the queue over a million cases; an order at 50 a second."""

Figures = Mapping[str, Any]


def misses(document: Mapping[str, Any]) -> list[str]:
    """Name what was promised and not reached."""
    return [miss for name, check in _CHECKS.items() if name in document for miss in check(document[name])]


def _intake(figures: Figures) -> Iterator[str]:
    count = figures["after_kill"]
    if figures["ratio"] < RATIO:
        yield f"intake reaches {figures['ratio']} of the bare route, not {RATIO}"
    if (p99 := figures["at_a_pace"]["intake"]["p99_ms"]) >= PACED_P99_MS:
        yield f"intake at a pace: p99 {p99} ms, not under {PACED_P99_MS}"
    if not _balances(count):
        yield f"after the kill: {count['missing']} missing, {count['doubled_or_incomplete']} doubled"


def _storm(figures: Figures) -> Iterator[str]:
    count = figures["count"]
    if figures["ratio"] < STORM:
        yield f"redeliveries reach {figures['ratio']} of first deliveries, not {STORM:g}"
    if not _balances(count):
        yield f"in the storm: {count['missing']} missing, {count['doubled_or_incomplete']} doubled"


def _balances(count: Mapping[str, int]) -> bool:
    wrong = count["missing"] or count["doubled_or_incomplete"]
    return not wrong and count["stored_exactly_once"] == count["accepted"]


def _drain(figures: Figures) -> Iterator[str]:
    if figures["per_second"] <= DRAIN:
        yield f"the outbox drains at {figures['per_second']:g} events/s, not more than {DRAIN}"
    if figures["accepted"] != figures["messages"] or figures["left"]:
        told = f"{figures['accepted']} of {figures['messages']} accepted, {figures['left']} events left"
        yield f"while the broker was away: {told}"


def _routing(figures: Figures) -> Iterator[str]:
    rules, drained = figures["rules"], figures["drained"]
    if rules["per_second"] < RULES:
        yield f"the rules decide {rules['per_second']} complaints/s, not {RULES}"
    if drained["assigned"] != drained["accepted"]:
        yield f"{drained['accepted']} complaints accepted, {drained['assigned']} assigned"
    if drained["per_second"] < ASSIGNED:
        yield f"from Kafka to the assignment: {drained['per_second']} complaints/s, not {ASSIGNED}"


def _officers(figures: Figures) -> Iterator[str]:
    for name, page in figures["pages"].items():
        if page["p99_ms"] >= PAGE_P99_MS:
            yield f"a page of the queue ({name}): p99 {page['p99_ms']} ms, not under {PAGE_P99_MS}"
    orders = figures["orders"]
    if orders["other"]:
        yield f"{orders['other']} orders were refused"
    if orders["p99_ms"] >= ORDER_P99_MS:
        yield f"an order: p99 {orders['p99_ms']} ms, not under {ORDER_P99_MS}"


def _clocks(figures: Figures) -> Iterator[str]:
    if figures["per_second"] < CLOCKS:
        yield f"the clock worker handles {figures['per_second']:,} due deadlines/s, not {CLOCKS:,}"
    if not figures["deadlines"] == figures["noticed"] == figures["announced"] or figures["left"]:
        told = f"{figures['noticed']} kept, {figures['announced']} announced, {figures['left']} left"
        yield f"of {figures['deadlines']} deadlines due at once: {told}"


def _latency(figures: Figures) -> Iterator[str]:
    spent = figures["webhook_to_assigned_ms"]
    if figures["arrived"] != figures["accepted"]:
        yield f"{figures['accepted']} accepted, {figures['arrived']} assignments arrived"
    if spent["p50"] >= P50_MS or spent["p99"] >= P99_MS:
        yield f"webhook to assignment: p50 {spent['p50']} ms, p99 {spent['p99']} ms"


def _memory(figures: Figures) -> Iterator[str]:
    for name, one in figures["processes"].items():
        if one["rest_rss_mb"] >= (ROUTING_REST_MB if name == "routing" else REST_MB):
            yield f"{name} holds {one['rest_rss_mb']} MB at rest"
        if one["growth"] > GROWTH:
            yield f"{name} grew by {one['growth']:.0%}"


_CHECKS: Mapping[str, Callable[[Figures], Iterator[str]]] = {
    "intake": _intake,
    "storm": _storm,
    "drain": _drain,
    "routing": _routing,
    "officers": _officers,
    "clocks": _clocks,
    "latency": _latency,
    "memory": _memory,
}
