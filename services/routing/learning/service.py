"""What an officer chooses is the truth that decisions are measured by."""

from datetime import datetime

from services.routing.learning import repository
from shared.db import UnitOfWork
from shared.events import ComplaintAssigned, ComplaintStatusChanged

_OFFICER = "officer"
_TAKEN = "in_progress"


async def hear_assignment(tx: UnitOfWork, event: ComplaintAssigned, *, now: datetime) -> None:  # noqa: ARG001
    """Remember the agency that an officer chose; what the house assigned by itself teaches nothing."""
    if event.actor.kind == _OFFICER and not event.sealed:
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
    if event.actor.kind == _OFFICER and event.state == _TAKEN and event.previous == "assigned":
        await repository.remember_taken(tx, event.complaint_id, chosen_at=event.changed_at)
