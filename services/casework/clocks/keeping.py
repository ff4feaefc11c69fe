"""Deadlines follow every change of a case, in its transaction; many cases with the statements of one."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework.clocks import repository
from services.casework.clocks.facts import Past
from services.casework.clocks.plan import Entry, merged, newest, owed, planned
from services.casework.clocks.rules import weighed
from services.casework.clocks.terms import Terms, terms
from shared.db import UnitOfWork
from shared.events import ComplaintDeadlinesChanged, Deadline

Opening = Mapping[str, Any]
_UNKNOWN_YET = frozenset(
    {"kind", "urgency", "verified_at", "assigned_at", "reopened_at", "asked_at", "closed_at", "agency_key"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of a locked case. `after`: the columns that change; `line`: what its history says of it."""

    row: Row[Any]
    after: Mapping[str, object]
    at: datetime
    line: Past | None = None
    fired: bool = False
    """Whether the house did it because a clock of its own ran out."""

    def before(self, name: str) -> Any:
        """Return a column as it was."""
        return getattr(self.row, name)

    def known(self, name: str) -> Any:
        """Return a column as it is afterwards."""
        return self.after[name] if name in self.after else getattr(self.row, name)


def begin(opening: Opening) -> list[Entry]:
    """Return the deadlines of a case that is opened with these columns; whoever assigns it first announces them."""
    at: datetime = opening["received_at"]
    by = terms()

    def known(name: str) -> Any:
        return None if name in _UNKNOWN_YET else opening[name]

    return planned(known, _opened(at), by.calendar(None), by, at)


def keep_new(tx: UnitOfWork, deadlines: Mapping[UUID, Iterable[Entry]]) -> None:
    """Keep the deadlines of cases that were just opened."""
    repository.insert_new(tx, deadlines)


async def follow(tx: UnitOfWork, changes: Sequence[Change]) -> dict[UUID, datetime | None]:
    """Bring deadlines to what cases become; return by when each is due next, for the case's own row.

    A case that was only opened has the deadlines that it was opened with: nothing of it is read.
    """
    by = terms()
    history, standing = await _read(tx, [one.row.complaint_id for one in changes if one.row.version > 1])
    written: dict[UUID, list[Entry]] = {}
    due: dict[UUID, datetime | None] = {}
    for one in changes:
        complaint_id = one.row.complaint_id
        calendar = by.calendar(one.known("agency_key"))
        past = history[complaint_id] if one.row.version > 1 else _opened(one.row.received_at)
        wanted = planned(one.known, [*past, one.line] if one.line else past, calendar, by, one.at)
        before = standing[complaint_id] if one.row.version > 1 else _at_opening(one, past, wanted, by)
        due[complaint_id] = owed(wanted)
        written[complaint_id] = merged(before, wanted, by, calendar, one.at, fired=one.fired)
        if _leaves_its_opening(one) or (not never_given(one.known) and differs(before, written[complaint_id])):
            announce(tx, one.row, before, written[complaint_id], "moved", one.at)
    await repository.write(tx, written)
    return due


async def refresh(tx: UnitOfWork, row: Row[Any], at: datetime, **after: object) -> dict[str, object]:
    """Bring deadlines to what is learnt of a case beside its moves; return the columns to write with it."""
    due = await follow(tx, [Change(row=row, after=after, at=at)])
    return {**after, "due_at": due[row.complaint_id]}


async def _read(
    tx: UnitOfWork, ids: Collection[UUID]
) -> tuple[Mapping[UUID, Sequence[Past]], Mapping[UUID, Sequence[Entry]]]:
    if not ids:
        return {}, {}
    return await repository.histories(tx, ids), await repository.standing(tx, ids)


def never_given(known: Callable[[str], Any]) -> bool:
    """Tell whether nobody has heard of a case's clocks yet: they are announced when it first goes anywhere."""
    return known("state") == "received" and known("assigned_at") is None


def _leaves_its_opening(one: Change) -> bool:
    return never_given(one.before) and not never_given(one.known)


def _opened(at: datetime) -> list[Past]:
    return [Past(None, "received", None, at)]


def _at_opening(one: Change, past: Sequence[Past], wanted: Sequence[Entry], by: Terms) -> Sequence[Entry]:
    """Return what stands since the opening: mostly what is wanted now, and the agency's clock is new."""
    if _weighs_the_same(one, by):
        return [entry for entry in wanted if entry.clock != "follow_up"]
    return planned(one.before, past, by.calendar(one.row.agency_key), by, one.at)


def _weighs_the_same(one: Change, by: Terms) -> bool:
    """Tell whether a case is only given to an agency, and nothing else changes that its first clocks ask for."""
    before, after = (
        (weighed(known("kind"), known("urgency"), emergency=known("emergency")), known("verified_at"))
        for known in (one.before, one.known)
    )
    same_days = by.calendar(one.row.agency_key) is by.calendar(one.known("agency_key"))
    return one.known("state") == "assigned" and before == after and same_days


def differs(before: Iterable[Entry], after: Iterable[Entry]) -> bool:
    """Tell whether what is written changes a due time, or what came of a deadline."""
    stood = {one.key: (one.due_at, one.outcome) for one in before}
    return any(stood.get(one.key) != (one.due_at, one.outcome) for one in after)


def announce(
    tx: UnitOfWork, row: Any, before: Iterable[Entry], after: Iterable[Entry], because: str, at: datetime
) -> None:
    """Announce how the clocks of a case stand."""
    rows = newest([*({one.key: one for one in before} | {one.key: one for one in after}).values()])
    told = tuple(Deadline(clock=one.clock, due_at=one.due_at, outcome=one.outcome) for one in rows.values())
    event = ComplaintDeadlinesChanged(
        complaint_id=row.complaint_id, ticket=row.ticket, deadlines=told, because=because, changed_at=at
    )
    tx.publish(event, time=at)
