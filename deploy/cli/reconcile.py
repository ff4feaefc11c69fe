"""`ntbcare reconcile`: is everything that came in where it should be? Doors, database, outbox, Kafka, casework."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaError
from rich.table import Table

from deploy.cli import parking
from deploy.cli.operator import as_operator, console, since_of, wita, with_database
from deploy.reconcile import gaps, stream
from deploy.reconcile.gaps import Gap
from deploy.reconcile.stream import Compared
from services.relay.settings import RelaySettings
from shared.db import Database
from shared.events import COMPLAINTS, CONVERSATIONS
from shared.kafka import KafkaSettings

app = typer.Typer(add_completion=False)

_BACK = timedelta(days=7)
_SHOWN = 5


@app.command()
def reconcile(
    since: Annotated[str | None, typer.Option(metavar="TIME", help="How far back; a week unless you say.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Publish again what Kafka lost (needs the relay's database role).")
    ] = False,
    kafka: Annotated[bool, typer.Option("--kafka/--no-kafka", help="Read Kafka, too.")] = True,
) -> None:
    """Compare what came in with what was stored, published and worked on. Exit code 1 when anything is missing."""
    now = datetime.now(UTC)
    start = since_of(since) if since else now - _BACK

    async def look(database: Database) -> tuple[list[dict[str, Any]], list[Gap], Compared | None]:
        found = await gaps.look(database, start, now)
        found += await _parked_events(database)
        compared, unseen = await _compare(database, start) if kafka else (None, [])
        return await gaps.accounted(database, start), [*found, *_kafka_gaps(compared), *unseen], compared

    counts, found, compared = as_operator(look)
    repaired = _repair(compared) if repair and compared is not None and compared.missing else 0
    if as_json:
        document: dict[str, Any] = {
            "since": start.isoformat(),
            "accounted": counts,
            "gaps": [asdict(one) for one in found],
        }
        document |= {"published": compared.published if compared else None, "repaired": repaired}
        typer.echo(json.dumps(document, indent=2))
    else:
        _tell(counts, found, compared, start, repaired)
    if found:
        raise typer.Exit(1)


async def _parked_events(database: Database) -> list[Gap]:
    parked = await parking.listed(database, await parking.lots(database))
    if not parked:
        return []
    return [
        Gap(
            name="parked_event",
            meaning="events that a service could not process, and what waits behind them",
            next_step="ntbcare parked show ID, then replay or drop it",
            count=len(parked),
            examples=tuple(f"{one.name} ({one.reason})" for one in parked),
        )
    ]


async def _compare(database: Database, since: datetime) -> tuple[Compared | None, list[Gap]]:
    settings = KafkaSettings.load()
    try:
        return await stream.compare(database, settings, (COMPLAINTS, CONVERSATIONS), since), []
    except (KafkaError, TimeoutError) as error:
        unseen = Gap(
            name="kafka_unseen",
            meaning=f"Kafka at {settings.bootstrap} could not be read: {type(error).__name__}",
            next_step="is it running, may this user read? (ntbcare events access show); or say --no-kafka",
            count=1,
            examples=(),
        )
        return None, [unseen]


def _kafka_gaps(compared: Compared | None) -> list[Gap]:
    if compared is None:
        return []
    kinds = (
        ("missing_in_kafka", "published events that Kafka does not have", "--repair", compared.missing_events),
        (
            "out_of_order",
            "complaints whose events stand in the wrong order",
            "tell the developers",
            compared.out_of_order,
        ),
        ("not_in_outbox", "events in Kafka that no outbox knows", "who else may write there?", compared.strangers),
    )
    return [
        Gap(name=name, meaning=meaning, next_step=step, count=len(ids), examples=ids)
        for name, meaning, step, ids in kinds
        if ids
    ]


def _repair(compared: Compared) -> int:
    url = RelaySettings.load().database_url.get_secret_value()
    return with_database(url, "reconcile", lambda database: stream.publish_again(database, compared.missing))


def _tell(
    counts: list[dict[str, Any]], found: list[Gap], compared: Compared | None, since: datetime, repaired: int
) -> None:
    table = Table("channel", "account", "outcome", "reason", "count", title=f"Accounted for since {wita(since)} WITA")
    for one in counts:
        table.add_row(one["channel"], one["account"], one["outcome"], one["reason"] or "", str(one["count"]))
    console.print(table)
    if compared is not None:
        console.print(f"{compared.published} events of that time are published.")
    if not found:
        console.print("Nothing is missing.")
        return
    missing = Table("what", "count", "which", "next", title="Gaps", show_lines=True)
    for gap in found:
        which = "\n".join(gap.examples[:_SHOWN]) + ("\n…" if gap.count > _SHOWN else "")
        missing.add_row(f"{gap.name}\n{gap.meaning}", str(gap.count), which, gap.next_step)
    console.print(missing)
    if repaired:
        console.print(f"{repaired} events go out again as soon as the relay runs; look once more in a minute.")
