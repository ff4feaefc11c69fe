"""The first sheet of an XLSX or ODS file as JSON rows of text, in a process of its own with little memory and time.

A file can name one cell in the last corner of a sheet, or let a million cells repeat one long text: calamine makes
memory of both. Here that ends this process, and nobody else's. Reads standard input, writes standard output.
"""

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

MOST_MEMORY = 192 * 1024 * 1024
MOST_SECONDS = 10
MOST_CHARACTERS = 4_000_000
TOO_LARGE = 3
_MOST_COLUMNS = 60
_Value = int | float | str | bool | time | date | datetime | timedelta


def text_of(value: _Value) -> str:
    """Return a cell as somebody would type it."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def read(content: bytes, most_rows: int) -> list[list[str]] | None:
    """Return the first sheet's rows, from its first row on; None where there is too much in it."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - under the limits

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheet = workbook.get_sheet_by_index(0)
    if sheet.total_height > most_rows or sheet.total_width > _MOST_COLUMNS:
        return None
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    cells = [[text_of(cell) for cell in row] for row in rows]
    return cells if sum(len(cell) for row in cells for cell in row) <= MOST_CHARACTERS else None


def main() -> int:
    """Read one file; `TOO_LARGE` as the exit code says that it holds too much."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    rows = read(sys.stdin.buffer.read(), int(sys.argv[1]))
    if rows is None:
        return TOO_LARGE
    sys.stdout.write(json.dumps(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
