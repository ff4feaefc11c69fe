"""The list for typing into LAPOR! as a file: CSV, or XLSX. No cell of it is ever run as a formula."""

import io
from collections.abc import Sequence
from typing import Any, Final

import xlsxwriter
from sqlalchemy import Row

from services.lapor.desk.advice import in_wita
from services.lapor.desk.naming import Form, Named
from shared.core.spreadsheet import Cell, csv_text, safe_cell

TICKET, NUMBER = "tiket", "nomor"
_COLUMNS: Final = (
    *(TICKET, NUMBER, "judul", "isi", "id klasifikasi", "id instansi", "instansi", "id topik", "topik"),
    *("id lokasi", "lokasi", "wilayah", "tanggal kejadian", "anonim", "rahasia", "lampiran", "alasan", "sejak"),
)
_LONGEST_CELL: Final = 32_000
"""A cell of XLSX takes 32,767 characters, and the writer leaves out what is longer."""
_CUT: Final = " … (terpotong; selengkapnya di halaman petugas)"
_WIDTHS: Final = {"judul": 40, "isi": 80, "instansi": 40, "topik": 30, "lokasi": 30, "wilayah": 40, "lampiran": 40}


def to_csv(listed: Sequence[tuple[Row[Any], Form]]) -> bytes:
    """Return the list as CSV."""
    return csv_text(_COLUMNS, [_cells(row, form) for row, form in listed]).encode()


def to_xlsx(listed: Sequence[tuple[Row[Any], Form]]) -> bytes:
    """Return the list as XLSX: words are written as words, whatever they look like."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("LAPOR")
        head, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for place, name in enumerate(_COLUMNS):
            sheet.set_column(place, place, _WIDTHS.get(name, 16))
            sheet.write_string(0, place, name, head)
        for line, (row, form) in enumerate(listed, 1):
            for place, cell in enumerate(_cells(row, form)):
                safe = safe_cell(cell)
                if isinstance(safe, str):
                    sheet.write_string(line, place, _fitting(safe), wrapped)
                else:
                    sheet.write_number(line, place, safe, wrapped)
        sheet.freeze_panes(1, 2)
    return file.getvalue()


def _fitting(words: str) -> str:
    return words if len(words) <= _LONGEST_CELL else words[:_LONGEST_CELL] + _CUT


def _cells(row: Row[Any], form: Form) -> list[Cell]:
    report, words = form.report, row.text is not None
    return [
        row.ticket,
        None,
        report.title if words else None,
        report.content if words else None,
        form.classification_id,
        *_named(form.institution),
        *_named(form.topic),
        *_named(form.location),
        form.region,
        report.happened_on.strftime("%d-%m-%Y"),
        "ya" if report.anonymous else "tidak",
        "ya" if report.secret else "tidak",
        "\n".join(f"/v1/attachments/{one['id']}/link" for one in row.files or ()),
        row.reason,
        in_wita(row.since) if row.since else None,
    ]


def _named(named: Named) -> tuple[Cell, Cell]:
    return named.id, named.name
