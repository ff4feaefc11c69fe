"""`ntbcare directory`: who answers for what, and an operator's own tables over the shipped ones."""

import csv
import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from deploy.cli.operator import console
from shared.core.errors import ExplainedError
from shared.core.settings import Settings
from shared.core.times import WITA
from shared.directory import Agency, Directory, DirectoryDataError, load_directory
from shared.directory.settings import DirectorySettings
from shared.directory.tables import TABLES, Table, rows

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Agencies: check, show, compare, import the operator's tables."
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of tables, named and built as the shipped.")]


class OwnTables(Settings, DirectorySettings):
    """`NTBCARE_DIRECTORY`, as the commands read it."""


@app.command()
def check(folder: Annotated[Path | None, typer.Argument(help="Default: NTBCARE_DIRECTORY, else none.")] = None) -> None:
    """Load the directory with a folder of own tables over it; name every fault and exit with 1."""
    try:
        found = load_directory(override=folder or _own())
    except DirectoryDataError as error:
        typer.echo(error, err=True)
        typer.echo("Mend the rows that are named, then check again.", err=True)
        raise typer.Exit(1) from None
    unverified = sum(not agency.verified for agency in found.agencies)
    console.print(f"{len(found)} agencies ({unverified} with a name to be verified), {len(found.affairs)} affairs.")
    console.print(f"Version {found.version}; no gap and no overlap since {found.known_from}.")


@app.command()
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Such as NTB.DLHK, 52.03.DIKBUD, PLN.")],
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Default: today.")] = None,
) -> None:
    """Show an agency as it was on a day."""
    found = _load(_own())
    day = on.date() if on else max(datetime.now(UTC).astimezone(WITA).date(), found.known_from)
    agency = found.agency(key, on=day)
    if agency is None:
        known = sorted({a.key for a in found.agencies if key.upper().rpartition(".")[2] in a.key})
        raise ExplainedError(f"There is no agency {key} on {day}. Perhaps: {', '.join(known[:8]) or 'none like it'}.")
    for name, value in _told(agency, found, day).items():
        if value:
            console.print(f"{name}: {value}")


@app.command()
def diff(folder: Folder, *, as_json: AsJson = False) -> None:
    """Show what a folder of own tables would change against the directory as it is set now."""
    changes = _changes(_load(_own()), _load(folder))
    if as_json:
        typer.echo(json.dumps({"changes": changes}, indent=2, ensure_ascii=False))
    else:
        console.print("\n".join(changes) or "It changes nothing.")


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(metavar="FILE_OR_FOLDER", help="A table (CSV), or a folder of tables.")],
    into: Annotated[Path | None, typer.Option(help="Default: NTBCARE_DIRECTORY.")] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Lay tables over the operator's own, after a check; the version before is kept as FOLDER.previous."""
    target = into or _own()
    if target is None:
        raise ExplainedError("Say where to: --into FOLDER, and set NTBCARE_DIRECTORY to it for every process.")
    before = target if target.exists() else None
    old = _load(before)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as place:
        new = Path(place) / target.name
        _merge(source, before, new)
        changes = _changes(old, _load(new))
        if before is not None and _same(before, new):
            console.print("Nothing to import: all of it is there already.")
            return
        console.print("\n".join(changes) or "No agency changes.")
        if not yes:
            typer.confirm("Import this?", abort=True)
        _swap(new, target)
    console.print(f"Imported into {target}. Processes take it when they start again, with NTBCARE_DIRECTORY={target}.")


def _own() -> Path | None:
    name = OwnTables.load().directory
    return Path(name) if name else None


def _load(override: Path | None) -> Directory:
    try:
        return load_directory(override=override)
    except DirectoryDataError as error:
        _refuse(error)


def _refuse(error: Exception) -> NoReturn:
    raise ExplainedError(f"{error}\nNothing was written. Mend what is named, then try again.") from None


def _told(agency: Agency, found: Directory, day: date) -> dict[str, str]:
    above = found.agency(agency.parent, on=day) if agency.parent else None
    contact = agency.contact
    return {
        "Instansi": f"{agency.name} ({agency.key}){'' if agency.verified else ', nama perlu dicek'}",
        "Berlaku": f"{agency.valid_from} s.d. {agency.valid_to or 'sekarang'}",
        "Atasan": above.name if above else agency.superior,
        "Urusan": "; ".join(found.affairs[key].name for key in agency.affairs),
        "Tugas": agency.tasks,
        "Bukan": agency.not_for,
        "Nama lain": "; ".join(f"{a.name} (s.d. {a.until})" if a.until else a.name for a in agency.aliases),
        "Kontak": "; ".join(filter(None, (contact.phone, contact.email, contact.address, contact.web))),
        "Id SP4N-LAPOR!": agency.lapor_institution_id or "",
    }


def _changes(old: Directory, new: Directory) -> list[str]:
    """Say each difference in a line: the key, the day its row begins, what was and what is."""
    before, after = ({(a.key, a.valid_from): a for a in one.agencies} for one in (old, new))
    lines = [f"{key} from {day}: added, {after[key, day].name}" for key, day in sorted(after.keys() - before.keys())]
    lines += [f"{key} from {day}: taken away" for key, day in sorted(before.keys() - after.keys())]
    for key, day in sorted(before.keys() & after.keys()):
        was, now = before[key, day], after[key, day]
        lines += [f"{key} from {day}: {name}: {a} -> {b}" for name, a, b in _differences(was, now)]
    return lines


def _differences(was: Agency, now: Agency) -> Iterator[tuple[str, str, str]]:
    for name in Agency.__dataclass_fields__:
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            yield name, _word(one), _word(other)


def _word(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value or "—")


def _merge(source: Path, before: Path | None, new: Path) -> None:
    """Write the operator's tables as they would be into `new`."""
    files = sorted(source.glob("*.csv")) if source.is_dir() else [source]
    by_name = {table.name: table for table in TABLES}
    for path in files:
        if path.name not in by_name:
            _refuse(ValueError(f"{path}: no table of that name; these can be imported: {', '.join(sorted(by_name))}"))
    if not files:
        _refuse(ValueError(f"{source}: no CSV table is there"))
    new.mkdir()
    if before is not None:
        shutil.copytree(before, new, dirs_exist_ok=True)
    for path in files:
        _write(by_name[path.name], path.parent, new)


def _write(table: Table, source: Path, new: Path) -> None:
    try:
        there = (new / table.name).exists()
        found = rows(table, new, source) if there else rows(table, source)
    except DirectoryDataError as error:
        _refuse(error)
    with (new / table.name).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(row.cells.values() for row in found)


def _same(one: Path, other: Path) -> bool:
    texts = ({path.name: path.read_bytes() for path in folder.glob("*.csv")} for folder in (one, other))
    return next(texts) == next(texts)


def _swap(new: Path, target: Path) -> None:
    """Put the new folder in the old one's place and keep that one; a failure leaves the old one where it was."""
    previous = target.with_name(f"{target.name}.previous")
    if target.exists():
        shutil.rmtree(previous, ignore_errors=True)
        target.rename(previous)
    try:
        new.rename(target)
    except OSError:
        if previous.exists():
            previous.rename(target)
        raise
