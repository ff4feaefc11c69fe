"""Reads the reviewed CSV tables; a bad cell is an error that names the file and the row."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DATA = Path(__file__).parent / "data"


class DirectoryDataError(ValueError):
    """A table of the directory is wrong; the message names file, row and what to put right."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, with where it stands (the header is line 1)."""

    file: str
    line: int
    cells: dict[str, str]

    def error(self, what: str) -> DirectoryDataError:
        """Build the error that sends the reviewer to this row."""
        return DirectoryDataError(f"{self.file} row {self.line}: {what}")

    def text(self, column: str) -> str:
        """Return a cell that must not be empty."""
        value = self.cells[column]
        if not value:
            raise self.error(f"{column} is empty")
        return value

    def optional(self, column: str) -> str | None:
        """Return a cell, or None where it is empty."""
        return self.cells[column] or None

    def choice(self, column: str, allowed: frozenset[str]) -> str:
        """Return a cell that holds one of the allowed words."""
        value = self.text(column)
        if value not in allowed:
            raise self.error(f"{column} is {value!r}, expected one of {', '.join(sorted(allowed))}")
        return value

    def many(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell that are separated by semicolons."""
        return tuple(part.strip() for part in self.cells[column].split(";") if part.strip())

    def yes(self, column: str) -> bool:
        """Return a cell that says yes or no."""
        return self.choice(column, frozenset({"yes", "no"})) == "yes"

    def day(self, column: str) -> date:
        """Return a cell that holds a date as YYYY-MM-DD."""
        value = self.text(column)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.error(f"{column} is {value!r}, expected a date as YYYY-MM-DD") from None

    def optional_day(self, column: str) -> date | None:
        """Return a date, or None where the cell is empty."""
        return self.day(column) if self.cells[column] else None


@dataclass(frozen=True, slots=True)
class Table:
    """A table's file, its columns, and those of them that tell its rows apart."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


_AGENCY = ("key", "name", "short", "level", "affairs", "by_name", "parent", "verified", "valid_from", "valid_to")
PROVINCE = Table("agencies_province.csv", (*_AGENCY, "tasks", "not_for"), ("key", "valid_from"))
LOCAL = Table("agencies_local.csv", PROVINCE.columns, PROVINCE.key)
PATTERN = Table(
    "agencies_regency.csv",
    ("family", "name", "short", "level", "where", "affairs", "parent", "tasks"),
    ("family", "where"),
)
NAMES = Table("regency_names.csv", ("key", "name", "short", "verified", "note"), ("key",))
NATIONAL = Table(
    "agencies_national.csv",
    (
        *("key", "name", "short", "kind", "affairs", "by_name", "verified", "valid_from", "valid_to"),
        *("tasks", "superior"),
    ),
    ("key", "valid_from"),
)
ALIASES = Table("aliases.csv", ("key", "alias", "until"), ("key", "alias"))
CONTACTS = Table("contacts.csv", ("key", "phone", "email", "address", "web"), ("key",))
_PERIOD = ("name", "valid_from", "valid_to")
INSTITUTIONS = Table("lapor_institutions.csv", ("key", "institution_id", *_PERIOD), ("key", "valid_from"))
TOPICS = Table("lapor_topics.csv", ("affair", "category_id", *_PERIOD), ("affair", "valid_from"))
LOCATIONS = Table("lapor_locations.csv", ("region_code", "location_id", *_PERIOD), ("region_code", "valid_from"))
#: What an operator may override. Affairs and regions are not among them: the rules of routing are written for them.
TABLES = (PROVINCE, LOCAL, PATTERN, NAMES, NATIONAL, ALIASES, CONTACTS, INSTITUTIONS, TOPICS, LOCATIONS)

Read = Callable[[Table], Iterable[Row]]


def rows(table: Table, *sources: Path, shipped: Path | None = None) -> tuple[Row, ...]:
    """Return a table's rows; one of a later source replaces the row before it with the same key, or is added.

    A source is a folder or one table of an operator's own; errors name it with its whole path.
    """
    found = _by_key(table, shipped / table.name) if shipped else {}
    for path in filter(None, (table_in(source, table) for source in sources)):
        found |= _by_key(table, path, called=str(path))
    return tuple(found.values())


def table_in(source: Path, table: Table) -> Path | None:
    """Return where a table stands in a folder, or the source itself where it is that table; None where it is not."""
    path = source / table.name if source.is_dir() else source
    return path if path.name == table.name and path.exists() else None


def _by_key(table: Table, path: Path, called: str | None = None) -> dict[tuple[str, ...], Row]:
    found: dict[tuple[str, ...], Row] = {}
    for row in read(path, table.columns, called):
        key = tuple(row.cells[column] for column in table.key)
        if key in found:
            raise row.error(f"{' '.join(filter(None, key))} stands in row {found[key].line} too")
        found[key] = row
    return found


def read(path: Path, columns: tuple[str, ...], called: str | None = None) -> Iterator[Row]:
    """Yield the rows of one table, refusing other columns than those named; `called` names the file in errors."""
    name = called or path.name
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle)
            header = next(reader, [])
            if tuple(header) != columns:
                raise DirectoryDataError(f"{name} row 1: the columns must be {','.join(columns)}")
            for cells in reader:
                row = Row(name, reader.line_num, dict(zip(columns, map(str.strip, cells), strict=False)))
                if len(cells) != len(columns):
                    raise row.error(f"{len(cells)} cells, expected {len(columns)}")
                yield row
    except FileNotFoundError:
        raise DirectoryDataError(f"{name}: the file is missing") from None
    except (OSError, UnicodeError, csv.Error) as error:
        raise DirectoryDataError(f"{name}: it is no CSV table in UTF-8 that can be read ({error})") from None
