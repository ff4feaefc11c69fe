"""`ntbcare lapor reconcile`: both sides compared. It reads, and writes nothing, here or there."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from deploy.cli.operator import console, fail, grid, with_database
from deploy.reconcile.lapor.comparing import compare
from deploy.reconcile.lapor.reading import TheirSide, our_numbers, our_side
from deploy.reconcile.lapor.sides import SECTIONS, Ours, Report, Section, Theirs
from services.lapor.settings import LaporSettings
from services.lapor.wire.client import LaporClient
from services.lapor.wire.port import Port
from shared.db import Database

_SHOWN = 50
_COULD_NOT_BE_READ = 2


def reconcile(
    at_most: Annotated[
        int, typer.Option(min=0, help="Ask for so many single numbers, first those that were looked at longest ago.")
    ] = 200,
    pace: Annotated[float, typer.Option(min=0, help="So many seconds between two calls.")] = 1.0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, with all that is named.")] = False,
) -> None:
    """Compare what we hold of LAPOR! with what LAPOR! shows, and name what is not even.

    Reads LAPOR!'s list where NTBCARE_LAPOR_LIST_PATH names one, and asks number by number for what is not on it.

    Works with the service's own settings (NTBCARE_LAPOR_…): run it where lapor runs. It writes nothing, here or there.

    Exit code 0: all is even; 1: something is named; 2: LAPOR! could not be read to the end.
    """
    settings = LaporSettings.load()

    async def read(database: Database) -> tuple[Ours, Theirs]:
        theirs = await _their_side(settings, database, at_most, pace)
        return await our_side(database), theirs

    url = settings.database_url.get_secret_value()
    ours, theirs = with_database(url, "lapor-reconcile", read, patient=True)
    report = compare(ours, theirs, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(_document(report, theirs, settings), default=str, indent=2, ensure_ascii=False))
    else:
        _tell(report, theirs, settings)
    if theirs.unread is not None:
        fail(f"{theirs.unread}\nWhat is said above is not all.", _COULD_NOT_BE_READ)
    if report.findings:
        raise typer.Exit(1)


async def _their_side(settings: LaporSettings, database: Database, at_most: int, pace_s: float) -> Theirs:
    if settings.mode != "api":
        return Theirs(began_at=datetime.now(UTC))
    client = LaporClient(settings)
    try:
        with _bar() as progress:
            return await _read(client, settings, database, at_most, pace_s, progress)
    finally:
        await client.close()


async def _read(
    port: Port, settings: LaporSettings, database: Database, at_most: int, pace_s: float, progress: Progress
) -> Theirs:
    tasks: dict[str, TaskID] = {}

    def show(what: str, done: int, total: int | None) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=total)
        progress.update(tasks[what], completed=done, total=total)

    side = TheirSide(port, pace_s=pace_s, progress=show)
    return await side.read(partial(our_numbers, database), has_list=bool(settings.list_path), at_most=at_most)


def _bar() -> Progress:
    """Return a bar on standard error: standard output is the report's."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _document(report: Report, theirs: Theirs, settings: LaporSettings) -> dict[str, Any]:
    return {
        "even": not report.findings and theirs.unread is None,
        "source": _source(settings),
        "unread": theirs.unread,
        "asked_one_by_one": len(theirs.looked),
        "ours": dict(report.ours),
        "theirs": None if report.theirs is None else dict(report.theirs),
        "sections": {
            name: {"next": SECTIONS[name].step, "findings": [asdict(one) for one in report.of(name)]}
            for name in SECTIONS
        },
    }


def _source(settings: LaporSettings) -> str:
    if settings.mode != "api":
        return "none"
    return "list" if settings.list_path else "single numbers"


def _tell(report: Report, theirs: Theirs, settings: LaporSettings) -> None:
    if settings.mode != "api":
        console.print("NTBCARE_LAPOR_MODE=by_hand: LAPOR! is not asked; this is our own side alone.")
    elif not settings.list_path:
        console.print(f"NTBCARE_LAPOR_LIST_PATH names no list: {len(theirs.looked)} numbers were asked one by one.")
    console.print(_sum("Ours", report.ours), soft_wrap=True)
    if report.theirs is not None:
        read = "" if theirs.whole else " (its list was not read to the end)"
        console.print(f"{_sum('LAPOR!', report.theirs)}{read}", soft_wrap=True)
    for name in SECTIONS:
        _section(report, name)
    if report.ours["not_asked"]:
        console.print(
            f"\n{report.ours['not_asked']} numbers were not asked for: raise --at-most, or run it again later."
        )
    if not report.findings and theirs.unread is None:
        console.print("All is even.")


def _sum(whose: str, counts: Mapping[Any, int]) -> str:
    parts = " + ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items() if number)
    return f"{whose}: {sum(counts.values())}{f' = {parts}' if parts else ''}"


def _section(report: Report, name: Section) -> None:
    found = report.of(name)
    if not found:
        return
    meaning, _, more = SECTIONS[name].meaning.partition(":")
    console.print(f"\n{meaning.capitalize()} ({len(found)}):{more}", soft_wrap=True)
    table = grid()
    for one in found[:_SHOWN]:
        table.add_row(one.ticket or "—", one.lapor_id or "—", one.what)
    console.print(table)
    if len(found) > _SHOWN:
        console.print(f"… and {len(found) - _SHOWN} more: --json has all of them.")
    console.print(f"Next: {SECTIONS[name].step}", soft_wrap=True)
