"""What an officer chooses is the truth that decisions are measured by."""

from datetime import datetime

from services.routing.learning import repository
from shared.db import UnitOfWork
from shared.events import ComplaintAssigned, ComplaintStatusChanged, Event

_OFFICER = "officer"
_TAKEN = "in_progress"


def teaches(event: Event) -> bool:
    """Tell whether an event may teach something: what the house does by itself does not. All other events may."""
    if isinstance(event, ComplaintStatusChanged):
        return event.actor.kind == _OFFICER and event.state == _TAKEN and event.previous == "assigned"
    return not isinstance(event, ComplaintAssigned) or (event.actor.kind == _OFFICER and not event.sealed)


async def hear_assignment(tx: UnitOfWork, event: ComplaintAssigned, *, now: datetime) -> None:  # noqa: ARG001
    """Remember the agency that an officer chose."""
    if teaches(event):
        await repository.remember(
            tx,
            event.complaint_id,
            agency_key=event.agency.key,
            affair=event.affair,
            level=event.level,
            chosen_at=event.assigned_at,
        )


async def hear_status(tx: UnitOfWork, event: ComplaintStatusChanged, *, now: datetime) -> None:  # noqa: ARG001
    """Remember that an agency took a complaint: it says that it is its own."""
    if teaches(event):
        await repository.remember_taken(tx, event.complaint_id, chosen_at=event.changed_at)
