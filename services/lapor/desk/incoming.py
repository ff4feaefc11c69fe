"""Complaints that LAPOR! assigned to the province, entered by an officer: one by one, or as a list."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row

from services.lapor import repository
from services.lapor.arrivals import repository as arrivals
from services.lapor.desk import repository as desk
from services.lapor.desk.access import require_seeing, require_typing, sees_words
from services.lapor.desk.acting import keep_act
from services.lapor.desk.numbering import Faults
from services.lapor.desk.schemas import ArrivalIn, ArrivalOut, ArrivalsOut, ArrivalState, ArrivedListOut, ArrivedOut
from services.lapor.desk.tables import Line, lines_of
from services.lapor.notices import repository as notices
from services.lapor.rules import leading_ticket
from shared.core.errors import ConflictError, NotFoundError, ProblemError
from shared.core.times import WITA, Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal

_COLUMNS: dict[str, Sequence[str]] = {
    "number": ("nomor", "number", "nomor lapor"),
    "title": ("judul", "title"),
    "content": ("isi", "content"),
    "filed_at": ("tanggal", "tanggal lapor", "filed at"),
    "incident_on": ("tanggal kejadian", "incident on"),
    "place": ("lokasi", "tempat", "place"),
    "anonymous": ("anonim", "anonymous"),
    "secret": ("rahasia", "secret"),
}
_AGAIN: dict[str, Any] = {"state": "queued", "reason": None, "attempts": 0, "claimed_until": None}
_STATE_WORDS = {"accepted": "sudah menjadi aduan di sini", "ours": "aduan kita sendiri"}
_NEEDED = ("number", "content", "anonymous", "secret")
_YES, _NO = frozenset({"ya", "y", "yes", "true", "1"}), frozenset({"tidak", "t", "no", "false", "0"})
_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T]+(\d{1,2})[.:](\d{2})(?:[.:]\d{2})?)?(?: *WITA)?")
_WORDS = {
    "number": "nomor bukan nomor LAPOR!; tulis angkanya saja",
    "title": "judul terlalu panjang",
    "content": "isi kosong atau lebih dari 10.000 huruf",
    "place": "lokasi terlalu panjang",
}


class FutureError(ProblemError):
    """A complaint of tomorrow."""

    status = 422


class Incoming:
    """Takes in what officers enter, and shows what arrived."""

    def __init__(self, clock: Clock = utc_now) -> None:
        """Take the clock."""
        self._clock = clock

    async def enter(self, tx: UnitOfWork, officer: Principal, given: ArrivalIn) -> ArrivedOut:
        """Let one complaint arrive; a known number changes nothing. Raises 403 and 422."""
        require_typing(officer)
        if given.filed_at is not None and given.filed_at > self._clock():
            raise FutureError("filed_in_the_future", "Waktu lapor tidak boleh di masa depan; periksa tanggalnya")
        return await self._arrive(tx, officer, given, "entered")

    async def retry(self, tx: UnitOfWork, officer: Principal, number: str) -> ArrivalOut:
        """Hand over again, in the same words, what intake's door refused. Raises 403, 404, 409."""
        require_typing(officer)
        row, now = await _arrival(tx, number), self._clock()
        if row.state == "queued":
            return _arrival_out(row, officer)
        if row.state != "refused":
            raise ConflictError(
                "arrival_state_unfit",
                "Aduan ini tidak ditolak; muat ulang daftarnya",
                f"Keadaannya: {_STATE_WORDS.get(row.state, row.state)}",
                state=row.state,
                ticket=row.ticket,
            )
        if not (row.content or row.title):
            raise ConflictError(
                "arrival_words_gone", "Isinya sudah tidak disimpan di sini; masukkan lagi dari LAPOR!", state=row.state
            )
        await arrivals.change(tx, number, **_AGAIN, due_at=now)
        await notices.settle_about_arrival(tx, number, f"officer:{officer.account_id}", now)
        await keep_act(tx, officer, "retry", now, detail=number)
        return _arrival_out(await _arrival(tx, number), officer)

    async def take_in(
        self, tx: UnitOfWork, officer: Principal, rows: Sequence[Sequence[str]], *, dry_run: bool
    ) -> ArrivedListOut:
        """Let every complaint of a table arrive, or none. Raises 403 and 422."""
        require_typing(officer)
        faults = Faults()
        wanted = self._read(lines_of(rows, _COLUMNS, needed=_NEEDED), faults)
        faults.require_none()
        told = [await self._look(tx, one) for one in wanted]
        if not dry_run:
            told = [await self._arrive(tx, officer, one, "imported") for one in wanted]
        became = [one.became for one in told]
        return ArrivedListOut(
            dry_run=dry_run,
            new=became.count("new"),
            known=became.count("known"),
            ours=became.count("ours"),
            items=told,
        )

    async def show(self, tx: UnitOfWork, reader: Principal, *, state: ArrivalState | None, limit: int) -> ArrivalsOut:
        """Return what arrived, the newest first. Raises `ForbiddenError`."""
        require_seeing(reader)
        rows = await desk.arrivals(tx, state, limit)
        return ArrivalsOut(items=[_arrival_out(row, reader) for row in rows])

    async def _arrive(self, tx: UnitOfWork, officer: Principal, given: ArrivalIn, source: str) -> ArrivedOut:
        await desk.reserve_numbers(tx, [given.number])
        told = await self._look(tx, given, one_by_one=source == "entered")
        if told.became != "new":
            return told
        now = self._clock()
        values: dict[str, object] = {
            "source": source,
            "title": given.title or None,
            "content": given.content,
            "location": given.place,
            "filed_at": given.filed_at,
            "incident_on": given.incident_on,
            "anonymous": given.anonymous,
            "secret": given.secret,
            "entered_by": officer.account_id,
        }
        if not await arrivals.arrive(tx, now, lapor_id=given.number, **values):
            await arrivals.change(tx, given.number, **_AGAIN, due_at=now, **values)
        await notices.settle_about_arrival(tx, given.number, f"officer:{officer.account_id}", now)
        await keep_act(tx, officer, source, now, detail=given.number)
        return told

    async def _look(self, tx: UnitOfWork, given: ArrivalIn, *, one_by_one: bool = False) -> ArrivedOut:
        """Tell what a complaint is to us: new, known by its number, or one that we told LAPOR! ourselves.

        What intake's door refused is new once more: somebody mended it. So is what bears a ticket of ours and was put
        before a person for it (`perhaps_double`), when an officer enters it by itself: they saw that it is another.
        """
        mine = await repository.lock_number(tx, given.number)
        if mine is not None:
            ticket = None if mine.sealed else mine.ticket
            return ArrivedOut(number=given.number, became="known" if mine.incoming else "ours", ticket=ticket)
        before = await arrivals.find(tx, given.number)
        if before is not None and before.state != "refused":
            return ArrivedOut(number=given.number, became="known", ticket=before.ticket)
        ticket = leading_ticket(given.content)
        ours = await repository.lock_ticket(tx, ticket) if ticket else None
        if ours is None or (one_by_one and await notices.was_raised(tx, "perhaps_double", ours.ticket, given.number)):
            return ArrivedOut(number=given.number, became="new", ticket=None)
        return ArrivedOut(number=given.number, became="ours", ticket=None if ours.sealed else ours.ticket)

    def _read(self, lines: Sequence[Line], faults: Faults) -> list[ArrivalIn]:
        found: dict[str, ArrivalIn] = {}
        for line in lines:
            given = self._one(line, faults)
            if given is None:
                continue
            if found.setdefault(given.number, given) != given:
                faults.add(line, f"nomor {given.number} ada dua kali dengan isi yang berbeda")
        return list(found.values())

    def _one(self, line: Line, faults: Faults) -> ArrivalIn | None:
        cells = {name: cell.removeprefix("'") for name, cell in line.cells.items()}
        values: dict[str, Any] = {
            "number": cells["number"],
            "content": cells["content"],
            "title": cells.get("title", ""),
        }
        values["place"] = cells.get("place") or None
        try:
            values["filed_at"] = _moment(cells.get("filed_at", ""))
            values["incident_on"] = _day(cells.get("incident_on", ""))
            values |= {name: _flag(cells[name], name) for name in ("anonymous", "secret")}
            if values["filed_at"] is not None and values["filed_at"] > self._clock():
                faults.add(line, "tanggal lapor ada di masa depan")
            return ArrivalIn(**values)
        except ValidationError as error:
            wrong = {str(one["loc"][0]) for one in error.errors()}
            faults.add(line, "; ".join(_WORDS.get(name, f"{name} salah") for name in sorted(wrong)))
        except _WrongCellError as error:
            faults.add(line, str(error))
        return None


