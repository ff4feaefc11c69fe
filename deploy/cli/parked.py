"""`ntbcare parked`: look at what could not be processed, then have it tried again or give it up.

Works with the operator's login role, which sees reasons and states but no record's content.
"""

import asyncio
import json
import time
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from deploy.cli import parking
from deploy.cli.operator import POLL_S, as_operator, console, fail, grid, wita
from deploy.cli.parking import Parked, Refused, Request
from shared.db import Database

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="What could not be processed: list, show, replay, drop."
)

Id = Annotated[str, typer.Argument(metavar="ID", help="As `list` names it, for example casework:12.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("list")
def list_(
    service: Annotated[str | None, typer.Option(help="Only this service's parking lot.")] = None,
    *,
    as_json: AsJson = False,
    dropped: Annotated[bool, typer.Option("--dropped", help="Also what was given up.")] = False,
) -> None:
    """List what is parked, what waits behind it, what Kafka refused, and requests that nobody understood."""

    async def look(database: Database) -> tuple[list[Parked], list[Refused], list[Request]]:
        known = await parking.lots(database)
        chosen = known if service is None else (_known(service, known),)
        listed = await parking.listed(database, chosen, dropped=dropped)
        return listed, await parking.refused(database), await parking.requests(database)

    parked, refused, requests = as_operator(look)
    if as_json:
        document = {"parked": [_plain(one) for one in parked], "refused": [asdict(one) for one in refused]}
        document["requests"] = [asdict(one) for one in requests]
        typer.echo(json.dumps(document, default=str, indent=2))
        return
    if not parked and not refused and not requests:
        console.print("Nothing is parked.")
    if parked:
        console.print(parked_table(parked))
        console.print("Next: ntbcare parked show ID, then replay ID, or drop ID --reason …")
    if refused:
        console.print(_refused_table(refused))
        console.print("Kafka never takes these as they are; the events behind them wait. Tell the developers.")
    if requests:
        console.print(_requests_table(requests))
        console.print("Next, after a fix: ntbcare intake replay; or: ntbcare intake drop ID --reason …")


@app.command()
def show(parked_id: Id, *, as_json: AsJson = False) -> None:
    """Show one parked event: why, since when, and what waits behind it."""

    async def look(database: Database) -> tuple[Parked, list[Parked]]:
        found = await _find(database, parked_id)
        line = [] if found.subject is None else await parking.listed(database, [found.service], subject=found.subject)
        return found, [one for one in line if one.id > found.id]

    found, behind = as_operator(look)
    if as_json:
        document = {**_plain(found), "line": [_plain(one) for one in behind]}
        typer.echo(json.dumps(document, default=str, indent=2))
        return
    table = Table(show_header=False, box=None)
    for name, value in _plain(found).items():
        table.add_row(name, "—" if value is None else str(value))
    console.print(table)
    if behind:
        console.print(parked_table(behind))
    console.print(_advice(found))


@app.command()
def replay(
    parked_id: Annotated[str | None, typer.Argument(metavar="ID", help="For example casework:12.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is parked, in every service.")] = False,
    wait: Annotated[float, typer.Option(help="How many seconds to wait for the service to take it.")] = 10.0,
) -> None:
    """Have a parked event tried again, and tell what came of it."""
    if (parked_id is None) != everything:
        raise typer.BadParameter("Name one ID, or say --all.")

    async def ask(database: Database) -> list[str]:
        chosen = [await _find(database, parked_id)] if parked_id else await _all_parked(database)
        for one in chosen:
            if not await parking.move(database, one, state="replay", reason=one.reason):
                fail(f"{one.name} is not in the state parked but {one.state}. {_advice(one)}")
        if chosen:
            console.print(f"Asked for another try: {', '.join(one.name for one in chosen)}.")
        return await _follow(database, chosen, wait)

    troubles = as_operator(ask)
    if troubles:
        fail("\n".join(troubles))


@app.command()
def drop(parked_id: Id, reason: Annotated[str, typer.Option(help="Why it is given up; kept with the event.")]) -> None:
    """Give a parked event up; what waits behind it goes on without it."""
    if not reason.strip():
        raise typer.BadParameter("Say why it is given up.", param_hint="--reason")

    async def give_up(database: Database) -> Parked:
        found = await _find(database, parked_id)
        words = f"{found.reason}; dropped: {reason.strip()}"
        if not await parking.move(database, found, state="dropped", reason=words):
            fail(f"{found.name} is not in the state parked but {found.state}. {_advice(found)}")
        return found

    found = as_operator(give_up)
    console.print(f"{found.name} is given up. Waiting behind it, and going on now: {found.behind}.")


def parked_table(parked: list[Parked]) -> Table:
    """Lay parked records out for people."""
    table = grid()
    for one in parked:
        what = f"{one.ticket or 'no complaint known'}  {one.type or 'unreadable'} #{one.sequence or '?'}"
        since = f"since {wita(one.parked_at)} WITA, further tries: {one.attempts}, behind it: {one.behind}"
        table.add_row(one.name, one.state, f"{what}\n{one.reason}\n{since}")
    return table


def _refused_table(refused: list[Refused]) -> Table:
    table = grid()
    for one in refused:
        what = f"{one.ticket}  {one.type} #{one.sequence}  event {one.event_id}"
        since = f"since {wita(one.stored_at)} WITA, {one.behind} behind it"
        table.add_row("outbox", "refused", f"{what}\n{one.refused_reason}\n{since}")
    return table


def _requests_table(requests: list[Request]) -> Table:
    table = grid()
    for one in requests:
        parts = "\n".join(f"{reason} at {where or 'the whole body'}" for reason, where in one.unreadable)
        table.add_row(one.channel, "request", f"{one.door}  {one.id}\n{parts}\nsince {wita(one.received_at)} WITA")
    return table


async def _follow(database: Database, asked: list[Parked], wait: float) -> list[str]:
    """Wait until the services took what was asked; say what came of each, and return the troubles."""
    troubles: list[str] = []
    open_, deadline = list(asked), time.monotonic() + wait
    while open_:
        for one in list(open_):
            now = await parking.one(database, one.service, one.id)
            if now is None:
                console.print(f"{one.name} was processed.")
            elif now.state == "parked" and now.attempts > one.attempts:
                troubles.append(f"{one.name} failed again: {now.reason}")
            elif now.state == "replay" and time.monotonic() < deadline:
                continue
            else:
                troubles.append(_still(now))
            open_.remove(one)
        if open_:
            await asyncio.sleep(POLL_S)
    return troubles


def _still(now: Parked) -> str:
    if now.state != "replay":
        return f"{now.name} is {now.state}: somebody else was faster."
    if now.head is not None:
        return f"{now.name} waits behind {now.service}:{now.head}; replay or drop that one first."
    return f"{now.name} is not taken yet. Is the service running? (ntbcare serve {now.service})"


def _advice(parked: Parked) -> str:
    if parked.state == "parked":
        return f"Next: ntbcare parked replay {parked.name}, or drop {parked.name} --reason …"
    if parked.state == "dropped":
        return "It was given up; nothing more happens to it."
    if parked.head is not None:
        return f"It moves by itself when {parked.service}:{parked.head} is replayed or dropped."
    return f"The service takes it within seconds while it runs (ntbcare serve {parked.service})."


async def _all_parked(database: Database) -> list[Parked]:
    return [one for one in await parking.listed(database, await parking.lots(database)) if one.state == "parked"]


async def _find(database: Database, name: str) -> Parked:
    service, _, number = name.partition(":")
    known = await parking.lots(database)
    if not (number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 - fits a bigint
        raise typer.BadParameter(f"{name!r} names nothing; write service:number as `ntbcare parked list` does.")
    found = await parking.one(database, _known(service, known), int(number))
    if found is None:
        fail(f"{name} is not in the parking lot: it was processed, or never parked. See: ntbcare parked list")
    return found


def _known(service: str, known: tuple[str, ...]) -> str:
    if service not in known:
        raise typer.BadParameter(f"No service {service!r} has a parking lot; these have: {', '.join(known)}.")
    return service


def _plain(parked: Parked) -> dict[str, Any]:
    return {**asdict(parked), "id": parked.name, "parked_at": parked.parked_at.isoformat()}
