"""A table that an officer uploads: CSV in the forms that spreadsheets write, XLSX or ODS. Nothing in it is believed."""

import asyncio
import csv
import io
import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.lapor.desk import sheet_reader
from shared.core.errors import ProblemError
from shared.core.text import clean_text

LARGEST: Final = 2 * 1024 * 1024
"""Bytes of an uploaded file."""
MOST_ROWS: Final = 5_000
_MOST_UNPACKED: Final = 20 * 1024 * 1024
_MOST_PARTS: Final = 200
_PATIENCE_S: Final = 15.0
_ONE_AT_A_TIME = asyncio.Semaphore(1)
_WIDEST_CELL: Final = 32_767


class UnreadableTableError(ProblemError):
    """A file that is no table, or not one that is read here."""

    status = 422


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table with its number, as a spreadsheet counts it, and its cells by column."""

    number: int
    cells: dict[str, str]


async def read_table(content: bytes) -> list[list[str]]:
    """Return all rows of a file, the heading first. Raises `UnreadableTableError`."""
    rows = await _sheet(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    if len(rows) > MOST_ROWS:
        raise _too_large()
    return [[clean_text(cell).strip() for cell in row] for row in rows]


def lines_of(rows: Sequence[Sequence[str]], columns: dict[str, Sequence[str]], needed: Sequence[str]) -> list[Line]:
    """Return the rows by their columns' names; `columns`: what each may be called. Raises `UnreadableTableError`.

    Rows without any cell are left out, and so are columns that nobody asked for.
    """
    heading = [" ".join(name.lower().replace("_", " ").split()) for name in rows[0]] if rows else []
    places = {
        column: [place for place, name in enumerate(heading) if name in called] for column, called in columns.items()
    }
    for column, found in places.items():
        if len(found) > 1 or (not found and column in needed):
            raise UnreadableTableError(
                "table_columns_wrong",
                f"Tabel ini harus punya satu kolom {' atau '.join(columns[column])} pada baris pertamanya",
            )
    at = {column: found[0] for column, found in places.items() if found}
    return [
        Line(number, {column: row[place] if place < len(row) else "" for column, place in at.items()})
        for number, row in enumerate(rows[1:], 2)
        if any(row)
    ]


def _csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise _unreadable()
    lines = text.splitlines(keepends=True)
    if lines and lines[0].lower().startswith("sep="):
        lines = lines[1:]
    first = lines[0] if lines else ""
    delimiter = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise _too_large()
    except csv.Error:
        raise _unreadable() from None
    return rows


def _decoded(content: bytes) -> str:
    """Read UTF-8, or what Excel writes on Windows."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable()


async def _sheet(content: bytes) -> list[list[str]]:
    """Let a process of its own read the first sheet, of a file whose parts are as large as they say."""
    async with _ONE_AT_A_TIME:
        checked = await asyncio.to_thread(_repacked, content)
        reader = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", sheet_reader.__name__, str(MOST_ROWS)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            async with asyncio.timeout(_PATIENCE_S):
                told, _ = await reader.communicate(checked)
        except TimeoutError:
            raise _too_large() from None
        finally:
            if reader.returncode is None:
                reader.kill()
                await reader.wait()
    if reader.returncode == sheet_reader.TOO_LARGE:
        raise _too_large()
    if reader.returncode != 0:
        raise _unreadable()
    rows: list[list[str]] = json.loads(told)
    return rows


def _repacked(content: bytes) -> bytes:
    """Return the same file with parts that are as large as they say, and not too many.

    Raises `UnreadableTableError`.
    """
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(packed, "w") as taken:
            for part in _parts(given):
                taken.writestr(part.filename, given.read(part))
    except ProblemError:
        raise
    except Exception:  # noqa: BLE001 - whatever a broken archive breaks, it cannot be read
        raise _unreadable() from None
    return packed.getvalue()


def _parts(given: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    parts = {part.filename: part for part in given.infolist() if not part.is_dir()}
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts.values()) > _MOST_UNPACKED:
        raise _too_large()
    return list(parts.values())


def _too_large() -> UnreadableTableError:
    return UnreadableTableError(
        "table_too_large", f"Berkas ini terlalu besar; paling banyak {MOST_ROWS - 1} baris dan 2 MB"
    )


def _unreadable() -> UnreadableTableError:
    return UnreadableTableError("table_unreadable", "Berkas ini tidak dapat dibaca; simpan sebagai CSV atau XLSX")
