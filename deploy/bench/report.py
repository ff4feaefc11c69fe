"""The figures as people read them, each beside its target."""

import os
import platform
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

RATIO, P50_MS, P99_MS, REST_MB, GROWTH = 0.2, 120, 500, 110, 0.2
"""The targets: intake against the bare route; webhook to assignment; each process at rest, and its growth."""


def machine() -> dict[str, Any]:
    """Describe where the figures were seen."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def misses(document: dict[str, Any]) -> list[str]:
    """Name what was promised and not reached."""
    found = []
    if intake := document.get("intake"):
        count = intake["after_kill"]
        if intake["ratio"] < RATIO:
            found.append(f"intake reaches {intake['ratio']} of the bare route, not {RATIO}")
        if count["missing"] or count["doubled_or_incomplete"] or count["stored_exactly_once"] != count["accepted"]:
            found.append(f"after the kill: {count['missing']} missing, {count['doubled_or_incomplete']} doubled")
    if latency := document.get("latency"):
        spent = latency["webhook_to_assigned_ms"]
        if latency["arrived"] != latency["accepted"]:
            found.append(f"{latency['accepted']} accepted, {latency['arrived']} assignments arrived")
        if spent["p50"] >= P50_MS or spent["p99"] >= P99_MS:
            found.append(f"webhook to assignment: p50 {spent['p50']} ms, p99 {spent['p99']} ms")
    for name, one in document.get("memory", {}).get("processes", {}).items():
        if one["rest_rss_mb"] >= REST_MB:
            found.append(f"{name} holds {one['rest_rss_mb']} MB at rest")
        if one["growth"] > GROWTH:
            found.append(f"{name} grew by {one['growth']:.0%}")
    return found


def render(document: dict[str, Any]) -> RenderableType:
    """Return tables of whatever was measured."""
    where = document["machine"]
    parts: list[RenderableType] = [
        f"\n{where['cores']} cores, Python {where['python']}, {where['system']}, load before {where['load_before']}\n"
    ]
    makers = {"intake": _intake, "latency": _latency, "memory": _memory}
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
    count = figures["after_kill"]
    table.caption = (
        f"PostgreSQL killed under load: {count['accepted']:,} got a 2xx, {count['stored_exactly_once']:,} of them are"
        f" stored exactly once, {count['missing']} missing, {count['doubled_or_incomplete']} doubled or incomplete"
        f" ({count['refused_503']:,} were told 503)"
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
    targets = f"targets: {REST_MB} RSS at rest, growth {GROWTH:.0%}"
    title = f"Memory in MB, at rest and after {figures['messages']:,} messages ({targets})"
    table = _table(
        title, "process", "RSS at rest", "PSS", "USS", "RSS after", "PSS", "USS", "growth", "CPU ms a message"
    )
    for name, one in figures["processes"].items():
        values = [f"{one[f'{when}_{kind}_mb']:.0f}" for when in ("rest", "after") for kind in ("rss", "pss", "uss")]
        table.add_row(name, *values, f"{one['growth']:+.0%}", f"{one['cpu_ms_per_message']:g}")
    return table
