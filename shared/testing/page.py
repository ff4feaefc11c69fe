"""The page on which a stand-in shows what it holds."""

from collections.abc import Container, Iterable, Sequence
from html import escape

from fastapi.responses import HTMLResponse

_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
_STYLE = (
    "body{font:16px system-ui;margin:2rem;max-width:75rem}table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left;vertical-align:top}"
    "td{white-space:pre-wrap}.red{background:#fdd}"
)


def page(
    title: str, summary: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, red: Container[str] = ()
) -> HTMLResponse:
    """Return a table in Indonesian, every cell as plain text; a row that has a cell of `red` stands out."""
    body = "".join(_row(cells, red=any(cell in red for cell in cells)) for cells in rows)
    return HTMLResponse(
        '<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1><p>{escape(summary)}</p>"
        f"<table><tr>{''.join(f'<th>{escape(name)}' for name in columns)}</tr>{body}</table>",
        headers=_HEADERS,
    )


def _row(cells: Sequence[str], *, red: bool) -> str:
    mark = ' class="red"' if red else ""
    return f"<tr{mark}>{''.join(f'<td>{escape(cell)}' for cell in cells)}</tr>"
