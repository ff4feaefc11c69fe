"""`ntbcare recover CHANNEL`: read back from the provider what citizens wrote since then, and take in what was missed.

It works as intake itself does, with its settings and the channel's token: run it where intake's workers run.
"""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from deploy.cli.operator import console, fail, since_of, wita, with_database
from services.intake.app import service_of
from services.intake.ledger.recovering import Recovered, Recovery
from services.intake.settings import IntakeSettings
from shared.channels import available_channels, load_message_reader
from shared.db import Database

app = typer.Typer(add_completion=False)


@app.command()
def recover(
    channel: Annotated[str, typer.Argument(help="facebook or instagram.")],
    since: Annotated[str, typer.Option(metavar="TIME", help="Written then or later: 2026-11-20, or with a time.")],
    account: Annotated[str | None, typer.Option(help="Only this account of ours.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read messages, comments and posts back. What came by webhook is known by its id: nothing is taken in twice."""
    start = since_of(since)
    reader = load_message_reader(channel) if channel in available_channels() else None
    if reader is None or not reader.reads_back:
        raise typer.BadParameter(f"{channel} cannot be read back; facebook and instagram can.", param_hint="CHANNEL")
    if account is not None and account not in reader.accounts:
        raise typer.BadParameter(f"Our accounts there: {', '.join(reader.accounts)}.", param_hint="--account")
    settings = IntakeSettings.load()
    service = service_of(settings)

    async def run(database: Database) -> list[Recovered]:
        recovery = Recovery(service, database, {channel: reader})
        try:
            return [await recovery.recover(channel, one, start) for one in ([account] if account else reader.accounts)]
        finally:
            await reader.close()

    with console.status(f"Reading {channel} back to {wita(start)} WITA …"):
        outcomes = with_database(settings.database_url.get_secret_value(), "recover", run)
    if as_json:
        typer.echo(json.dumps([_plain(one, start) for one in outcomes], indent=2))
    else:
        table = Table("account", "taken in now", "known already", "parked", "came to the end")
        for one in outcomes:
            table.add_row(one.account, str(one.found), str(one.known), str(one.parked), one.problem or "yes")
        console.print(table)
    if any(one.problem for one in outcomes):
        fail("It broke off. ntbcare status names what is wrong with an account; then run this again.")


def _plain(one: Recovered, since: datetime) -> dict[str, str | int | None]:
    numbers = {"found": one.found, "known": one.known, "parked": one.parked}
    return {"account": one.account, "since": since.isoformat(), **numbers, "problem": one.problem}
