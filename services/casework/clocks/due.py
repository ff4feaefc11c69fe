"""What is done when a clock says so: steps of the ladder, missed limits, and what the house itself does.

Each method runs in one transaction: what was claimed and not committed is still due, and somebody else's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from services.casework import repository as cases
from services.casework import rules
from services.casework.clocks import repository
from services.casework.clocks.ladder import Rung, audience_of, whose
from services.casework.clocks.limits import UNIT_WORDS
from services.casework.clocks.plan import BY_THE_HOUSE, after
from services.casework.clocks.terms import Terms, terms
from services.casework.moves import Move, move_all
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import Record, UnitOfWork
from shared.events import Actor, ComplaintEscalated

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """What the house does when a clock of its own runs out."""

    verb: rules.Move | rules.MachineMove
    actor: Actor
    words: str
    reason_code: str | None = None


_ENDINGS = {
    "close": _Ending(
        verb="close",
        actor=Actor(kind="machine", id="clock.close"),
        words="Ditutup otomatis: tidak ada tanggapan dalam {}.",
    ),
    "complete": _Ending(
        verb="lapse",
        actor=Actor(kind="machine", id="clock.complete"),
        words="Diarsipkan otomatis: keterangan yang diminta tidak diberikan dalam {}.",
        reason_code="no_information",
    ),
}


@dataclass(frozen=True, slots=True)
class _Reached:
    """What is due of one deadline, with its case."""

    row: Record
    rungs: tuple[Rung, ...]
    over: bool
    next_at: datetime | None


class Due:
    """Does what is due, many deadlines in a transaction; several workers at once take different ones."""

    def __init__(self, *, by: Terms | None = None, clock: Clock = utc_now, batch: int = 500) -> None:
        """Take by what clocks are computed; otherwise what holds in this installation."""
        self._by = by or terms()
        self._clock = clock
        self._batch = batch

    async def handle(self, tx: UnitOfWork) -> Sequence[tuple[str, str]]:
        """Do what is due; return the clock and what was done (told, missed, ended) of each deadline."""
        now = self._clock()
        rows = await repository.claim(tx, now, self._by.version, self._batch)
        ended = [row for row in rows if row.clock in BY_THE_HOUSE]
        reached = [self._reached(row, now) for row in rows if row.clock not in BY_THE_HOUSE]
        await self._tell(tx, reached, now)
        await repository.advance(tx, [_advanced(one) for one in reached] + [_seen_to(row) for row in ended])
        await self._end(tx, ended, now)
        done = [(one.row.clock, "missed" if one.over and one.row.outcome == "running" else "told") for one in reached]
        return done + [(row.clock, "ended") for row in ended]

    def _reached(self, row: Record, now: datetime) -> _Reached:
        """Say which steps lie between the one that was due and now; a reminder of what is over helps nobody."""
        calendar = self._by.calendar(row.agency_key)
        over = row.due_at <= now
        rungs = self._by.ladder.rungs(row.clock, row.due_at, calendar)
        reached = tuple(
            rung for rung in rungs if row.next_at <= rung.at <= now and not (over and rung.step.when == "before")
        )
        return _Reached(row, reached, over, after(row.clock, row.due_at, self._by, calendar, now))

    async def _tell(self, tx: UnitOfWork, reached: Sequence[_Reached], now: datetime) -> None:
        notices = {notice["id"]: (row, notice) for one in reached for row, notice in _notices(one, now)}
        new = await repository.notice_once(tx, [notice for _, notice in notices.values()])
        for notice_id in new:
            row, notice = notices[notice_id]
            tx.publish(_escalated(row, notice, now), time=now)

    async def _end(self, tx: UnitOfWork, rows: Sequence[Record], now: datetime) -> None:
        if not rows:
            return
        locked = await cases.lock_cases(tx, [row.complaint_id for row in rows])
        moves = []
        for row in rows:
            case, ending = locked[row.complaint_id], _ENDINGS[row.clock]
            state = rules.target(case.state, ending.verb)
            if state is None:  # nothing writes such a row; the clock is taken away, the case stays as it is
                log.error("clock.nothing_to_end", ticket=case.ticket, clock=row.clock, state=case.state)
                continue
            moves.append(_ended(case, row, ending, state, now))
        await move_all(tx, moves)


def _notices(one: _Reached, now: datetime) -> Iterator[tuple[Record, dict[str, Any]]]:
    row = one.row
    for rung in one.rungs:
        audience = audience_of(rung.step, agency_key=row.agency_key, sealed=row.sealed)
        if audience is not None:
            yield (
                row,
                {
                    "id": new_id(),
                    "complaint_id": row.complaint_id,
                    "clock": row.clock,
                    "step": rung.step.name,
                    "audience": audience,
                    "agency_key": whose(audience, row.agency_key),
                    "due_at": row.due_at,
                    "noticed_at": now,
                },
            )


def _escalated(row: Record, notice: dict[str, Any], now: datetime) -> ComplaintEscalated:
    return ComplaintEscalated(
        complaint_id=row.complaint_id,
        ticket=row.ticket,
        clock=row.clock,
        step=notice["step"],
        audience=notice["audience"],
        due_at=row.due_at,
        escalated_at=now,
    )


def _advanced(one: _Reached) -> dict[str, object]:
    outcome = "missed" if one.over else one.row.outcome
    return _position(one.row) | {"outcome": outcome, "next_at": one.next_at}


def _seen_to(row: Record) -> dict[str, object]:
    return _position(row) | {"outcome": row.outcome, "next_at": None}


def _position(row: Record) -> dict[str, object]:
    return {"complaint_id": row.complaint_id, "clock": row.clock, "started_at": row.started_at}


def _ended(case: Record, row: Record, ending: _Ending, state: Any, now: datetime) -> Move:
    return Move(
        row=case,
        verb=ending.verb,
        state=state,
        actor=ending.actor,
        at=now,
        reason=ending.words.format(f"{row.limit_amount} {UNIT_WORDS[row.limit_unit]}"),
        reason_code=ending.reason_code,
        changes={"closed_at": now} | ({"asked_at": None} if row.clock == "complete" else {}),
    )
