"""`ntbcare import FILE.csv`: read a past into the figures: every row checked, all of it or nothing.

It works with monitoring's own settings. What it brings is counted and is no case: nobody is told anything.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from deploy.cli.operator import console, fail, with_database
from services.monitoring.past import rules
from services.monitoring.past.file import Table, read_table
from services.monitoring.past.names import Names
from services.monitoring.past.service import Loaded, load
from services.monitoring.settings import MonitoringSettings
from shared.core.times import WITA
from shared.db import Database
from shared.directory import directory

app = typer.Typer(add_completion=False)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, readable=True)],
    source: Annotated[
        str, typer.Option(metavar="NAME", help="Whose past it is: with it, an id means the same complaint for ever.")
    ] = "past",
    errors: Annotated[int, typer.Option(min=1, help="So many errors are shown.")] = 50,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and compare, and write nothing.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Write again what says something else now.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read a past from a CSV file into the figures. docs/follow-up-rate.md names the columns."""
    if not (source.isascii() and source.replace("-", "").replace("_", "").replace(".", "").isalnum()):
        raise typer.BadParameter("Write letters, digits, '.', '-' and '_'.", param_hint="--source")
    table = read_table(file.read_bytes())
    rows = _checked(table, errors, quiet=as_json)
    now = datetime.now(UTC)

    async def run(database: Database) -> Loaded:
        async with database.transaction() as tx:
            return await load(tx, source, rows, now, update=update, dry=dry_run)

    url = MonitoringSettings.load().database_url.get_secret_value()
    loaded = with_database(url, "import", run, patient=True)
    if as_json:
        typer.echo(json.dumps({"source": source, "rows": len(rows), "dry_run": dry_run, **asdict(loaded)}))
        return
    if table.ignored:
        console.print(f"Not read: {', '.join(table.ignored)}.")
    console.print(_told(source, len(rows), loaded, dry_run=dry_run))


def _checked(table: Table, errors: int, *, quiet: bool) -> Sequence[rules.Past]:
    """Return the complaints of a file; ends the command where a single cell is wrong."""
    reader = rules.Reader(Names(directory()), datetime.now(WITA).date())
    watched = track(table.rows, description="Checking", console=console, transient=True, disable=quiet)
    found = [past for row, cells in watched if (past := reader.read(row, cells)) is not None]
    if reader.faults:
        fail(f"{rules.explained(reader.faults, errors)}\n{len(reader.faults)} errors; nothing was loaded.")
    if not found:
        fail("The file has no rows below its header; nothing was loaded.")
    return found


def _told(source: str, rows: int, loaded: Loaded, *, dry_run: bool) -> str:
    first = f"{source}: {rows} rows, {loaded.new} new, {loaded.changed} changed, {loaded.unchanged} unchanged."
    absent = f" {loaded.absent} from before are not in the file; they stay." if loaded.absent else ""
    return first + absent + (" Nothing was written (--dry-run)." if dry_run else "")
