"""`ntbcare routing report`: how often officers overruled the machine.

Works with the operator's login role, which sees decisions and choices, and no citizen's words.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from deploy.cli.operator import as_operator, console, since_of
from services.routing.learning.report import Line, Outcome
from services.routing.learning.report import report as cuts
from services.routing.learning.repository import outcomes
from shared.db import Database

_DAYS = 90
_TITLES = {
    "rule": "By rule of authority",
    "affair_by": "By who said the affair: our words, or the trained model against them",
    "affair": "By affair",
    "region": "By region",
    "confidence": "By confidence",
}


def report(
    since: Annotated[
        str | None, typer.Option(help=f"Decisions since then, in WITA: 2026-11-01. Without it: {_DAYS} days.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say how often officers chose another agency than routing did: by rule, model, affair, region and confidence.

    Judged are complaints that an officer assigned, or that the agency took as they were assigned.
    """
    start = datetime.now(UTC) - timedelta(days=_DAYS) if since is None else since_of(since)

    async def look(database: Database) -> Sequence[Outcome]:
        async with database.transaction() as tx:
            return await outcomes(tx, start)

    found = cuts(as_operator(look))
    if as_json:
        told = {
            name: [asdict(line) | {"share": round(line.share, 3)} for line in lines] for name, lines in found.items()
        }
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    if not found["all"]:
        console.print("No officer has judged a decision yet: none was assigned by one, and none was taken.")
        return
    (whole,) = found["all"]
    console.print(f"{whole.judged} judged, {whole.overruled} overruled ({whole.share:.0%}).")
    for name, title in _TITLES.items():
        console.print(_table(title, found[name]))


def _table(title: str, lines: Sequence[Line]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("", overflow="fold")
    for name in ("judged", "overruled", "share", "other affair"):
        table.add_column(name, justify="right")
    for line in lines:
        table.add_row(line.name, f"{line.judged}", f"{line.overruled}", f"{line.share:.0%}", f"{line.other_affair}")
    return table
