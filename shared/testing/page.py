"""The pages on which a stand-in shows what it holds."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple, TypeAlias

from fastapi.responses import HTMLResponse

_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}
_STYLE = (
    "body{font:16px system-ui;margin:2rem;max-width:75rem}table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left;vertical-align:top}"
    "td{white-space:pre-wrap;overflow-wrap:anywhere}.red{background:#fdd}"
)


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to another page of the same stand-in."""

    text: str
    path: str


Cell: TypeAlias = str | Link


class Table(NamedTuple):
    """A table with its heading; a row that has a cell of `red` stands out."""

    heading: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    red: Container[str] = ()


def page(
    title: str,
    summary: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    red: Container[str] = (),
    search: str | None = None,
) -> HTMLResponse:
    """Return one table in Indonesian, every cell as plain text; `search` is what is looked for, if one can."""
    return pages(title, summary, [Table("", columns, rows, red)], search=search)


def pages(title: str, summary: str, tables: Iterable[Table], *, search: str | None = None) -> HTMLResponse:
    """Return several tables, one below the other."""
    return HTMLResponse(
        '<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1><p>{escape(summary)}</p>"
        f"{'' if search is None else _search(search)}{''.join(map(_table, tables))}",
        headers=_HEADERS,
    )


def _search(given: str) -> str:
    return (
        f'<form><label>Tiket atau nomor <input name="q" value="{escape(given)}"></label> <button>Cari</button></form>'
    )


def _table(table: Table) -> str:
    heading = f"<h2>{escape(table.heading)}</h2>" if table.heading else ""
    body = "".join(_row(cells, red=any(cell in table.red for cell in cells)) for cells in table.rows)
    return f"{heading}<table><tr>{''.join(f'<th>{escape(name)}' for name in table.columns)}</tr>{body}</table>"


def _row(cells: Sequence[Cell], *, red: bool) -> str:
    mark = ' class="red"' if red else ""
    return f"<tr{mark}>{''.join(f'<td>{_cell(cell)}' for cell in cells)}</tr>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Link):
        return f'<a href="{escape(cell.path)}">{escape(cell.text)}</a>'
    return escape(cell)
