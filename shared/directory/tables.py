"""Reads the reviewed CSV tables; a bad cell is an error that names the file and the row."""

import csv
from collections.abc import Iterator
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


def read(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of one table, refusing other columns than those named."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.reader(handle)
            header = next(reader, [])
            if tuple(header) != columns:
                raise DirectoryDataError(f"{path.name} row 1: the columns must be {','.join(columns)}")
            for cells in reader:
                row = Row(path.name, reader.line_num, dict(zip(columns, map(str.strip, cells), strict=False)))
                if len(cells) != len(columns):
                    raise row.error(f"{len(cells)} cells, expected {len(columns)}")
                yield row
    except FileNotFoundError:
        raise DirectoryDataError(f"{path.name}: the file is missing") from None
