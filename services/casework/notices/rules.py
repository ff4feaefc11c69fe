"""Whom a step of the ladder is told to, when, and whether it is still true: pure.

**When.** One mail per person and working day, ten minutes after the office opens: steps that fall on the opening are
in it. Only an emergency or `mendesak` whose clock of one hour is concerned waits for no morning: it goes out at once
between opening and closing (also in a break, Friday prayer included: it lies there when they come back), otherwise when
the office opens next, in a digest of its own, and such ones to one person ten minutes apart at least. What did not
get out until closing comes with the next morning. This is our own decision: no text of law says how officers are told.

**Whom.** Sealed cases: the Inspectorate alone (Perpres 76/2013: the reporter is kept safe). Otherwise as the ladder
says; where no account with an e-mail is there for the agency, the coordinator.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from shared.calendar import Calendar
from shared.calendar.working import Interval
from shared.core.times import WITA
from shared.directory import DESK, INSPECTORATE

Audience = Literal["liaison", "leader", "coordinator", "inspectorate"]
Kind = Literal["morning", "urgent"]
State = Literal["queued", "sending", "sent", "failed", "unknown", "withheld"]
"""`unknown`: the answer was lost after the mail was handed over. `withheld`: all of it was over by then."""

AUDIENCES: tuple[Audience, ...] = ("liaison", "leader", "coordinator", "inspectorate")
DAY_OVER = "day_over"
NOBODY_THERE = "nobody_there"
"""Why a digest failed that another may make good: it did not get out on its day; its account has no e-mail any more."""
SETTLE = timedelta(minutes=10)
URGENT_APART = timedelta(minutes=10)
MOST_TRIES_UNKNOWN = 2
"""A reminder read twice does no harm, one that nobody got does: so a mail whose answer was lost is sent once more, with
the same Message-ID, by which mail programs and many servers show it once. After that the next morning brings it."""
_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(minutes=30)
_BY_OFFICE: dict[str, Audience] = {DESK: "coordinator", INSPECTORATE: "inspectorate"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that a case reached (`casework.notice`), and the case as it stands now.

    `agency_key` is that of the agency that has the case now, where the step is an agency's: who was given what is late
    already answers for it. `owed`: its deadline (`casework.deadline`) still stands as it did then, neither settled nor
    stopped nor moved; what was late when it stopped stays owed. `stopped`: it stands still, and may go on as it was.
    """

    id: UUID
    ticket: str
    clock: str
    step: str
    audience: Audience
    agency_key: str | None
    due_at: datetime
    noticed_at: datetime
    problem: str | None
    agency_name: str | None
    regency: str | None
    sealed: bool
    emergency: bool
    urgency: str | None
    owed: bool
    stopped: bool = False

    @property
    def urgent(self) -> bool:
        """Whether it may not wait for a morning: the clock of one hour, of an emergency or `mendesak`."""
        return self.clock == "respond" and (self.emergency or self.urgency == "mendesak")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """In which digest a step is told: not before `at`, not from `until` on. All of it lies on one working day."""

    kind: Kind
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to tell, by one of their bindings: neither agency nor region means the whole province."""

    account_id: UUID
    name: str
    email: str
    agency_key: str | None
    region_code: str | None


def moved_on(step: Step) -> bool:
    """Tell whether there is nothing to tell any more: its deadline is not owed, and does not only stand still."""
    return not step.owed and not step.stopped


def to_whom(step: Step) -> Audience:
    """Return who is told first; the desk's liaison is the coordinator, the Inspectorate's the Inspectorate."""
    if step.sealed:
        return "inspectorate"
    return _BY_OFFICE.get(step.agency_key or "", step.audience) if step.audience == "liaison" else step.audience


def then_whom(audience: Audience) -> Audience | None:
    """Return who is told where nobody of an audience is there."""
    return "coordinator" if audience in {"liaison", "leader"} else None


def reaches(audience: Audience, person: Person, step: Step) -> bool:
    """Tell whether a person of an audience may be told of a step, as bound."""
    if audience in {"liaison", "leader"}:
        return not step.sealed and person.agency_key is not None and person.agency_key == step.agency_key
    if step.sealed and audience != "inspectorate":
        return False
    return person.agency_key is None and person.region_code in {None, step.regency}


def moment(step: Step, now: datetime, calendar: Calendar) -> Moment:
    """Return when a step is told, from now on; `CalendarDataError` where the calendar ends."""
    day = office_day(calendar, now)
    if step.urgent:
        return Moment(kind="urgent", at=max(day.opens, step.noticed_at.astimezone(WITA)), until=day.closes)
    if step.noticed_at > day.opens + SETTLE:
        day = _day_after(calendar, day.opens)
    return Moment(kind="morning", at=day.opens + SETTLE, until=day.closes)


def next_morning(now: datetime, calendar: Calendar) -> datetime:
    """Return when the digest of the next working day goes out."""
    return _day_after(calendar, now).opens + SETTLE


def office_day(calendar: Calendar, at: datetime) -> Interval:
    """Return the working day that `at` lies in or before: from opening to closing, breaks included."""
    hours = calendar.hours_on(at.astimezone(WITA).date())
    if hours and at < hours[-1].closes:
        return Interval(hours[0].opens, hours[-1].closes)
    return _day_after(calendar, at)


def _day_after(calendar: Calendar, at: datetime) -> Interval:
    opening = calendar.first_opening(at.astimezone(WITA).date() + timedelta(days=1))
    hours = calendar.hours_on(opening.date())
    return Interval(hours[0].opens, hours[-1].closes)


def is_settled(state: str, reason: str | None) -> bool:
    """Tell whether somebody whose digest stands so is done with: told, or refused for good by the mail server."""
    return state == "sent" or (state == "failed" and reason not in {DAY_OVER, NOBODY_THERE})


def wait(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts that the server put off."""
    return min(_FIRST_RETRY * (1 << min(max(attempts - 1, 0), 10)), _LONGEST_RETRY)
