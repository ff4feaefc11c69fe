"""Cells that a spreadsheet takes for words and never for a formula, and CSV files made of them.

OWASP, "CSV Injection": what begins with = + - @ (or their full-width forms), a tab, a carriage return or a line feed
may be run when the file is opened. It can also begin behind a separator inside of a cell: a spreadsheet that separates
by `;` cuts a cell of a `,` file in two. An apostrophe before it makes it words. Numbers stay numbers.

`defusedcsv` (PyPI, 3.0.0 of 2025) was looked at: it knows neither tab, CR, LF and full-width forms nor what stands
behind a separator, it changes every `|`, and it writes no XLSX, which needs the same rule.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

Cell = str | int | float | bool | None

BOM = "\ufeff"
"""First in a file, so that Excel reads it as UTF-8."""
_BEGINS = r'[\s"]*[=+\-@＝＋－＠]'  # noqa: RUF001 - the full-width forms
_DANGEROUS = re.compile(rf"^(?=[\t\r\n]|{_BEGINS})|(?<=[;,|\t\r\n])(?={_BEGINS})")


def safe_cell(value: Cell) -> str | int | float:
    """Return what may stand in a cell: numbers as they are, words harmless, nothing as an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _DANGEROUS.sub("'", value.replace("\0", "")) if isinstance(value, str) else value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a CSV file (RFC 4180) in which every text is quoted and harmless."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return BOM + file.getvalue()
