"""The figures as people read them, each beside its target."""

import os
import platform
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from deploy.bench.targets import (
    ASSIGNED,
    CLOCKS,
    DRAIN,
    GROWTH,
    ORDER_P99_MS,
    P50_MS,
    P99_MS,
    PACED_P99_MS,
    PAGE_P99_MS,
    RATIO,
    REST_MB,
    ROUTING_REST_MB,
    RULES,
    STORM,
)


def machine() -> dict[str, Any]:
    """Describe where the figures were seen."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def render(document: dict[str, Any]) -> RenderableType:
    """Return tables of whatever was measured."""
    where = document["machine"]
    parts: list[RenderableType] = [
        f"\n{where['cores']} cores, Python {where['python']}, {where['system']}, load before {where['load_before']}\n"
    ]
    makers = {
        "intake": _intake,
        "storm": _storm,
        "processes": _processes,
        "drain": _drain,
        "routing": _routing,
        "officers": _officers,
        "clocks": _clocks,
        "latency": _latency,
        "memory": _memory,
    }
    parts += [make(document[name]) for name, make in makers.items() if name in document]
    return Group(*parts)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number else "left")
    return table


_INTAKE_COLUMNS = ("per_second", "p50_ms", "p99_ms", "cpu_us_per_request", "accepted", "seconds")


def _intake(figures: dict[str, Any]) -> Table:
    title = (
        f"Signed Messenger webhooks of {figures['body_bytes']} bytes over {figures['connections']} connections,"
        f" one process, synchronous_commit={figures['postgres']['synchronous_commit']}"
    )
    table = _table(title, "", "requests/s", "p50 ms", "p99 ms", "CPU µs", "requests", "seconds")
    for name, key in (("bare route: body, HMAC, JSON", "baseline"), ("intake: every row, after the commit", "intake")):
        row = figures[key]
        table.add_row(name, *(f"{row[column]:,}" for column in _INTAKE_COLUMNS))
    table.add_row("ratio", f"{figures['ratio']}", "", "", "", f"target ≥ {RATIO}", "")
    paced, count = figures["at_a_pace"], figures["after_kill"]
    table.caption = (
        f"At {paced['share_of_peak']:.0%} of its peak: p50 {paced['intake']['p50_ms']} ms, p99"
        f" {paced['intake']['p99_ms']} ms (target < {PACED_P99_MS}), {paced['intake']['median_p99_of_a_second_ms']} ms"
        f" in half of the seconds; the bare route at {paced['share_of_peak']:.0%} of its own:"
        f" {paced['bare']['p50_ms']}, {paced['bare']['p99_ms']} and {paced['bare']['median_p99_of_a_second_ms']} ms\n"
        f"PostgreSQL killed under load: {count['accepted']:,} got a 2xx, {count['stored_exactly_once']:,} of them are"
        f" stored exactly once, {count['missing']} missing, {count['doubled_or_incomplete']} doubled or incomplete"
        f" ({count['refused_503']:,} were told 503)"
    )
    return table


def _storm(figures: dict[str, Any]) -> Table:
    title = f"Redelivery storm: each message {figures['copies']} times at once, {figures['connections']} connections"
    table = _table(title, "", "requests/s", "p50 ms", "p99 ms", "CPU µs", "requests", "seconds")
    rows = (("bare route", "baseline"), ("each message once", "once"), ("the storm", "storm"))
    for name, key in rows:
        table.add_row(name, *(f"{figures[key][column]:,}" for column in _INTAKE_COLUMNS))
    table.add_row("storm to once", f"{figures['ratio']}", "", "", "", f"target ≥ {STORM:g}", "")
    table.add_row("storm to the bare route", f"{figures['ratio_to_bare']}", "", "", "", "", "")
    count = figures["count"]
    table.caption = (
        f"{count['accepted']:,} messages of the storm got a 2xx, {count['stored_exactly_once']:,} are stored exactly"
        f" once, {count['missing']} missing, {count['doubled_or_incomplete']} doubled or incomplete"
    )
    return table


def _processes(figures: dict[str, Any]) -> Table:
    title = f"Intake processes on {figures['cores']} cores, and how much of the cores each party had"
    used = ("intake", "postgresql", "senders")
    table = _table(title, "", "requests/s", "to one", "to bare", "p99 ms", *used)
    for one in figures["groups"]:
        told = (one["per_second"], one["ratio_to_one"], one["ratio_to_bare"], one["p99_ms"])
        cores = (one["cores_used"][name] for name in used)
        table.add_row(f"{one['processes']}", *(f"{value:,}" for value in (*told, *cores)))
    table.caption = (
        f"{figures['connections']} connections in all; the bare route, one process:"
        f" {figures['baseline']['per_second']:,} requests/s"
    )
    return table


def _drain(figures: dict[str, Any]) -> Table:
    table = _table(f"{figures['accepted']:,} messages accepted while there was no broker", "", "events/s", "target")
    table.add_row("relay, first wave to last", f"{figures['per_second']:,}", f"> {DRAIN:,}")
    table.add_row("a producer alone, the same events", f"{figures['producer_alone_per_second']:,}", "")
    table.add_row("ratio", f"{figures['ratio']}", "")
    table.caption = (
        f"{figures['events']:,} events over {figures['broker']}; {figures['seconds_with_the_relays_start']} s with the"
        f" relay's start, {figures['left']} left"
    )
    return table


def _routing(figures: dict[str, Any]) -> Table:
    rules, drained = figures["rules"], figures["drained"]
    table = _table("Routing", "", "complaints/s", "target")
    table.add_row("reading the words, one core", f"{rules['words_per_second']:,}", "")
    table.add_row("deciding by the rules, one core", f"{rules['per_second']:,}", f"≥ {RULES:,}")
    table.add_row("ratio", f"{rules['ratio']}", "")
    table.add_row("from Kafka to the committed assignment", f"{drained['per_second']:,}", f"≥ {ASSIGNED}")
    spent = ", ".join(f"{name} {value:g}" for name, value in drained["cpu_ms_per_complaint"].items())
    table.caption = (
        f"{drained['accepted']:,} waited in Kafka, {drained['assigned']:,} assigned in {drained['seconds']} s\n"
        f"CPU ms a complaint: {spent}"
    )
    return table


def _officers(figures: dict[str, Any]) -> Table:
    table = _table(f"Officers, over {figures['cases']:,} cases", "", "p50 ms", "p99 ms", "to bare", "target p99")
    bare = figures["bare"]
    table.add_row("an address that asks nothing", f"{bare['p50_ms']:g}", f"{bare['p99_ms']:g}", "", "")
    rows = [(name, one, PAGE_P99_MS) for name, one in figures["pages"].items()]
    rows.append((f"orders, {figures['per_second']:g} a second", figures["orders"], ORDER_P99_MS))
    for name, one, target in rows:
        ratio = one["p50_ms"] / bare["p50_ms"]
        table.add_row(name, f"{one['p50_ms']:g}", f"{one['p99_ms']:g}", f"{ratio:.1f}", f"< {target}")
    orders = figures["orders"]
    table.caption = f"{orders['done']:,} orders carried out, {orders['other']} refused"
    return table


def _clocks(figures: dict[str, Any]) -> Table:
    table = _table(f"{figures['deadlines']:,} deadlines due at once", "", "deadlines/s", "target")
    table.add_row("one casework process: told, announced, due next", f"{figures['per_second']:,}", f"≥ {CLOCKS:,}")
    table.add_row("a plain UPDATE of the same rows in the same batches", f"{figures['update_alone_per_second']:,}", "")
    table.add_row("ratio", f"{figures['ratio']}", "")
    spent = ", ".join(f"{name} {value:g}" for name, value in figures["cpu_us_per_deadline"].items())
    table.caption = (
        f"{figures['noticed']:,} steps kept and {figures['announced']:,} announced in {figures['seconds']} s,"
        f" {figures['left']:,} left; CPU µs a deadline: {spent}"
    )
    return table


def _latency(figures: dict[str, Any]) -> Table:
    title = f"{figures['per_second']:g} messages/s for {figures['seconds']:g} s over {figures['broker']}"
    table = _table(title, "", "p50 ms", "p95 ms", "p99 ms", "max ms")
    names = {
        "webhook → complaint.assigned.v1 at a consumer": "webhook_to_assigned_ms",
        "the broker alone, produce → consume": "broker_alone_ms",
        "the webhook's answer": "answer_ms",
    }
    for name, key in names.items():
        table.add_row(name, *(f"{figures[key][column]:g}" for column in ("p50", "p95", "p99", "max")))
    steps = ", ".join(f"{name}: {value:g}" for name, value in figures["steps_p50_ms"].items())
    table.caption = f"target p50 < {P50_MS}, p99 < {P99_MS}; p50 of the steps in ms: {steps}"
    return table


def _memory(figures: dict[str, Any]) -> Table:
    targets = f"targets: {REST_MB} RSS at rest (routing {ROUTING_REST_MB}), growth {GROWTH:.0%}"
    title = f"Memory in MB, at rest and after {figures['messages']:,} messages ({targets})"
    table = _table(
        title, "process", "RSS at rest", "PSS", "USS", "RSS after", "PSS", "USS", "growth", "CPU ms a message"
    )
    for name, one in figures["processes"].items():
        values = [f"{one[f'{when}_{kind}_mb']:.0f}" for when in ("rest", "after") for kind in ("rss", "pss", "uss")]
        table.add_row(name, *values, f"{one['growth']:+.0%}", f"{one['cpu_ms_per_message']:g}")
    return table
