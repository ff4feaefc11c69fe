"""`ntbcare status`: whether every part runs, anything waits, and every account hears citizens."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from rich.table import Table

from deploy.cli.operator import as_operator, console
from deploy.reconcile.standing import Standing, lags, standing
from shared.db import Database
from shared.kafka import KafkaSettings

app = typer.Typer(add_completion=False)

_PATIENCE_S = 10.0
_OLD_S = 60.0


@app.command()
def status(*, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Show the house as it stands. Exit code 1 when somebody must look."""
    now = as_operator(_look)
    troubles = _troubles(now)
    if as_json:
        typer.echo(json.dumps({**asdict(now), "troubles": troubles}, indent=2))
    else:
        _tell(now, troubles)
    if troubles:
        raise typer.Exit(1)


async def _look(database: Database) -> Standing:
    return await standing(database, await _lag())


async def _lag() -> Mapping[str, int | None]:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return dict(await lags(KafkaSettings.load()))
    except (KafkaError, TimeoutError):
        return {}


def _troubles(now: Standing) -> list[str]:
    """Name what somebody must look at, with the command that shows more."""
    told = [
        (not now.lag, "Kafka does not say how far its readers are"),
        (now.oldest_s > _OLD_S, f"events have waited {_span(now.oldest_s)} for Kafka: does the relay run?"),
        (now.refused > 0, f"Kafka refuses {now.refused} events: ntbcare parked list"),
        (now.requests > 0, f"{now.requests} requests were not understood: ntbcare parked list"),
        (
            bool(now.mail["untold"] and now.mail["rests"]),
            f"no officer is mailed ({now.mail['rests']}): {now.mail['untold']} reminders wait",
        ),
        (now.mail["nobody"] > 0, f"{now.mail['nobody']} reminders have nobody with an e-mail: ntbcare officers"),
        (any(now.parked.values()), f"{sum(now.parked.values())} events are parked: ntbcare parked list"),
    ]
    found = [words for is_so, words in told if is_so]
    found += [f"{name} is not connected to the database" for name, count in now.connections.items() if not count]
    for one in now.intake["accounts"]:
        if one["problem"]:
            found.append(f"{one['channel']} {one['account']}: {one['problem']}")
    return found


def _tell(now: Standing, troubles: list[str]) -> None:
    services = Table("service", "connections", "behind in Kafka", "parked")
    for name, count in now.connections.items():
        behind = now.lag.get(name)
        services.add_row(name, str(count), "—" if behind is None else str(behind), str(now.parked.get(name, "—")))
    console.print(services)
    console.print(f"Outbox: {now.pending} wait, the oldest for {_span(now.oldest_s)}.")
    accounts = Table("channel", "account", "token", "subscribed", "silent for", "usually", "read back until", "problem")
    for one in now.intake["accounts"]:
        words = [one["channel"], one["account"], _yes(one["token_valid"]), _yes(one["subscribed"])]
        words += [_span(one["silent_s"]), _span(one["usual_silence_s"]), one["read_until"] or "—"]
        accounts.add_row(*words, one["problem"] or ", ".join(one["notices"]) or "—")
    console.print(accounts)
    console.print("\n".join(troubles) if troubles else "Everything runs, and nothing waits.")


def _yes(answer: bool | None) -> str:  # noqa: FBT001 - an answer that is shown
    return "—" if answer is None else "yes" if answer else "NO"


def _span(seconds: float | None) -> str:
    return "—" if seconds is None else str(timedelta(seconds=round(seconds)))
