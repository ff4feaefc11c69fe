"""`ntbcare bench`: the figures, on this machine."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from deploy.bench.report import render
from deploy.bench.run import BENCHMARKS, QUICK, Plan, run
from deploy.bench.targets import misses

app = typer.Typer(add_completion=False)


@app.command()
def bench(
    *,
    only: Annotated[list[str] | None, typer.Option(help=f"One of {', '.join(BENCHMARKS)}; may be repeated.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="Of each measured phase.")] = 60,
    connections: Annotated[int, typer.Option(min=1, help="That send webhooks at the same time.")] = 64,
    per_second: Annotated[float, typer.Option(min=1, help="Messages, where latency is measured.")] = 50,
    messages: Annotated[int, typer.Option(min=1, help="Before memory is measured again; without a broker.")] = 10_000,
    cases: Annotated[int, typer.Option(min=1_000, help="In the officers' queue.")] = 1_000_000,
    quick: Annotated[
        bool, typer.Option("--quick", help="A short form of everything: it works, it proves little.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Measure intake, its limits, latency and memory on a stack of its own; leaves nothing behind.

    Exits 1 when a target is missed (not with --quick).
    """
    wanted = set(only or BENCHMARKS)
    if unknown := wanted - set(BENCHMARKS):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: known are {', '.join(BENCHMARKS)}.")
    plan = (
        QUICK
        if quick
        else Plan(seconds=seconds, connections=connections, per_second=per_second, messages=messages, cases=cases)
    )
    console = Console(stderr=as_json, highlight=False)
    with tempfile.TemporaryDirectory(prefix="ntbcare-bench-") as folder, console.status("Starting …") as status:
        document = run(Path(folder), plan, wanted, say=lambda words: status.update(escape(words)))
    document["misses"] = [] if quick else misses(document)
    if as_json:
        print(json.dumps(document, indent=2, ensure_ascii=False))  # noqa: T201 - this is the output
    console.print(render(document))
    for miss in document["misses"]:
        console.print(f"[red]✗[/red] {escape(miss)}")
    if document["misses"]:
        raise typer.Exit(1)
