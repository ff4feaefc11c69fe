"""Every SQL statement of casework."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.casework.models import answer, case, transition
from services.casework.rules import Scope
from shared.db import UnitOfWork
from shared.events import Actor, CaseState

EXCERPT = 200
"""Characters of the complaint's text that the queue shows."""


async def open_case(tx: UnitOfWork, **values: object) -> bool:
    """Insert a case; False when the complaint has one already."""
    opened = insert(case).values(values).on_conflict_do_nothing(index_elements=["complaint_id"])
    return await tx.session.scalar(opened.returning(case.c.complaint_id)) is not None


async def lock_case(tx: UnitOfWork, complaint_id: UUID) -> Row[Any] | None:
    """Return a case; nobody else changes it until the transaction ends."""
    return (await tx.session.execute(select(case).where(case.c.complaint_id == complaint_id).with_for_update())).first()


async def case_by_ticket(tx: UnitOfWork, ticket: str, *, lock: bool = False) -> Row[Any] | None:
    """Return a case by its canonical ticket, locked if it is to be changed."""
    found = select(case).where(case.c.ticket == ticket)
    return (await tx.session.execute(found.with_for_update() if lock else found)).first()


async def queue(
    tx: UnitOfWork, scope: Scope, *, state: CaseState | None, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """Return the cases within a scope that come after the cursor, newest first."""
    found = select(case, func.left(case.c.text, EXCERPT).label("excerpt"))
    if not scope.sealed:
        found = found.where(~case.c.sealed)
    if scope.agencies is not None:
        found = found.where(case.c.agency_key.in_(scope.agencies))
    if state is not None:
        found = found.where(case.c.state == state)
    if before is not None:
        found = found.where(tuple_(case.c.received_at, case.c.complaint_id) < tuple_(*before))
    found = found.order_by(case.c.received_at.desc(), case.c.complaint_id.desc()).limit(limit)
    return (await tx.session.execute(found)).all()


async def move_case(tx: UnitOfWork, complaint_id: UUID, *, state: CaseState, version: int, **values: object) -> None:
    """Write a case's new state and version, and what else the move changes."""
    moved = update(case).where(case.c.complaint_id == complaint_id)
    await tx.session.execute(moved.values(state=state, version=version, **values))


async def add_transition(
    tx: UnitOfWork,
    complaint_id: UUID,
    *,
    version: int,
    previous: CaseState | None,
    state: CaseState,
    actor: Actor,
    reason: str | None,
    at: datetime,
) -> None:
    """Append to the history."""
    row = {
        "complaint_id": complaint_id,
        "version": version,
        "previous": previous,
        "state": state,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "reason": reason,
        "at": at,
    }
    await tx.session.execute(insert(transition).values(row))


async def transitions_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's history, oldest first."""
    found = select(transition).where(transition.c.complaint_id == complaint_id).order_by(transition.c.version)
    return (await tx.session.execute(found)).all()


async def last_transition(tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
    """Return what happened last; every case has a first transition."""
    found = select(transition).where(transition.c.complaint_id == complaint_id)
    return (await tx.session.execute(found.order_by(transition.c.version.desc()).limit(1))).one()


async def add_answer(tx: UnitOfWork, **values: object) -> None:
    """Keep an answer."""
    await tx.session.execute(insert(answer).values(values))


async def answers_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's answers, oldest first."""
    found = select(answer).where(answer.c.complaint_id == complaint_id).order_by(answer.c.answered_at)
    return (await tx.session.execute(found)).all()
