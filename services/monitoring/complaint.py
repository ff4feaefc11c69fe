"""What monitoring keeps of a complaint: dates, place and agency, nobody's words. What each fact makes of it. Pure.

Facts come in the order in which they happened. Of a sealed complaint only its dates are kept; once it is unsealed, its
assignment brings place, agency, affair and kind back.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.monitoring import rules
from shared.directory.regions import regency_of
from shared.events import (
    ComplaintAmended,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintDeadlinesChanged,
    ComplaintEscalated,
    ComplaintEvent,
    ComplaintFollowedUp,
    ComplaintRated,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintRouted,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    ComplaintVerified,
    ComplaintWithdrawn,
    Place,
)


class Complaint(BaseModel):
    """One complaint as it is counted. Each `…_at` is the first time, but for `closed_at`: none once it is reopened."""

    model_config = ConfigDict(frozen=True)

    complaint_id: UUID
    channel: str
    kind: str | None = None
    affair: str | None = None
    agency: str | None = None
    regency: str | None = None
    sealed: bool
    state: str = "received"
    ended_because: str | None = None
    received_at: datetime
    verified_at: datetime | None = None
    assigned_at: datetime | None = None
    taken_at: datetime | None = None
    followed_up_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    rating: int | None = None
    escalations: int = 0
    clocks: Mapping[str, str] = {}
    left_out: str | None = None


def opened(event: ComplaintReceived) -> Complaint:
    """Return a complaint as it begins."""
    given = Complaint(
        complaint_id=event.complaint_id,
        channel=event.channel,
        sealed=event.sealed,
        received_at=event.received_at,
    )
    return given if event.sealed else _with(given, regency=_regency(event.place))


def after(complaint: Complaint, event: ComplaintEvent) -> Complaint:
    """Return the complaint after a fact. What is sealed is opened by the Inspectorate's unsealing and nothing else."""
    changed = _with(complaint, **_learned(complaint, event))
    if changed.sealed:
        changed = _with(changed, kind=None, affair=None, agency=None, regency=None)
    return _with(changed, left_out=_left_out(changed))


def _left_out(complaint: Complaint) -> str | None:
    withdrawn, taken = complaint.withdrawn_at, complaint.taken_at
    return rules.left_out(
        kind=complaint.kind,
        reason=complaint.ended_because,
        followed_up=complaint.followed_up_at is not None,
        withdrawn_untaken=withdrawn is not None and (taken is None or withdrawn < taken),
    )


def _learned(complaint: Complaint, event: ComplaintEvent) -> dict[str, Any]:
    return _decided(complaint, event) | _said(complaint, event) | _done(complaint, event)


def _decided(complaint: Complaint, event: ComplaintEvent) -> dict[str, Any]:
    """Return what routing, an officer or a rule decided. Routing counts until casework assigned."""
    match event:
        case ComplaintRouted() if complaint.assigned_at is None:
            return {"kind": event.kind, "affair": event.affair, "regency": _regency(event.place) or complaint.regency}
        case ComplaintAssigned():
            return _assigned(complaint, event)
        case ComplaintUnsealed():
            return {"sealed": False}
        case ComplaintVerified():
            return {"verified_at": complaint.verified_at or event.verified_at}
        case ComplaintStatusChanged():
            return _moved(complaint, event)
        case _:
            return {}


def _said(complaint: Complaint, event: ComplaintEvent) -> dict[str, Any]:
    """Return what its citizen made of it; further words may seal it."""
    match event:
        case ComplaintAppended() | ComplaintAmended():
            return {"sealed": complaint.sealed or event.sealed}
        case ComplaintWithdrawn():
            return {"withdrawn_at": event.withdrawn_at}
        case ComplaintResumed():
            return {"withdrawn_at": None}
        case ComplaintRated():
            return {"rating": event.rating}
        case _:
            return {}


def _done(complaint: Complaint, event: ComplaintEvent) -> dict[str, Any]:
    """Return what the agency did, and how its clocks stand."""
    match event:
        case ComplaintFollowedUp() if rules.by_agency(event.actor):
            return {"followed_up_at": complaint.followed_up_at or event.followed_up_at}
        case ComplaintAnswered() if rules.by_agency(event.actor):
            first = {"answered_at": complaint.answered_at or event.answered_at}
            return first | {"followed_up_at": complaint.followed_up_at or event.answered_at}
        case ComplaintDeadlinesChanged():
            return {"clocks": _clocks(complaint, event)}
        case ComplaintEscalated() if event.escalated_at >= event.due_at:  # otherwise it only reminded somebody
            clocks = {**complaint.clocks, event.clock: "missed"}
            return {"escalations": complaint.escalations + 1, "clocks": clocks}
        case _:
            return {}


def _clocks(complaint: Complaint, event: ComplaintDeadlinesChanged) -> dict[str, str]:
    """Return how clocks stand: what was late for the first time stays late though its clock began anew, reopened.

    An answer that is still to come may have another limit by now, with another kind: it is not late yet.
    """
    clocks = {one.clock: one.outcome for one in event.deadlines}
    first = ("follow_up", "resolve") if complaint.answered_at else ("follow_up",)
    late = [one for one in first if event.because == "moved" and complaint.clocks.get(one) == "missed"]
    return clocks | dict.fromkeys(late, "missed")


def _assigned(complaint: Complaint, event: ComplaintAssigned) -> dict[str, Any]:
    """Give it to the agency that has it now, with its follow-up; the first assignment is the one that is timed."""
    return {
        "agency": event.agency.key,
        "affair": event.affair,
        "kind": event.kind or complaint.kind,
        "regency": _regency(event.place) or complaint.regency,
        "sealed": complaint.sealed or event.sealed,
        "assigned_at": complaint.assigned_at or event.assigned_at,
        "clocks": complaint.clocks if event.agency.key == complaint.agency else _without_follow_up(complaint),
    }


def _without_follow_up(complaint: Complaint) -> dict[str, str]:
    """Return the clocks without the one of the agency that had it: another is not late for it."""
    return {clock: outcome for clock, outcome in complaint.clocks.items() if clock != "follow_up"}


def _moved(complaint: Complaint, event: ComplaintStatusChanged) -> dict[str, Any]:
    taken = event.changed_at if event.state == "in_progress" else None
    closed = event.state == "closed"
    return {
        "state": event.state,
        "ended_because": event.reason_code if event.state in rules.ENDED_UNANSWERED else None,
        "taken_at": complaint.taken_at or taken,
        "closed_at": (complaint.closed_at or event.changed_at) if closed else None,
    }


def _regency(place: Place) -> str | None:
    """Return the regency or city in which it is: as found in the text, else as its citizen or an officer gave it."""
    found = place.detected.region_code if place.detected else place.given.region_code
    return regency_of(found or "")


def _with(complaint: Complaint, **changes: Any) -> Complaint:
    return complaint.model_copy(update=changes)
