"""`ntbcare lapor list`: how complaints stand at LAPOR!, and what of it waits for a person."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy import text

from deploy.cli.lapor_words import STATES, notice_words, state_words
from deploy.cli.operator import as_operator, console, grid, wita
from shared.db import Database

_MIRRORS = """
    SELECT complaint_id::text AS complaint_id, ticket, state, reason, incoming, lapor_id, status, status_since,
           institution, attempts, verified_at, released_at, posted_at, mirrored_at, due_at, looked_at,
           changed_at, verdict
    FROM lapor.mirror
"""
_LISTED = text(
    f"{_MIRRORS} WHERE CAST(:state AS text) IS NULL OR state = :state ORDER BY complaint_id DESC LIMIT :limit"
)
_ONE = text(f"{_MIRRORS} WHERE ticket = :ticket")
_NOTICES = text("""
    SELECT n.ticket, n.kind, n.detail, n.raised_at, m.state, m.lapor_id
    FROM lapor.notice AS n LEFT JOIN lapor.mirror AS m ON m.complaint_id = n.complaint_id
    WHERE n.settled_at IS NULL ORDER BY n.raised_at DESC, n.id DESC LIMIT :limit
""")
_TO_TYPE_IN = text("SELECT count(*) FROM lapor.mirror WHERE state = 'by_hand'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """How one complaint's mirror stands."""

    complaint_id: str
    ticket: str
    state: str
    reason: str | None
    incoming: bool
    lapor_id: str | None
    status: str | None
    status_since: datetime | None
    institution: str | None
    attempts: int
    verified_at: datetime | None
    released_at: datetime | None
    posted_at: datetime | None
    mirrored_at: datetime | None
    due_at: datetime | None
    looked_at: datetime | None
    changed_at: datetime | None
    verdict: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that waits for a person; one about an arrival names no ticket."""

    ticket: str | None
    kind: str
    detail: str
    raised_at: datetime
    state: str | None
    lapor_id: str | None


def list_(
    state: Annotated[str | None, typer.Option(help=f"{', '.join(STATES)}. Without it: all.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 100,
    *,
    attention: Annotated[
        bool, typer.Option("--attention", help="Only what waits for a person, and what it asks of whom.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List complaints by how they stand at LAPOR!, or with --attention what waits for a person."""
    if state not in {None, *STATES}:
        raise typer.BadParameter(f"States are {', '.join(STATES)}.", param_hint="--state")
    if attention and state is not None:
        raise typer.BadParameter("Say either --state or --attention.")
    if attention:
        _attention(limit, as_json=as_json)
    else:
        _by_state(state, limit, as_json=as_json)


async def mirrors(database: Database, ticket: str) -> list[Mirror]:
    """Return how the complaint with this ticket stands; empty where the mirror does not know it."""
    return await _read(database, _ONE, ticket=ticket)


def facts(one: Mirror) -> list[str]:
    """Say what is known of a mirror beside its state, a line each."""
    known = [
        "filed at LAPOR!" if one.incoming else "",
        f"LAPOR! {one.lapor_id}" if one.lapor_id else "",
        f"“{one.status}”{f' since {wita(one.status_since)} WITA' if one.status_since else ''}" if one.status else "",
        f"at {one.institution}" if one.institution else "",
        one.reason or "",
        f"posted {wita(one.posted_at)} WITA, try {one.attempts}" if one.posted_at else "",
        f"next step {wita(one.due_at)} WITA" if one.due_at else "",
    ]
    return [fact for fact in known if fact]


def _by_state(state: str | None, limit: int, *, as_json: bool) -> None:
    async def look(database: Database) -> list[Mirror]:
        return await _read(database, _LISTED, state=state, limit=limit)

    found = as_operator(look)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], default=str, indent=2))
        return
    if not found:
        console.print(f"No complaint is {state}." if state else "No complaint is known to the mirror yet.")
        return
    table = grid()
    for one in found:
        table.add_row(one.ticket, one.state, "\n".join(facts(one)) or "—")
    console.print(table)
    for name in sorted({one.state for one in found if state_words(one.state).step}):
        console.print(f"{name}: {state_words(name).step}", soft_wrap=True)


def _attention(limit: int, *, as_json: bool) -> None:
    async def look(database: Database) -> tuple[list[Notice], int]:
        async with database.transaction() as tx:
            rows = (await tx.execute(_NOTICES, {"limit": limit})).all()
            to_type_in = await tx.scalar(_TO_TYPE_IN)
        return [Notice(**row._mapping) for row in rows], int(to_type_in)  # noqa: SLF001 - its documented accessor

    found, to_type_in = as_operator(look)
    if as_json:
        notices = [{**asdict(one), **asdict(notice_words(one.kind))} for one in found]
        document = {"notices": notices, "to_type_in": to_type_in}
        typer.echo(json.dumps(document, default=str, indent=2, ensure_ascii=False))
        return
    if found:
        console.print(notices_table(found))
        for kind in sorted({one.kind for one in found}):
            console.print(f"{kind}: {notice_words(kind).step}", soft_wrap=True)
    if to_type_in:
        console.print(f"{to_type_in} wait to be typed in at LAPOR!: ntbcare lapor list --state by_hand")
    if not found and not to_type_in:
        console.print("Nothing waits for a person.")


def notices_table(found: Sequence[Notice]) -> Table:
    """Show notices: whose, of what kind, and what it means."""
    table = grid()
    for one in found:
        stands = f"{one.state}{f' as LAPOR! {one.lapor_id}' if one.lapor_id else ''}" if one.state else ""
        lines = [notice_words(one.kind).meaning, one.detail, f"since {wita(one.raised_at)} WITA", stands]
        table.add_row(one.ticket or "—", one.kind, "\n".join(line for line in lines if line))
    return table


async def _read(database: Database, statement: Any, **parameters: Any) -> list[Mirror]:
    async with database.transaction() as tx:
        rows = await tx.execute(statement, parameters)
        return [Mirror(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented accessor
