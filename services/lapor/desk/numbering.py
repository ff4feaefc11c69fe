"""A list of numbers that officers typed back: every row checked, all or nothing; the same list again is harmless."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from services.lapor import repository
from services.lapor.desk import repository as desk
from services.lapor.desk.access import require_typing
from services.lapor.desk.ordering import Ordering
from services.lapor.desk.schemas import NumbersOut
from services.lapor.desk.tables import Line, lines_of
from shared.core.errors import ProblemError
from shared.core.ticket import InvalidTicketError, parse_ticket
from shared.db import UnitOfWork
from shared.security import Principal

_COLUMNS: dict[str, Sequence[str]] = {"ticket": ("tiket", "ticket"), "number": ("nomor", "number", "nomor lapor")}
_NUMBER = re.compile(r"[1-9][0-9]{0,19}")
_MOST_FAULTS = 50


class RowsInvalidError(ProblemError):
    """Rows of a table that cannot be taken in; nothing of it was."""

    status = 422


class Faults:
    """What is wrong with the rows of a table."""

    def __init__(self) -> None:
        """Nothing is wrong yet."""
        self._found: list[tuple[int, str]] = []

    def add(self, line: Line, words: str) -> None:
        """Note what is wrong with a row."""
        self._found.append((line.number, words))

    def require_none(self) -> None:
        """Raise `RowsInvalidError` with each row's fault, the first ones."""
        if not self._found:
            return
        found = sorted(self._found)
        errors = [
            {"pointer": f"#/rows/{row}", "detail": f"Baris {row}: {words}"} for row, words in found[:_MOST_FAULTS]
        ]
        raise RowsInvalidError(
            "rows_invalid",
            "Tidak ada yang disimpan; perbaiki baris berikut, lalu unggah lagi",
            f"{len(found)} kesalahan",
            errors=errors,
        )


def bare_number(cell: str) -> str | None:
    """Return LAPOR!'s number as it is kept, or None for what is none."""
    number = cell.removeprefix("'").strip().removeprefix("#").strip()
    return number if _NUMBER.fullmatch(number) else None


class Numbering:
    """Takes in lists of numbers."""

    def __init__(self, ordering: Ordering) -> None:
        """Take what gives one complaint its number."""
        self._ordering = ordering

    async def take_in(
        self, tx: UnitOfWork, officer: Principal, rows: Sequence[Sequence[str]], *, dry_run: bool
    ) -> NumbersOut:
        """Give every complaint of a table its number, or none. Raises 403 and 422."""
        require_typing(officer)
        lines = lines_of(rows, _COLUMNS, needed=("ticket", "number"))
        filled = [line for line in lines if line.cells["number"]]
        faults = Faults()
        wanted = _read(filled, faults)
        await desk.reserve_numbers(tx, [number for number, _ in wanted.values()])
        chosen, known = await self._check(tx, wanted, faults)
        faults.require_none()
        if not dry_run:
            for row, number in chosen:
                await self._ordering.give_number(tx, officer, row, number)
        return NumbersOut(dry_run=dry_run, numbered=len(chosen), known=known, skipped=len(lines) - len(filled))

    async def _check(
        self, tx: UnitOfWork, wanted: dict[str, tuple[str, Line]], faults: Faults
    ) -> tuple[list[tuple[Row[Any], str]], int]:
        """Return which complaints get which number, and how many have it; all of them locked, in one order."""
        chosen: list[tuple[Row[Any], str]] = []
        known = 0
        for ticket, (number, line) in sorted(wanted.items()):
            row = await repository.lock_ticket(tx, ticket)
            if row is None or row.sealed:
                faults.add(line, f"tiket {ticket} tidak ada di sini")
            elif row.lapor_id == number:
                known += 1
            elif refusal := await self._ordering.why_not(tx, row, number):
                faults.add(line, f"{ticket}: {refusal.detail or refusal.title}")
            else:
                chosen.append((row, number))
        return chosen, known


def _read(lines: Sequence[Line], faults: Faults) -> dict[str, tuple[str, Line]]:
    """Return the number of each ticket; a pair that stands twice is one, a ticket or number that is two is a fault."""
    found: dict[str, tuple[str, Line]] = {}
    tickets: dict[str, str] = {}
    for line in lines:
        number = bare_number(line.cells["number"])
        try:
            ticket = parse_ticket(line.cells["ticket"].removeprefix("'"))
        except InvalidTicketError:
            faults.add(line, f"tiket {line.cells['ticket'][:40] or '(kosong)'} tidak dikenal; periksa hurufnya")
            continue
        if number is None:
            faults.add(line, f"nomor {line.cells['number'][:40]} bukan nomor LAPOR!; tulis angkanya saja")
        elif ticket in found and found[ticket][0] != number:
            faults.add(line, f"tiket {ticket} sudah ada pada baris {found[ticket][1].number} dengan nomor lain")
        elif tickets.setdefault(number, ticket) != ticket:
            faults.add(line, f"nomor {number} sudah dipakai tiket {tickets[number]} dalam berkas ini")
        else:
            found.setdefault(ticket, (number, line))
    return found
