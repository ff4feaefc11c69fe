"""`ntbcare lapor masters`: LAPOR!'s own lists of ids: read them now, list them, compare our mapped ids with them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, cast, get_args

import typer
from pydantic_settings import SettingsConfigDict
from rich.progress import track
from rich.table import Table
from sqlalchemy import text

from deploy.cli import lapor_masters_words as words
from deploy.cli.operator import as_operator, console, fail, wita, with_database
from deploy.reconcile.lapor.masters import Entry, Theirs, Used, compare, wrong
from deploy.reconcile.lapor.reading import why
from services.lapor.app import policy
from services.lapor.service import LaporService
from services.lapor.settings import LaporSettings
from services.lapor.wire import exchanges
from services.lapor.wire.client import LaporClient
from services.lapor.wire.port import MasterKind, Masters, MastersOutcome, Refused
from shared.core.settings import Settings
from shared.core.times import WITA
from shared.db import Database
from shared.directory import directory
from shared.directory.lapor import Kind as MappedKind

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="LAPOR!'s own lists of ids (its masters), and our mapped ids beside them: sync, list, diff.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_NO_LIST = frozenset({404, 405, 501})
_ENTRIES = text("""
    SELECT kind, id, name, purpose, first_seen_at, seen_at, gone_at FROM lapor.master
    WHERE CAST(:kind AS text) IS NULL OR kind = :kind ORDER BY kind, name, id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """An entry of one of LAPOR!'s lists, as the database has it."""

    kind: str
    id: str
    name: str
    purpose: str
    first_seen_at: datetime
    seen_at: datetime
    gone_at: datetime | None


class OwnIds(Settings):
    """The ids that settings name, read as the service reads them; whoever compares need not hold its secrets."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_LAPOR_")

    institution_id: int | None = None
    location_id: int = LaporSettings.model_fields["location_id"].default


@app.command()
def sync() -> None:
    """Read LAPOR!'s lists now and keep them, as the service does each day.

    Works with the service's own settings (NTBCARE_LAPOR_…): run it where lapor runs.
    """
    settings = LaporSettings.load()
    if settings.mode != "api":
        fail(
            "NTBCARE_LAPOR_MODE=by_hand: LAPOR! is not called. Look ids up on its pages, and write them into "
            "lapor_institutions.csv by hand (ntbcare directory import)."
        )

    async def read(database: Database) -> list[tuple[MasterKind, MastersOutcome, int]]:
        service, client = LaporService(policy(settings)), LaporClient(settings)
        try:
            kinds = track(get_args(MasterKind), description="Reading LAPOR!'s lists", console=console, transient=True)
            return [await _read(database, service, client, kind) for kind in kinds]
        finally:
            await client.close()

    read_now = with_database(settings.database_url.get_secret_value(), "lapor-masters", read, patient=True)
    for kind, outcome, gone in read_now:
        console.print(f"{kind}: {_said(outcome, gone)}", soft_wrap=True)
    if any(not isinstance(outcome, Masters) and not _has_none(outcome) for _, outcome, _ in read_now):
        fail("Not all was read; what is kept of those lists is as it was. Mend what is named, then sync again.")
    console.print("Compare with our own ids: ntbcare lapor masters diff")


@app.command("list")
def list_(
    kind: Annotated[MasterKind, typer.Argument(metavar="KIND", help=f"{', '.join(get_args(MasterKind))}.")],
    *,
    as_json: AsJson = False,
) -> None:
    """List LAPOR!'s ids as they were read last; what is on its list no more is marked as gone."""
    found = as_operator(lambda database: _entries(database, kind))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], default=str, indent=2, ensure_ascii=False))
        return
    if not found:
        console.print(
            f"No {kind} are kept: LAPOR! has no such list, or it was never read (ntbcare lapor masters sync)."
        )
        return
    table = Table("id", "name", "purpose", "since", "gone")
    for one in found:
        gone = f"gone since {wita(one.gone_at)}" if one.gone_at else ""
        table.add_row(one.id, one.name, one.purpose, wita(one.first_seen_at), gone)
    console.print(table)
    read_at = _read_at(found)
    console.print(f"{sum(one.gone_at is None for one in found)} entries; read last {wita(read_at)} WITA.")


@app.command()
def diff(
    suggestions: Annotated[
        int, typer.Option(min=0, help="So many suggestions are shown of each list; --json has all.")
    ] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare the ids that we use with LAPOR!'s lists as they were read last.

    Names ids that LAPOR! no longer has, never had, or calls otherwise: then the exit code is 1.

    Suggests ids for what has none, by like names: somebody must check each before it goes into a table.
    """
    now = datetime.now(UTC)
    found = as_operator(lambda database: _entries(database, None))
    own = OwnIds.load()
    compared = compare(directory(), _by_kind(found), _settings(own), now, now.astimezone(WITA).date())
    if as_json:
        document: dict[str, Any] = {
            "even": not wrong(compared),
            "settings_checked": own.institution_id is not None,
            "kinds": [asdict(one) for one in compared],
        }
        typer.echo(json.dumps(document, default=str, indent=2, ensure_ascii=False))
    else:
        for line in words.told(compared, suggestions, now, settings_checked=own.institution_id is not None):
            console.print(line, soft_wrap=True)
    if wrong(compared):
        raise typer.Exit(1)


async def _read(
    database: Database, service: LaporService, client: LaporClient, kind: MasterKind
) -> tuple[MasterKind, MastersOutcome, int]:
    with exchanges.noted() as said:
        found = await client.masters(kind)
    if not isinstance(found, Masters):
        return kind, found, 0
    return kind, found, await database.run(lambda tx: service.keep_masters(tx, kind, found, said))


async def _entries(database: Database, kind: str | None) -> list[Master]:
    async with database.transaction() as tx:
        rows = await tx.execute(_ENTRIES, {"kind": kind})
        return [Master(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented accessor


def _has_none(outcome: MastersOutcome) -> bool:
    return isinstance(outcome, Refused) and outcome.status in _NO_LIST


def _said(outcome: MastersOutcome, gone: int) -> str:
    match outcome:
        case Masters(items):
            return f"{len({one.id for one in items})} entries kept{f', {gone} gone since before' if gone else ''}."
        case Refused(status, _) if _has_none(outcome):
            return f"LAPOR! has no such list (HTTP {status}); nothing to do."
        case _:
            return why(outcome, "sync again later")


def _read_at(entries: Sequence[Master]) -> datetime | None:
    return max((max(one.seen_at, one.gone_at or one.seen_at) for one in entries), default=None)


def _by_kind(found: Sequence[Master]) -> dict[str, Theirs]:
    kinds = {one.kind: [other for other in found if other.kind == one.kind] for one in found}
    return {
        kind: Theirs(
            entries=tuple(Entry(id=one.id, name=one.name, gone_at=one.gone_at) for one in entries),
            read_at=_read_at(entries),
        )
        for kind, entries in kinds.items()
    }


def _settings(own: OwnIds) -> dict[MappedKind, list[Used]]:
    if own.institution_id is None:
        return {}
    named = {"institutions": ("INSTITUTION_ID", own.institution_id), "locations": ("LOCATION_ID", own.location_id)}
    return {
        cast("MappedKind", kind): [Used(key=f"NTBCARE_LAPOR_{name}", lapor_id=number, where="settings")]
        for kind, (name, number) in named.items()
    }
