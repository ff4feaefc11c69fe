"""`ntbcare replies`: what did not reach its citizen, and what became of a message that nobody is sure about.

Works with the operator's login role, which sees tickets, states and reasons, and neither words nor addresses.
"""

import json
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.table import Table
from sqlalchemy import text

from deploy.cli import replies_texts
from deploy.cli.operator import as_operator, console, fail, grid, settled, wita
from shared.db import Database

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Messages to citizens: list, resolve, and their texts."
)
app.add_typer(replies_texts.app, name="templates")

_STATES = ("queued", "sending", "sent", "failed", "unknown", "withheld")
_COLUMNS = """id, ticket, channel, template, state, reason, attempts, due_at, created_at, sent_at, delivered_at,
              resolution"""
_LISTED = text(f"""
    SELECT {_COLUMNS} FROM replies.reply WHERE state = ANY(:states) ORDER BY created_at DESC, id DESC LIMIT :limit
""")  # noqa: S608 - our own words
_ONE = text(f"SELECT {_COLUMNS} FROM replies.reply WHERE id = :id")  # noqa: S608 - our own words
_RESOLVE = text("""
    UPDATE replies.reply SET resolution = :resolution
    WHERE id = :id AND state = 'unknown' AND resolution IS NULL RETURNING id
""")
_PAUSED = text(
    "SELECT channel, account, paused_until, paused_reason FROM replies.account WHERE paused_until IS NOT NULL"
)

Reply = dict[str, Any]


@app.command("list")
def list_(
    state: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(_STATES)}; several times for several. Without it: trouble.")
    ] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List messages by state: without --state those that are unknown, failed or withheld; and accounts that rest."""
    states = state or ["unknown", "failed", "withheld"]
    if not set(states) <= set(_STATES):
        raise typer.BadParameter(f"States are {', '.join(_STATES)}.", param_hint="--state")

    async def look(database: Database) -> tuple[list[Reply], list[Reply]]:
        async with database.transaction() as tx:
            rows = await tx.execute(_LISTED, {"states": states, "limit": limit})
            paused = await tx.execute(_PAUSED)
            return [dict(row) for row in rows.mappings()], [dict(row) for row in paused.mappings()]

    replies, paused = as_operator(look)
    if as_json:
        typer.echo(json.dumps({"replies": replies, "paused_accounts": paused}, default=str, indent=2))
        return
    for account in paused:
        until = wita(account["paused_until"])
        console.print(
            f"{account['channel']} {account['account']} rests ({account['paused_reason']}) until {until} WITA."
        )
    if not replies:
        console.print(f"No message is {' or '.join(states)}.")
        return
    console.print(_table(replies))
    if any(reply["state"] == "unknown" for reply in replies):
        console.print("Unknown: ask the provider, then: ntbcare replies resolve ID --sent, --failed, or --again.")


@app.command()
def resolve(
    reply_id: Annotated[UUID, typer.Argument(metavar="ID", help="As `list` names it.")],
    *,
    sent: Annotated[bool, typer.Option("--sent", help="The provider has it.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="It never went out, and shall not.")] = False,
    again: Annotated[bool, typer.Option("--again", help="It never went out: send it.")] = False,
    wait: Annotated[float, typer.Option(help="How many seconds to wait for the service to take it.")] = 10.0,
) -> None:
    """Say what became of an unknown message; the service acts on it."""
    chosen = [name for name, said in (("sent", sent), ("failed", failed), ("again", again)) if said]
    if len(chosen) != 1:
        raise typer.BadParameter("Say one of --sent, --failed, --again.")

    async def say(database: Database) -> Reply:
        async with database.transaction() as tx:
            said = await tx.execute(_RESOLVE, {"id": reply_id, "resolution": chosen[0]})
            moved = said.first() is not None
        if not moved:
            now = await _find(database, reply_id)
            fail(f"{reply_id} is not open for that: its state is {now['state']}{_said(now)}.")
        return await settled(lambda: _find(database, reply_id), lambda reply: reply["resolution"] is None, wait)

    now = as_operator(say)
    if now["resolution"] is not None:
        fail(f"{reply_id} is not taken yet. Is the service running? (ntbcare serve replies)")
    console.print(f"{reply_id} ({now['ticket'] or 'no complaint'}) is now {now['state']}.")


async def _find(database: Database, reply_id: UUID) -> Reply:
    async with database.transaction() as tx:
        found = (await tx.execute(_ONE, {"id": reply_id})).mappings().first()
    if found is None:
        fail(f"There is no message {reply_id}. See: ntbcare replies list")
    return dict(found)


def _said(reply: Reply) -> str:
    return f", and somebody said {reply['resolution']} already" if reply["resolution"] else ""


def _table(replies: list[Reply]) -> Table:
    table = grid()
    for one in replies:
        what = f"{one['ticket'] or 'no complaint'}  {one['channel']} {one['template']}, tries: {one['attempts']}"
        why = f"{one['reason'] or '—'}{_said(one)}"
        times = (
            f"since {wita(one['created_at'])}, sent {wita(one['sent_at'])}, delivered {wita(one['delivered_at'])} WITA"
        )
        table.add_row(str(one["id"]), one["state"], f"{what}\n{why}\n{times}")
    return table
