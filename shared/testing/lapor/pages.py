"""The pages on which one looks at what the stand-in holds, in Indonesian."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from shared.testing.lapor.answers import number_in
from shared.testing.lapor.complaint import Complaint
from shared.testing.lapor.control import find
from shared.testing.lapor.held import Held
from shared.testing.lapor.shown import shown
from shared.testing.lapor.timetable import log_time
from shared.testing.page import Cell, Link, Table, page, pages

_MOST_ROWS = 200
_TITLE = "Tiruan SP4N-LAPOR!"
_NOT_THE_REAL_ONE = "Waktu dalam WIB. Ini bukan LAPOR! yang sebenarnya."
_COLUMNS = ("Nomor", "Tiket", "Status", "Instansi", "Dibuat", "Judul dan isi", "Rahasia", "Anonim")
_FOLLOWUPS = ("Nomor", "Waktu", "Dari", "Kepada", "Jenis", "Isi", "Berkas")
_LOGS = ("Nomor", "Waktu", "Isi", "Dari status", "Ke status", "Data")
_FILES = ("Nomor", "Nama", "Jenis", "Bita", "SHA-256")


def look(held: Held) -> APIRouter:
    """Return the pages; they ask nobody who they are, either."""
    router = APIRouter(prefix="/_simulator")

    @router.get("/", response_class=HTMLResponse)
    async def show(q: str = "") -> HTMLResponse:
        twice = set(held.complaints.twice())
        summary = f"{len(held.complaints)} pengaduan, {len(twice)} tiket yang tercatat lebih dari sekali."
        rows = [_row(held, one) for one in _found(held, q.strip())]
        return page(_TITLE, f"{summary} {_NOT_THE_REAL_ONE}", _COLUMNS, rows, red=twice, search=q)

    @router.get("/{number:int}", response_class=HTMLResponse)
    async def show_one(number: int) -> HTMLResponse:
        return _page(shown(held, find(held, number)))

    return router


def _found(held: Held, query: str) -> list[Complaint]:
    """Return the newest, or what has this ticket or number."""
    number = number_in(query.removeprefix("#"))
    if number is not None:
        numbers = [number]
    elif query:
        numbers = held.complaints.of(query.upper())
    else:
        numbers = list(islice(reversed(held.complaints.data), _MOST_ROWS))
    return [found for one in numbers if (found := held.find(one)) is not None]


def _row(held: Held, one: Complaint) -> Sequence[Cell]:
    return (
        Link(f"#{one.id}", f"{one.id}"),
        one.ticket or ("(dari warga)" if one.incoming else "—"),
        one.status,
        held.masters.name("institutions", one.disposition_id),
        log_time(one.created_at),
        f"{one.sent.title}\n\n{one.sent.content}",
        _yes(one.sent.is_secret),
        _yes(one.sent.is_anonymous),
    )


def _page(one: dict[str, Any]) -> HTMLResponse:
    facts = [(name, str(one[name])) for name in ("ticket", "status", "disposition_name", "created_at", "passed_on")]
    sent = [(name, str(value)) for name, value in one["sent"].items()]
    files = [*one["files"], *(file for followup in one["followups"] for file in followup["files"])]
    tables = (
        Table("", ("", ""), facts),
        Table("Isi", ("", ""), sent),
        Table("Tindak lanjut", _FOLLOWUPS, [_followup(followup) for followup in one["followups"]]),
        Table("Log", _LOGS, [_log(log) for log in one["logs"]]),
        Table("Berkas", _FILES, [tuple(map(str, file.values())) for file in files]),
    )
    return pages(f"{_TITLE}: #{one['id']}", _NOT_THE_REAL_ONE, tables)


def _followup(one: dict[str, Any]) -> Sequence[Cell]:
    names = ("id", "created_at", "institution_from_name", "institution_to_name", "template_code", "content")
    return (*(str(one[name]) for name in names), ", ".join(str(file["id"]) for file in one["files"]))


def _log(one: dict[str, Any]) -> Sequence[Cell]:
    return tuple(str(one[name]) for name in ("id", "date", "content", "status_old", "status_new", "data"))


def _yes(flag: object) -> str:
    return "ya" if flag else "tidak"
