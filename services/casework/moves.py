"""Write a change into a case, its history and the bus: the only place where a state changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.casework import repository
from shared.db import UnitOfWork
from shared.events import Actor, AgencyRef, CaseState, ComplaintAnswered, ComplaintStatusChanged, ComplaintVerified


async def move(
    tx: UnitOfWork,
    row: Row[Any],
    state: CaseState,
    actor: Actor,
    at: datetime,
    *,
    reason: str | None = None,
    **changes: object,
) -> None:
    """Bring a case to a state, one version further. A change that leaves the state as it is, is not announced here."""
    version = row.version + 1
    await repository.move_case(tx, row.complaint_id, state=state, version=version, **changes)
    await repository.add_transition(
        tx, row.complaint_id, version=version, previous=row.state, state=state, actor=actor, reason=reason, at=at
    )
    if state == row.state:
        return
    tx.publish(
        ComplaintStatusChanged(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            previous=row.state,
            state=state,
            actor=actor,
            reason=reason,
            version=version,
            changed_at=at,
        ),
        time=at,
    )


def say_verified(tx: UnitOfWork, row: Row[Any], actor: Actor, version: int, now: datetime) -> None:
    """Announce that it was found to be a complaint."""
    tx.publish(
        ComplaintVerified(
            complaint_id=row.complaint_id, ticket=row.ticket, actor=actor, version=version, verified_at=now
        ),
        time=now,
    )


def say_answered(
    tx: UnitOfWork, row: Row[Any], agency: AgencyRef | None, text: str, actor: Actor, now: datetime
) -> None:
    """Announce an answer to the citizen."""
    tx.publish(
        ComplaintAnswered(
            complaint_id=row.complaint_id, ticket=row.ticket, agency=agency, text=text, actor=actor, answered_at=now
        ),
        time=now,
    )