async def _arrival(tx: UnitOfWork, number: str) -> Row[Any]:
    row = await desk.lock_arrival(tx, number)
    if row is None:
        raise NotFoundError("arrival_unknown", "Periksa nomornya; tidak ada aduan LAPOR! dengan nomor itu di sini")
    return row


class _WrongCellError(Exception):
    """A cell that cannot be read; the text says so in Indonesian."""


def _moment(cell: str) -> datetime | None:
    """Return a time of LAPOR!'s list; one without a zone is WITA."""
    if not cell:
        return None
    found = _DAY.fullmatch(cell)
    try:
        if found:
            day, month, year, hour, minute = (int(one or 0) for one in found.groups())
            return datetime(year, month, day, hour, minute, tzinfo=WITA)
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise _WrongCellError(f"tanggal {cell[:40]} tidak terbaca; tulis 31-12-2026 14:05") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=WITA)


def _day(cell: str) -> date | None:
    moment = _moment(cell)
    return None if moment is None else moment.date()


def _flag(cell: str, name: str) -> bool:
    word = cell.lower()
    if word not in _YES | _NO:
        raise _WrongCellError(f"{_COLUMNS[name][0]} harus ya atau tidak")
    return word in _YES


def _arrival_out(row: Row[Any], reader: Principal) -> ArrivalOut:
    return ArrivalOut(
        number=row.lapor_id,
        state=row.state,
        source=row.source,
        ticket=row.ticket,
        reason=row.reason,
        title=row.title if sees_words(reader) else None,
        filed_at=row.filed_at,
        arrived_at=row.arrived_at,
    )
