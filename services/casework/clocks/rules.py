"""When each clock of a case is due: a pure function of what happened, the limits and the calendar.

| clock | runs from | until | limit |
|---|---|---|---|
| `verify` | receipt | verified, or a decision that says the same: a follow-up, an answer, archived, rejected | SP4N |
| `follow_up` | the agency got it, or it was reopened | the first follow-up or answer since | SP4N |
| `resolve` | receipt, or it was reopened | the first answer since | SP4N, by kind |
| `respond` | receipt | the first follow-up or answer | NTB Care, by urgency; wall clock |
| `transfer` | the agency asked for a transfer | that was decided: assigned, declined, archived, rejected | NTB Care |
| `close` | the last answer that nobody responded to | closed: the house closes it when due | SP4N |
| `complete` | the citizen was asked | they told: the house takes it as withdrawn when due | SP4N |

**Stops.** All but the last three stop while the citizen is asked for more, while a transfer is pending, and
from the end of a case until it is reopened. With working days, the days that were left run on from the day after
resumption, at least one; with hours, the time left. A stop after the due time changes nothing. How the rest is counted
stands in no text that we have (PermenPANRB 5/2025: to be checked); this way a stop never makes a limit shorter.

**Transfers.** While the others stand still, the coordinator's own clock runs: no request parks a case. Its limit
is that of verifying and forwarding (to be checked). Where the agency takes the case after all, or answers it
elsewhere, or its citizen withdraws it, nobody decides any more: cancelled, unless it was late by then.

**Reopened**, by an officer, by whoever answers the answer, or handed over after it: `follow_up` and `resolve` begin
anew. Somebody has to look again within five days, and to answer again within the limit of its kind; so what an agency
has in hand is always due. What stood before stays as recorded, as `verify` and `respond` do: the first answer was
given when it was given. That a second answer has a limit of its own stands in no text that we have (to be checked).

**Ended.** What nobody did before a case was closed, archived or rejected is cancelled, unless it was late by then: to
end a case hides no missed limit. Nothing here knows the time: a running clock whose `due_at` is past is overdue.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from services.casework.clocks.limits import Clock, Limit, Limits
from shared.calendar import Calendar, CalendarDataError
from shared.core.times import WITA

Outcome = Literal["running", "stopped", "kept", "missed", "cancelled", "unknown"]
"""`unknown`: no limit or no calendar is known for that time (a past that was imported), so it is never called kept."""

ENDED = frozenset({"closed", "archived", "rejected"})
_DECIDED = frozenset({"archived", "rejected"})
_NEVER_STOP = frozenset[Clock]({"transfer", "close", "complete"})


@dataclass(frozen=True, slots=True)
class Pause:
    """From when until when clocks stop; None while it lasts."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """When an agency asked for a transfer, and when that was decided; None while it is not."""

    requested_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What happened to a case, as far as clocks ask.

    `verified_at`: also where an officer took or assigned it, which says the same. `assigned_at`: to the agency that has
    it. `follow_ups`, `answers`: every one of them, the oldest first. `responded_at`: the citizen's last words.
    `reopened_at`: when it last began again after an answer or an end.
    `asked_at`: the last time. `ended_at`: when it came to a state of `ENDED`, if it is in one. `pauses`: the stops (see
    above), in order, none within another; that of a case which is ended now is not among them. `transfer`: the last one
    that was asked for; None where it came to no decision, because the agency took the case after all, or it went on.
    """

    received_at: datetime
    state: str
    kind: str | None = None
    urgency: str | None = None
    emergency: bool = False
    verified_at: datetime | None = None
    assigned_at: datetime | None = None
    reopened_at: datetime | None = None
    asked_at: datetime | None = None
    responded_at: datetime | None = None
    ended_at: datetime | None = None
    follow_ups: tuple[datetime, ...] = ()
    answers: tuple[datetime, ...] = ()
    pauses: tuple[Pause, ...] = ()
    transfer: Transfer | None = None

    def __post_init__(self) -> None:
        """Refuse stops that would count a time twice."""
        for before, after in zip(self.pauses, self.pauses[1:], strict=False):
            if before.until is None or before.until > after.since:
                raise ValueError("the stops of a case overlap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A clock of a case; `due_at` is None while it stands still, and where it is not known."""

    clock: Clock
    started_at: datetime
    limit: Limit | None
    due_at: datetime | None
    outcome: Outcome
    settled_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class _Run:
    """A clock's beginning, and what ended it, if anything did."""

    clock: Clock
    started_at: datetime
    settled_at: datetime | None


def compute(facts: Facts, limits: Limits, calendar: Calendar) -> tuple[Deadline, ...]:
    """Return the clocks that a case has, each with its due time and what came of it.

    A changed calendar or limit, another kind or urgency: compute again and compare. `calendar`: the agency's region's.
    """
    return tuple(_deadline(run, facts, limits, calendar) for run in _runs(facts))


def _runs(facts: Facts) -> Iterator[_Run]:
    acts = tuple(sorted((*facts.follow_ups, *facts.answers)))
    decided = facts.ended_at if facts.state in _DECIDED else None
    yield _Run("verify", facts.received_at, _earliest(facts.verified_at, *acts[:1], decided))
    if facts.assigned_at is not None:
        start = max(facts.assigned_at, facts.reopened_at or facts.assigned_at)
        yield _Run("follow_up", start, next((act for act in acts if act >= start), None))
    begun = facts.reopened_at or facts.received_at
    yield _Run("resolve", begun, next((one for one in facts.answers if one >= begun), None))
    yield _Run("respond", facts.received_at, _earliest(*acts[:1]))
    if facts.transfer is not None:
        yield _Run("transfer", facts.transfer.requested_at, facts.transfer.decided_at)
    yield from _house_runs(facts)


def _house_runs(facts: Facts) -> Iterator[_Run]:
    if facts.state == "answered" and facts.answers and not _heard_since(facts, facts.answers[-1]):
        yield _Run("close", facts.answers[-1], None)
    if facts.state == "awaiting_information" and facts.asked_at is not None:
        yield _Run("complete", facts.asked_at, None)


def _heard_since(facts: Facts, at: datetime) -> bool:
    return facts.responded_at is not None and facts.responded_at > at


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _deadline(run: _Run, facts: Facts, limits: Limits, calendar: Calendar) -> Deadline:
    kind, urgency = weighed(facts.kind, facts.urgency, emergency=facts.emergency)
    limit = limits.limit(run.clock, kind=kind, urgency=urgency, at=run.started_at)
    over_at = run.settled_at or (facts.ended_at if facts.state in ENDED else None)
    pauses = () if run.clock in _NEVER_STOP else tuple(_within(facts.pauses, run.started_at, over_at))
    due_at: datetime | None = None
    known = limit is not None
    if limit is not None:
        try:
            due_at = due(run.started_at, limit, pauses, calendar)
        except CalendarDataError:
            known = False
    return Deadline(
        clock=run.clock,
        started_at=run.started_at,
        limit=limit,
        due_at=due_at,
        outcome=_outcome(run, due_at, over_at) if known else "unknown",
        settled_at=over_at,
        pauses=pauses,
    )


def weighed(kind: str | None, urgency: str | None, *, emergency: bool) -> tuple[str, str]:
    """Return the kind and the urgency whose limits hold, also while they are not known."""
    return kind or "pengaduan", "mendesak" if emergency else urgency or "biasa"


def _within(pauses: tuple[Pause, ...], start: datetime, end: datetime | None) -> Iterator[Pause]:
    """Cut the stops to a clock's own time; what was settled while it stood still is due as if it had run on then."""
    for pause in pauses:
        since, until = max(pause.since, start), _earliest(pause.until, end)
        if (end is None or since < end) and (until is None or since < until):
            yield Pause(since, until)


def _outcome(run: _Run, due_at: datetime | None, over_at: datetime | None) -> Outcome:
    if over_at is None:
        return "stopped" if due_at is None else "running"
    if due_at is not None and over_at > due_at:
        return "missed"
    return "kept" if run.settled_at is not None else "cancelled"


def due(start: datetime, limit: Limit, pauses: tuple[Pause, ...], calendar: Calendar) -> datetime | None:
    """Return when a clock runs out, in WITA; None while it is stopped.

    Working days end with office hours, calendar days with the day; `CalendarDataError` where a year is not known.
    """
    due_at = _first_due(start, limit, calendar)
    for pause in pauses:
        if pause.since > due_at:
            break
        if pause.until is None:
            return None
        due_at = _after(pause.since, pause.until, due_at, limit, calendar)
    return due_at


def _first_due(start: datetime, limit: Limit, calendar: Calendar) -> datetime:
    if limit.unit == "working_days":
        return calendar.add_working_days(start, limit.amount)
    if limit.unit == "hours":
        return start.astimezone(WITA) + timedelta(hours=limit.amount)
    day = start.astimezone(WITA).date() + timedelta(days=limit.amount + 1)
    return datetime.combine(day, time(), WITA)


def _after(since: datetime, until: datetime, due_at: datetime, limit: Limit, calendar: Calendar) -> datetime:
    if limit.unit != "working_days":
        return due_at + (until - since)
    return calendar.add_working_days(until, max(1, calendar.working_days_between(since, due_at)))
