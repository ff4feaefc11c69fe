"""`ntbcare casework`: what an operator does about cases (needs `NTBCARE_CASEWORK_DATABASE_URL`)."""

from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress

from deploy.cli.operator import console, with_database
from services.casework.clocks.recomputing import Recomputing
from services.casework.notices.preview import preview_account, preview_audience
from services.casework.notices.rules import AUDIENCES
from services.casework.notices.settings import MailSettings
from services.casework.notices.words import Letter
from services.casework.settings import CaseworkSettings
from shared.core.times import utc_now
from shared.db import Database

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What an operator does about cases.")
clocks = typer.Typer(no_args_is_help=True, help="The clocks of cases: their limits, their calendar, their ladder.")
app.add_typer(clocks, name="clocks")
digest = typer.Typer(no_args_is_help=True, help="The mails to officers.")
app.add_typer(digest, name="digest")


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


@digest.callback()
def _digests() -> None:
    """Keep `preview` a command of its own."""


@digest.command()
def preview(
    account: Annotated[UUID | None, typer.Option(help="The officer's account id.")] = None,
    audience: Annotated[str | None, typer.Option(help=f"Instead: one of {', '.join(AUDIENCES)}.")] = None,
    agency: Annotated[str | None, typer.Option(help="With --audience: an agency's key, as 52.03.PUPR.")] = None,
    *,
    html: Annotated[bool, typer.Option("--html", help="Print the HTML part.")] = False,
) -> None:
    """Show the digest that would go out now, of all that is untold. Nothing is sent and nothing changes."""
    chosen = next((one for one in AUDIENCES if one == audience), None)
    if (account is None) == (audience is None) or (audience is not None and chosen is None):
        raise typer.BadParameter(f"Say either --account ID or --audience with one of {', '.join(AUDIENCES)}.")
    page = MailSettings.load().page or None

    async def look(database: Database) -> Letter | None:
        async with database.transaction() as tx:
            if account is not None:
                return await preview_account(tx, account, now=utc_now(), page=page)
            assert chosen is not None  # noqa: S101 - for the type
            return await preview_audience(tx, chosen, agency_key=agency, now=utc_now(), page=page)

    letter = with_database(CaseworkSettings.load().database_url.get_secret_value(), "casework-preview", look)
    if letter is None:
        console.print("There is nothing to tell, or nobody with an e-mail.")
        return
    typer.echo(letter.html if html else f"{letter.subject}\n\n{letter.text}", nl=False)
