"""`ntbcare lapor show TICKET`: what an operator needs to understand a failure, and no citizen's words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.padding import Padding
from sqlalchemy import text

from deploy.cli.lapor_list import Mirror, facts, mirrors
from deploy.cli.lapor_words import notice_words, state_words
from deploy.cli.operator import as_operator, canonical, console, fail, grid, wita
from shared.db import Database

Ticket = Annotated[str, typer.Argument(help="NTB-XXXX-XXXXX; case and dashes are free.")]

_PARTS: Mapping[str, Any] = {
    "steps": text("""
        SELECT kind, part, state, reason, reference, attempts, made_at, due_at, settled_at
        FROM lapor.step WHERE complaint_id = CAST(:id AS uuid) ORDER BY place
    """),
    "notices": text("""
        SELECT kind, detail, raised_at, settled_at, settled_by
        FROM lapor.notice WHERE complaint_id = CAST(:id AS uuid) ORDER BY raised_at DESC, id DESC
    """),
    "heard": text("""
        SELECT what, count(*) AS count, max(heard_at) AS last_heard_at
        FROM lapor.heard WHERE complaint_id = CAST(:id AS uuid) GROUP BY what ORDER BY what
    """),
    "arrival": text("""
        SELECT lapor_id, state, source, reason, attempts, due_at, arrived_at, linked_at
        FROM lapor.incoming WHERE complaint_id = CAST(:id AS uuid) ORDER BY arrived_at
    """),
    "exchanges": text("""
        SELECT began_at, call, method, path, status, outcome, took_ms, sent, got
        FROM lapor.exchange WHERE complaint_id = CAST(:id AS uuid) ORDER BY began_at DESC, id DESC LIMIT :exchanges
    """),
}
_HEARD = {"theirs": "by institutions", "ours": "ours, known again", "log": "lines of LAPOR!'s own log"}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A complaint's mirror with all that belongs to it; exchanges are the newest first, redacted as they are kept."""

    mirror: Mirror
    steps: list[Row]
    notices: list[Row]
    heard: list[Row]
    arrival: list[Row]
    exchanges: list[Row]


def show(
    ticket: Ticket,
    exchanges: Annotated[int, typer.Option(min=0, max=1000, help="So many exchanges, the newest first.")] = 5,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show how one complaint stands at LAPOR!: its steps, its notices, and what was said on the wire, redacted."""
    wanted = canonical(ticket)

    async def look(database: Database) -> Shown | None:
        return await _look(database, wanted, exchanges)

    found = as_operator(look)
    if found is None:
        fail(f"{wanted} is unknown to the mirror. See: ntbcare lapor list, ntbcare trace {wanted}")
    if as_json:
        typer.echo(json.dumps(asdict(found), default=_plain, indent=2, ensure_ascii=False))
    else:
        _print(found)


async def _look(database: Database, ticket: str, exchanges: int) -> Shown | None:
    found = await mirrors(database, ticket)
    if not found:
        return None
    told = {"id": found[0].complaint_id, "exchanges": exchanges}
    parts: dict[str, list[Row]] = {}
    async with database.transaction() as tx:
        for name, statement in _PARTS.items():
            rows = await tx.execute(statement, told if name == "exchanges" else {"id": told["id"]})
            parts[name] = [dict(row) for row in rows.mappings()]
    return Shown(mirror=found[0], **parts)


def _print(found: Shown) -> None:
    one = found.mirror
    words = state_words(one.state)
    console.print(f"{one.ticket} is {one.state}: {words.meaning}   (times in WITA)")
    for fact in facts(one):
        console.print(Padding(fact, (0, 0, 0, 2)))
    times = {
        "verified": one.verified_at,
        "let go": one.released_at,
        "number since": one.mirrored_at,
        "looked at": one.looked_at,
        "last new": one.changed_at,
    }
    told = [f"{name} {wita(moment)}" for name, moment in times.items() if moment]
    if told:
        console.print(Padding(", ".join(told), (0, 0, 0, 2)))
    if words.step:
        console.print(f"Next: {words.step}", soft_wrap=True)
    _section("Arrived", [_arrival(row) for row in found.arrival])
    _section("Steps", [_step(row) for row in found.steps])
    _section("Notices", [_notice(row) for row in found.notices])
    _section("Follow-ups heard", [_heard(row) for row in found.heard])
    _exchanges(found.exchanges)


def _section(title: str, rows: Sequence[tuple[str, str, str]]) -> None:
    if not rows:
        return
    table = grid()
    for row in rows:
        table.add_row(*row)
    console.print(f"\n{title}")
    console.print(Padding(table, (0, 0, 0, 2)))


def _arrival(row: Row) -> tuple[str, str, str]:
    linked = f"linked {wita(row['linked_at'])}" if row["linked_at"] else "not linked yet"
    return f"LAPOR! {row['lapor_id']}", row["state"], _joined(f"{row['source']} {wita(row['arrived_at'])}", linked, row)


def _step(row: Row) -> tuple[str, str, str]:
    when = f"settled {wita(row['settled_at'])}" if row["settled_at"] else f"next {wita(row['due_at'])}"
    reference = f"LAPOR! {row['reference']}" if row["reference"] else ""
    return f"{row['kind']} {row['part'] + 1}", row["state"], _joined(f"try {row['attempts']}, {when}", reference, row)


def _notice(row: Row) -> tuple[str, str, str]:
    stands = f"settled {wita(row['settled_at'])} by {row['settled_by']}" if row["settled_at"] else "open"
    lines = [notice_words(row["kind"]).meaning, row["detail"], f"since {wita(row['raised_at'])}"]
    if not row["settled_at"]:
        lines.append(notice_words(row["kind"]).step)
    return str(row["kind"]), stands, "\n".join(line for line in lines if line)


def _heard(row: Row) -> tuple[str, str, str]:
    return _HEARD.get(str(row["what"]), "unknown"), str(row["count"]), f"the last one {wita(row['last_heard_at'])}"


def _exchanges(rows: Sequence[Row]) -> None:
    if not rows:
        console.print("\nNo exchange is kept (NTBCARE_LAPOR_EXCHANGES_DAYS), or none was made yet.")
        return
    console.print("\nExchanges, the newest first; texts are shown by their length")
    for row in rows:
        status = f"HTTP {row['status']}" if row["status"] else "no answer"
        line = f"{wita(row['began_at'])}  {row['call']}  {row['method']} {row['path']}"
        console.print(Padding(f"{line}  {status}  {row['outcome']}  {row['took_ms']} ms", (0, 0, 0, 2)))
        for name in ("sent", "got"):
            if row[name] is not None:
                console.print(Padding(f"{name}: {json.dumps(row[name], ensure_ascii=False)}", (0, 0, 0, 6)))


def _joined(first: str, second: str, row: Row) -> str:
    return "\n".join(line for line in (first, second, row["reason"]) if line)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
