"""`ntbcare trace TICKET`: a complaint's whole way, stop by stop, with times. No citizen's words, ever."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.padding import Padding
from sqlalchemy import text

from deploy.cli import parking
from deploy.cli.operator import as_operator, canonical, console, fail, wita
from deploy.cli.parked import parked_table
from deploy.cli.parking import Parked
from shared.db import Database
from shared.events import STATE_WORDS

_JOURNEY = text("""
    SELECT complaint_id, sealed, event_id, sequence, type, source, time, stored_at, published_at, refused_reason,
           traceparent, facts
    FROM bus.journey WHERE ticket = :ticket ORDER BY sequence
""")
_STOPS = {"intake": "4 accept", "routing": "6 route", "casework": "7 work", "lapor": "8 mirror", "replies": "9 tell"}

_NAMED = ("author", "rule", "change", "rating", "template", "outcome", "reason")
_FLAGS = {"emergency": "emergency: life or limb", "standby": "another app answers; nothing is sent by itself"}

app = typer.Typer(add_completion=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event on the way.

    `since_previous_ms`: from the previous step's commit (the first: from the door) to its own. `publish_ms`: from its
    commit to Kafka's acknowledgement, the last one if it was published again.
    """

    sequence: int
    stop: str
    type: str
    event_id: UUID
    stored_at: datetime
    published_at: datetime | None
    since_previous_ms: float | None
    publish_ms: float | None
    refused_reason: str | None
    traceparent: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A complaint's way so far. `state` and `agency` are what its events say last."""

    ticket: str
    complaint_id: UUID
    sealed: bool
    state: str
    agency: str | None
    steps: tuple[Step, ...]
    parked: tuple[Parked, ...]


@app.command()
def trace(
    ticket: Annotated[str, typer.Argument(help="The complaint's ticket, NTB-XXXX-XXXXX; case and dashes are free.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show a complaint's whole way with times. Needs the operator's role."""
    wanted = canonical(ticket)

    async def look(database: Database) -> Journey | None:
        return await read(database, wanted)

    journey = as_operator(look)
    if journey is None:
        fail(f"No complaint has the ticket {wanted}.")
    if as_json:
        typer.echo(json.dumps(asdict(journey), default=_plain, indent=2))
    else:
        _print(journey)


async def read(database: Database, ticket: str) -> Journey | None:
    """Return the way of the complaint with this canonical ticket, or None."""
    async with database.transaction() as tx:
        rows = (await tx.execute(_JOURNEY, {"ticket": ticket})).all()
    if not rows:
        return None
    first = rows[0]
    parked = await parking.listed(database, await parking.lots(database), dropped=True, subject=first.complaint_id)
    return Journey(
        ticket=ticket,
        complaint_id=first.complaint_id,
        sealed=first.sealed,
        state=_state(rows),
        agency=next((row.facts["agency"]["name"] for row in reversed(rows) if "agency" in row.facts), None),
        steps=_steps(rows),
        parked=tuple(parked),
    )


def _steps(rows: Sequence[Any]) -> tuple[Step, ...]:
    steps: list[Step] = []
    received = rows[0].facts.get("received_at")
    before = None if received is None else datetime.fromisoformat(received)
    for row in rows:
        service = row.source.rsplit("/", 1)[-1]
        steps.append(
            Step(
                sequence=row.sequence,
                stop=_STOPS.get(service, service),
                type=row.type,
                event_id=row.event_id,
                stored_at=row.stored_at,
                published_at=row.published_at,
                since_previous_ms=_ms(before, row.stored_at),
                publish_ms=_ms(row.stored_at, row.published_at),
                refused_reason=row.refused_reason,
                traceparent=row.traceparent,
                facts=row.facts,
            )
        )
        before = row.stored_at
    return tuple(steps)


def _state(rows: Sequence[Any]) -> str:
    for row in reversed(rows):
        if "state" in row.facts:
            return str(row.facts["state"])
    return "assigned" if any(row.type.startswith("complaint.assigned.") for row in rows) else "received"


def _ms(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds() * 1000, 1)


def _print(journey: Journey) -> None:
    console.print(f"{journey.ticket}   complaint {journey.complaint_id}   (times in WITA)\n")
    said: list[str] = []
    for step in journey.steps:
        waited = _number(step.since_previous_ms)
        console.print(f"{step.sequence:>2}  {step.stop:<9} {wita(step.stored_at)}  after {waited} ms  {step.type}")
        for line in _what(step):
            if line not in said:
                console.print(Padding(line, (0, 0, 0, 4)))
        said = [*said, *_reasons(step)]
    if journey.sealed:
        console.print("Sealed: only the Inspectorate sees why it went where it went; reasons are not shown here.")
    state = f"{journey.state} ({STATE_WORDS.get(journey.state, 'unknown')})"
    console.print(f"\nState: {state}   Agency: {journey.agency or 'none yet'}")
    if journey.parked:
        console.print(parked_table(list(journey.parked)))
        console.print("Next: ntbcare parked show ID")


def _what(step: Step) -> list[str]:
    facts = step.facts
    lines = [f"by {facts['channel']}"] if "channel" in facts else []
    if "agency" in facts:
        lines.append(f"→ {facts['agency']['name']}")
    if "state" in facts:
        lines.append(f"{facts['previous']} → {facts['state']} (version {facts['version']})")
    if "actor" in facts:
        lines.append(f"by {facts['actor']['kind']} {facts['actor']['id']}")
    if "lapor_id" in facts:
        lines.append(
            f"LAPOR! {facts['lapor_id']}" + (f": “{facts['lapor_status']}”" if "lapor_status" in facts else "")
        )
    lines += [f"{name}: {facts[name]}" for name in _NAMED if name in facts]
    lines += [f"{name}: {', '.join(facts[name])}" for name in ("asks", "answers") if name in facts]
    lines += [words for name, words in _FLAGS.items() if name in facts]
    if attachment := facts.get("attachment"):
        lines.append(" ".join(str(attachment[name]) for name in ("kind", "state", "problem") if name in attachment))
    lines += _reasons(step)
    if step.published_at is not None:
        lines.append(f"in Kafka after {_number(step.publish_ms)} ms")
    elif step.refused_reason is not None:
        lines.append(f"refused by Kafka: {step.refused_reason}")
    else:
        lines.append("not published yet; is the relay running?")
    return lines


def _reasons(step: Step) -> list[str]:
    return [f"· {reason}" for reason in step.facts.get("reasons", ())]


def _number(milliseconds: float | None) -> str:
    return "—" if milliseconds is None else f"{milliseconds:.1f}"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
