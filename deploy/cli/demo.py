"""`ntbcare demo`: the main job, once, on this machine, with a ledger that must balance."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from deploy.demo.story import Player, Story
from deploy.demo.table import progress, render, verdict
from deploy.local.brokers import Tansu
from deploy.local.postgres import Postgres
from deploy.local.stack import Stack

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False
) -> None:
    """Start everything, send real-shaped provider calls through the doors, and balance the books.

    Needs no Docker, no root and no Java; leaves nothing running and nothing on disk. Exits 0 only if everything holds.
    """
    console = Console(stderr=as_json, highlight=False)
    with tempfile.TemporaryDirectory(prefix="ntbcare-demo-") as temporary:
        folder = Path(temporary)
        often = {"NTBCARE_LAPOR_LOOK_EVERY_S": "1"}  # nobody wants to wait for a demonstration
        stack = Stack(folder, postgres=Postgres(folder / "postgres"), broker=Tansu(folder / "broker"), settings=often)
        with console.status("Starting …") as status:
            stack.start(say=lambda words: status.update(f"Starting {words}"))
        try:
            story = _show(stack, console) if not as_json else asyncio.run(Player(stack, lambda _story: None).play())
        finally:
            with console.status("Stopping everything …"):
                stack.stop()
    if as_json:
        print(json.dumps(story.document(), indent=2, ensure_ascii=False))  # noqa: T201 - this is the output
    console.print()
    console.print(verdict(story))
    if story.failures:
        raise typer.Exit(1)


def _show(stack: Stack, console: Console) -> Story:
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        player = Player(stack, lambda story: live.update(progress(story)))
        try:
            return asyncio.run(player.play())
        finally:
            live.stop()
            console.print(render(player.story))
