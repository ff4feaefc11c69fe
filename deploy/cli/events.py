"""`ntbcare events`: create topics, and publish again from the outbox what a broker lost."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from aiokafka.errors import KafkaConnectionError, KafkaError
from sqlalchemy import text

from deploy.cli import access
from deploy.cli.operator import console, fail, with_database
from services.relay.settings import RelaySettings
from shared.core.times import WITA
from shared.db import Database
from shared.events import TOPICS
from shared.kafka import KafkaSettings, apply_topics
from shared.kafka.relay import republish as publish_again

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Topics, access rules, and publishing again what was lost."
)
app.add_typer(access.app, name="access")

_COUNT = text("SELECT count(*) FROM bus.outbox WHERE published_at >= :since")
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_FORMS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]


@app.command()
def topics() -> None:
    """Create the topics that are missing; existing ones are left as they are."""
    settings = KafkaSettings.load()
    try:
        created = asyncio.run(apply_topics(settings, TOPICS))
    except KafkaError as error:
        away = "Is it running, and are TLS, user and password right?"
        ask = away if isinstance(error, KafkaConnectionError) else f"Is {settings.username or 'this'} an administrator?"
        fail(f"The broker at {settings.bootstrap} did not do it ({type(error).__name__}). {ask}")
    console.print(f"Created: {', '.join(created)}." if created else "Every topic is there.")


@app.command()
def republish(
    since: Annotated[
        datetime | None, typer.Option(formats=_FORMS, help="Published then or later; WITA unless it says otherwise.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that was ever published.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Have the relay publish again what it published, for a broker that forgot. Consumers skip what they have seen."""
    if (since is None) != everything:
        raise typer.BadParameter("Say --since TIME or --all.")
    start = _EVER if since is None else since if since.tzinfo else since.replace(tzinfo=WITA)
    url = RelaySettings.load().database_url.get_secret_value()
    count = with_database(url, "republish", lambda database: _count(database, start))
    if not count:
        console.print("Nothing was published since then.")
        return
    if not yes:
        typer.confirm(f"Publish {count} events again?", abort=True)
    marked = with_database(url, "republish", lambda database: publish_again(database, since=start), patient=True)
    console.print(f"{marked} events go out again as soon as the relay runs (ntbcare serve relay).")


async def _count(database: Database, since: datetime) -> int:
    async with database.transaction() as tx:
        return int(await tx.scalar(_COUNT, {"since": since}) or 0)
