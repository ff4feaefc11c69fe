"""`ntbcare directory`: who answers for what, and an operator's own tables over the shipped ones."""

import csv
import io
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.directory_words import changes, told
from deploy.cli.operator import console
from shared.core.errors import ExplainedError
from shared.core.settings import Settings
from shared.core.times import WITA
from shared.directory import Directory, DirectoryDataError, load_directory
from shared.directory.settings import DirectorySettings
from shared.directory.tables import TABLES, Table, rows, table_in

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Who answers for what: check, show, compare, and import your own tables over those that are shipped "
    "(NTBCARE_DIRECTORY names their folder; shared/directory/README.md has the columns).",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_SOURCE = "A table (CSV, named as the shipped one), or a folder of tables."
Source = Annotated[Path, typer.Argument(metavar="FILE_OR_FOLDER", help=_SOURCE)]
_PREVIOUS = ".previous"


class OwnTables(Settings, DirectorySettings):
    """`NTBCARE_DIRECTORY`, as the commands read it."""


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FILE_OR_FOLDER]", help=f"{_SOURCE} Default: NTBCARE_DIRECTORY.")
    ] = None,
) -> None:
    """Load the directory with your own tables over it; name every fault and exit with 1."""
    try:
        found = load_directory(override=(folder,) if folder else _own())
    except DirectoryDataError as error:
        typer.echo(error, err=True)
        typer.echo("Mend what is named, then check again.", err=True)
        raise typer.Exit(1) from None
    unverified = sum(not agency.verified for agency in found.agencies)
    console.print(f"{len(found)} agencies ({unverified} with a name to be verified), {len(found.affairs)} affairs.")
    day = _today(found)
    here = [agency for agency in found.agencies if agency.holds_on(day)]
    without = sum(found.lapor.institution(agency.key, on=day) is None for agency in here)
    console.print(f"{without} of {len(here)} agencies have no institution of their own at LAPOR! on {day}.")
    console.print(f"Version {found.version}; no gap and no overlap since {found.known_from}.")


@app.command()
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Such as NTB.DLHK, 52.03.DIKBUD, PLN.")],
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Default: today.")] = None,
) -> None:
    """Show an agency as it was on a day."""
    found = load_directory(override=_own())
    day = on.date() if on else _today(found)
    agency = found.agency(key, on=day)
    if agency is None:
        known = sorted({a.key for a in found.agencies if key.upper().rpartition(".")[2] in a.key})
        raise ExplainedError(f"There is no agency {key} on {day}. Perhaps: {', '.join(known[:8]) or 'none like it'}.")
    console.print("\n".join(told(agency, found, day)))


@app.command()
def diff(source: Source, *, as_json: AsJson = False) -> None:
    """Show what tables would change if they were imported now."""
    own = _own()
    changed = changes(load_directory(override=own), load_directory(override=(*own, source)))
    if as_json:
        typer.echo(json.dumps({"changes": changed}, indent=2, ensure_ascii=False))
    else:
        console.print("\n".join(changed) or "It changes nothing.")


@app.command("import")
def import_(
    source: Source,
    into: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Default: NTBCARE_DIRECTORY.")] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Lay tables over your own, after a check and a question. The tables before are kept as FOLDER/.previous."""
    target = into or next(iter(_own()), None)
    if target is None:
        raise ExplainedError("Say where to: --into FOLDER, and set NTBCARE_DIRECTORY to it for every process.")
    if target.exists() and not target.is_dir():
        raise ExplainedError(f"{target} is no folder. Nothing was written.")
    before = (target,) if target.exists() else ()
    try:
        changed = changes(load_directory(override=before), load_directory(override=(*before, source)))
        new = _merged(source, before)
    except DirectoryDataError as error:
        raise ExplainedError(f"{error}\nNothing was written. Mend what is named, then try again.") from None
    if all(_is_there(target / name, text) for name, text in new.items()):
        console.print("Nothing to import: all of it is there already.")
        return
    console.print("\n".join(changed) or "No agency changes.")
    if not yes:
        typer.confirm("Import this?", abort=True)
    try:
        _write(target, new)
    except OSError as error:
        raise ExplainedError(
            f"{error.filename or target} could not be written ({error.strerror}). Mend that, then import again."
        ) from None
    console.print(f"Imported into {target}. Processes take it when they start again, with NTBCARE_DIRECTORY={target}.")


def _today(found: Directory) -> date:
    return max(datetime.now(UTC).astimezone(WITA).date(), found.known_from)


def _own() -> tuple[Path, ...]:
    name = OwnTables.load().directory
    return (Path(name),) if name else ()


def _merged(source: Path, before: tuple[Path, ...]) -> dict[str, bytes]:
    """Return each table that the source has, with the operator's rows from before, by its name."""
    found = {table.name: _text(table, *before, source) for table in TABLES if table_in(source, table)}
    if not found:
        raise DirectoryDataError(f"{source}: no CSV table is there")
    return found


def _text(table: Table, *sources: Path) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(row.cells.values() for row in rows(table, *sources))
    return text.getvalue().encode()


def _is_there(path: Path, text: bytes) -> bool:
    return path.exists() and path.read_bytes() == text


def _write(target: Path, new: Mapping[str, bytes]) -> None:
    """Keep what is there, then replace table by table: the folder itself stays, because it may be a mount."""
    target.mkdir(parents=True, exist_ok=True)
    there = sorted(target.glob("*.csv"))
    if there:
        shutil.rmtree(target / _PREVIOUS, ignore_errors=True)
        (target / _PREVIOUS).mkdir()
    for path in there:
        shutil.copy2(path, target / _PREVIOUS / path.name)
    for name, text in new.items():
        begun = target / f".{name}.new"
        begun.write_bytes(text)
        begun.replace(target / name)
