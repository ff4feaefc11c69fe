"""`ntbcare casework`: what an operator does about cases (needs `NTBCARE_CASEWORK_DATABASE_URL`)."""

from typing import Annotated

import typer
from rich.progress import Progress

from deploy.cli.operator import console, with_database
from services.casework.clocks.recomputing import Recomputing
from services.casework.settings import CaseworkSettings
from shared.db import Database

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What an operator does about cases.")
clocks = typer.Typer(no_args_is_help=True, help="The clocks of cases: their limits, their calendar, their ladder.")
app.add_typer(clocks, name="clocks")


@clocks.command()
def recompute(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many deadlines would move.")] = False,
) -> None:
    """Compute open deadlines again by today's calendars, limits and ladder, where others were used.

    Casework does the same by itself after its start; this shows how far it is, or, before the start, what it will do.
    """
    recomputing = Recomputing()

    async def work(database: Database) -> tuple[int, int]:
        stale = await database.run(recomputing.stale)
        total = await database.run(lambda tx: recomputing.count(tx, stale))
        with Progress(console=console) as progress:
            bar = progress.add_task("Cases", total=total)
            moved = 0
            for version in stale:
                async for batch in recomputing.batches(database, version, dry_run=dry_run):
                    moved += batch.moved
                    progress.advance(bar, batch.cases)
        return total, moved

    url = CaseworkSettings.load().database_url.get_secret_value()
    total, moved = with_database(url, "casework-clocks", work, patient=True)
    if not total:
        console.print("Every open deadline is computed by today's calendars, limits and ladder.")
        return
    console.print(f"{total:,} cases, {moved:,} deadlines {'would move' if dry_run else 'moved'}.")
