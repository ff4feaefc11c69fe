"""The rows of a case's clocks: what is to stand there, and what of it is new; pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.casework.clocks.facts import Past, facts
from services.casework.clocks.limits import CLOCKS
from services.casework.clocks.rules import Deadline, compute
from services.casework.clocks.terms import Terms
from shared.calendar import Calendar

BY_THE_HOUSE = frozenset({"close", "complete"})
"""Nobody owes anything: the house acts when they run out."""


class Entry(NamedTuple):
    """A row of `deadline` without its complaint; `models.py` says what each column means."""

    clock: str
    started_at: datetime
    due_at: datetime | None
    outcome: str
    settled_at: datetime | None
    stopped_since: datetime | None
    next_at: datetime | None
    limit_amount: int | None
    limit_unit: str | None
    limit_source: str | None
    limit_certainty: str | None
    version: str

    @property
    def key(self) -> tuple[str, datetime]:
        """What tells the rows of one case apart."""
        return self.clock, self.started_at

    @property
    def open(self) -> bool:
        """Whether anything may still come of it."""
        return self.settled_at is None


def planned(
    known: Callable[[str], Any], history: Sequence[Past], calendar: Calendar, terms: Terms, now: datetime
) -> list[Entry]:
    """Return the rows that a case's clocks make; `calendar`: its agency's."""
    found = compute(facts(known, history), terms.limits, calendar)
    return [_entry(one, terms, calendar, now) for one in found]


def _entry(one: Deadline, terms: Terms, calendar: Calendar, now: datetime) -> Entry:
    overdue = one.outcome == "running" and one.due_at is not None and one.due_at <= now
    limit = one.limit
    return Entry(
        clock=one.clock,
        started_at=one.started_at,
        due_at=one.due_at,
        outcome="missed" if overdue and one.clock not in BY_THE_HOUSE else one.outcome,
        settled_at=one.settled_at,
        stopped_since=next((pause.since for pause in one.pauses if pause.until is None), None),
        next_at=_first(one, terms, calendar, now),
        limit_amount=limit.amount if limit else None,
        limit_unit=limit.unit if limit else None,
        limit_source=limit.source if limit else None,
        limit_certainty=limit.certainty if limit else None,
        version=terms.version,
    )


def _first(one: Deadline, terms: Terms, calendar: Calendar, now: datetime) -> datetime | None:
    """Return the first moment at which there is something to do: a reminder that is still ahead, else the end.

    A reminder that would come at once is none. An end that is past is still to be seen to.
    """
    if one.outcome != "running" or one.due_at is None:
        return None
    return terms.ladder.first_before(one.clock, one.due_at, calendar, now) or one.due_at


def after(clock: str, due_at: datetime, terms: Terms, calendar: Calendar, now: datetime) -> datetime | None:
    """Return when there is something to do next, from now on; None where the ladder ends."""
    moments = {rung.at for rung in terms.ladder.rungs(clock, due_at, calendar)} | {due_at}
    return min((moment for moment in moments if moment > now), default=None)


def merged(
    standing: Iterable[Entry],
    wanted: Iterable[Entry],
    terms: Terms,
    calendar: Calendar,
    now: datetime,
    *,
    fired: bool = False,
) -> list[Entry]:
    """Return the rows to write: those that differ from what stands, and those that nothing gives any more.

    What was told of a deadline that did not change is not told again. `fired`: the house itself did what its clock was
    for.
    """
    rows = {one.key: one for one in standing}
    found = []
    for one in wanted:
        old = rows.pop(one.key, None)
        new = one if old is None else _kept(old, one, terms, calendar, now)
        if new != old:
            found.append(new)
    return found + [_over(one, now, fired=fired) for one in rows.values() if one.open]


def _kept(old: Entry, new: Entry, terms: Terms, calendar: Calendar, now: datetime) -> Entry:
    if not new.open or (old.due_at, old.outcome, old.open) != (new.due_at, new.outcome, new.open):
        return new
    if old.version == new.version:
        return new._replace(next_at=old.next_at)
    if new.outcome == "missed" and new.due_at is not None and old.next_at != new.due_at:
        return new._replace(next_at=after(new.clock, new.due_at, terms, calendar, now))
    return new


def _over(one: Entry, now: datetime, *, fired: bool) -> Entry:
    if one.clock in BY_THE_HOUSE:
        outcome = "kept" if fired else "cancelled"
    else:
        late = one.outcome == "missed" or (one.due_at is not None and one.due_at < now)
        outcome = "missed" if late else "cancelled"
    return one._replace(outcome=outcome, settled_at=now, stopped_since=None, next_at=None)


def owed(rows: Iterable[Entry]) -> datetime | None:
    """Return by when somebody owes something next, or since when."""
    return min((one.due_at for one in rows if one.open and one.due_at and one.clock not in BY_THE_HOUSE), default=None)


def newest(rows: Iterable[Entry]) -> Mapping[str, Entry]:
    """Return of each clock the one that began last."""
    found = {one.clock: one for one in sorted(rows, key=lambda entry: entry.started_at)}
    return {clock: found[clock] for clock in CLOCKS if clock in found}
