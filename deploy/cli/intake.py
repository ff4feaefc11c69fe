"""`ntbcare intake`: run kept requests again after a fix, or give one up; delete contents that may not be kept.

`replay` and `sweep` work as intake itself does, with its settings (its database role, the vault's keys, the channel's,
the store): run them where intake runs. `drop` needs the operator's role alone.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich.progress import Progress
from sqlalchemy import text

from deploy.cli.operator import as_operator, console, fail, since_of, with_database
from services.intake.app import media_worker, service_of
from services.intake.ledger.replay import Replay, Replayed
from services.intake.settings import IntakeSettings
from shared.channels import available_channels, load_channel
from shared.contents import AttachmentStore, StoreUnavailableError
from shared.db import Database

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What intake keeps: replay, drop, sweep.")

Since = Annotated[str | None, typer.Option(metavar="TIME", help="Received then or later: 2026-11-20, or with a time.")]

_DROP = text("""
    UPDATE intake.raw_request SET state = 'dropped', settled_at = clock_timestamp(), settled_reason = :reason
    WHERE id = :id AND state = 'parked' RETURNING id
""")


@app.command()
def replay(
    channel: Annotated[str | None, typer.Option(help="Only this channel's.")] = None,
    since: Since = None,
    request_id: Annotated[UUID | None, typer.Option("--id", help="Only this one.")] = None,
    *,
    ignored: Annotated[
        bool, typer.Option("--ignored", help="Those with words that we did not take in, instead of the parked ones.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would come of it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run requests again that were parked. What was taken in then stays as it is: each message once, for ever."""
    if channel is not None and channel not in available_channels():
        raise typer.BadParameter(f"Known channels: {', '.join(available_channels())}.", param_hint="--channel")
    start = since_of(since) if since else None
    chosen = (channel,) if channel else available_channels()
    settings = IntakeSettings.load()
    service = service_of(settings)

    async def run(database: Database) -> list[Replayed]:
        outcomes: list[Replayed] = []
        with Progress(console=console, transient=True, disable=as_json) as progress:
            for name in chosen:
                again = Replay(service, database, load_channel(name))
                state = "ignored" if ignored else "parked"
                waiting = await again.waiting(state=state, since=start, request_id=request_id)
                tracked = progress.track(waiting, description=name)
                outcomes += [await again.run(one, dry=dry_run) for one in tracked]
        return outcomes

    outcomes = _as_intake(settings, "replay", run)
    if as_json:
        typer.echo(json.dumps([_plain(one) for one in outcomes], indent=2))
    else:
        _tell(outcomes, dry=dry_run)
    if any(one.state == "parked" for one in outcomes):
        raise typer.Exit(1)


def _tell(outcomes: list[Replayed], *, dry: bool) -> None:
    if not outcomes:
        console.print("Nothing of that kind is kept.")
        return
    for one in outcomes:
        if one.state == "replayed":
            continue
        troubles = ", ".join(f"{part.reason} at {part.where or 'the whole body'}" for part in one.unreadable)
        console.print(f"{one.id}  {one.state}{': ' + troubles if troubles else ''}")
    whole = sum(one.state == "replayed" for one in outcomes)
    new, known = sum(one.new for one in outcomes), sum(one.known for one in outcomes)
    would = "would be " if dry else ""
    console.print(f"{whole} of {len(outcomes)} requests {would}understood: {new} messages new, {known} known already.")
    if any(one.state == "parked" for one in outcomes):
        console.print("What is still parked waits for the next fix, or: ntbcare intake drop ID --reason …")


def _plain(one: Replayed) -> dict[str, Any]:
    unreadable = [[part.reason, part.where] for part in one.unreadable]
    return {"id": str(one.id), "state": one.state, "new": one.new, "known": one.known, "unreadable": unreadable}


@app.command()
def drop(
    request_id: Annotated[UUID, typer.Argument(metavar="ID", help="As `ntbcare parked list` names it.")],
    reason: Annotated[str, typer.Option(help="Why it is given up; kept with the request.")],
) -> None:
    """Give a parked request up; its body then goes when its time is over."""
    if not reason.strip():
        raise typer.BadParameter("Say why it is given up.", param_hint="--reason")

    async def give_up(database: Database) -> bool:
        async with database.transaction() as tx:
            dropped = await tx.execute(_DROP, {"id": request_id, "reason": reason.strip()})
            return dropped.first() is not None

    if not as_operator(give_up):
        fail(f"No request {request_id} is parked. See: ntbcare parked list")
    console.print(f"{request_id} is given up.")


@app.command()
def sweep() -> None:
    """Delete attachments' contents whose time is over, and those that no attachment names. The workers do it daily."""
    settings = IntakeSettings.load()

    async def run(database: Database) -> tuple[int, int]:
        worker = media_worker(database, AttachmentStore.of(settings))
        return await worker.expire_all(), await worker.sweep()

    expired, orphans = _as_intake(settings, "sweep", run)
    console.print(f"{expired} attachments were kept long enough; {orphans} contents belonged to none.")


def _as_intake(settings: IntakeSettings, application: str, work: Callable[[Database], Awaitable[T]]) -> T:
    try:
        return with_database(settings.database_url.get_secret_value(), application, work)
    except (StoreUnavailableError, OSError) as error:
        fail(f"The store of attachments does not let us in ({error}). Is it there, and are its settings right?")
