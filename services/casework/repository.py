"""Every SQL statement of casework."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, cast, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.casework.models import answer, attachment, case, message, transition
from services.casework.rules import Scope
from shared.db import UnitOfWork
from shared.events import Actor, CaseState

EXCERPT = 200
"""Characters of the complaint's text that the queue shows."""
_ORDER = (case.c.urgent, case.c.received_at, case.c.complaint_id)


async def open_case(tx: UnitOfWork, **values: object) -> bool:
    """Insert a case; False when the complaint has one already."""
    opened = insert(case).values(values).on_conflict_do_nothing(index_elements=["complaint_id"])
    return await tx.connection.scalar(opened.returning(case.c.complaint_id)) is not None


async def lock_case(tx: UnitOfWork, complaint_id: UUID) -> Row[Any] | None:
    """Return a case; nobody else changes it until the transaction ends."""
    return (
        await tx.connection.execute(select(case).where(case.c.complaint_id == complaint_id).with_for_update())
    ).first()


async def case_by_ticket(tx: UnitOfWork, ticket: str, *, lock: bool = False) -> Row[Any] | None:
    """Return a case by its canonical ticket, locked if it is to be changed."""
    found = select(case).where(case.c.ticket == ticket)
    return (await tx.connection.execute(found.with_for_update() if lock else found)).first()


async def queue(
    tx: UnitOfWork, scope: Scope, *, state: CaseState | None, before: tuple[bool, datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """Return the cases within a scope that come after the cursor: open emergencies, then the newest first."""
    found = select(case, func.left(case.c.text, EXCERPT).label("excerpt"))
    if not scope.sealed:
        found = found.where(~case.c.sealed)
    if scope.agencies is not None:
        found = found.where(case.c.agency_key.in_(scope.agencies))
    if state is not None:
        found = found.where(case.c.state == state)
    if before is not None:
        found = found.where(tuple_(*_ORDER) < tuple_(*before))
    found = found.order_by(*(column.desc() for column in _ORDER)).limit(limit)
    return (await tx.connection.execute(found)).all()


async def move_case(tx: UnitOfWork, complaint_id: UUID, *, state: CaseState, version: int, **values: object) -> None:
    """Write a case's new state and version, and what else the move changes."""
    moved = update(case).where(case.c.complaint_id == complaint_id)
    await tx.connection.execute(moved.values(state=state, version=version, **values))


async def note(tx: UnitOfWork, complaint_id: UUID, **values: object) -> None:
    """Write what is no move of a case: its version stays."""
    await tx.connection.execute(update(case).where(case.c.complaint_id == complaint_id).values(values))


async def seal(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Make it the Inspectorate's alone; this login cannot take that back."""
    await tx.connection.execute(select(func.casework.seal(cast(complaint_id, Uuid))))


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
    await tx.connection.execute(insert(transition).values(row))


async def transitions_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's history, oldest first."""
    found = select(transition).where(transition.c.complaint_id == complaint_id).order_by(transition.c.version)
    return (await tx.connection.execute(found)).all()


async def last_transition(tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
    """Return what happened last; every case has a first transition."""
    found = select(transition).where(transition.c.complaint_id == complaint_id)
    return (await tx.connection.execute(found.order_by(transition.c.version.desc()).limit(1))).one()


async def officers_moved(tx: UnitOfWork, complaint_id: UUID) -> bool:
    """Tell whether an officer has changed anything of a case."""
    found = select(literal(value=True)).where(
        transition.c.complaint_id == complaint_id, transition.c.actor_kind == "officer"
    )
    return await tx.connection.scalar(found.limit(1)) is not None


async def add_message(tx: UnitOfWork, **values: object) -> bool:
    """Keep a message; False when it was kept before."""
    added = insert(message).values(values).on_conflict_do_nothing(index_elements=["message_id"])
    return await tx.connection.scalar(added.returning(message.c.message_id)) is not None


async def amend_message(
    tx: UnitOfWork, message_id: UUID, complaint_id: UUID, *, channel: str, at: datetime, **values: object
) -> None:
    """Keep what became of a message; one that came in with the words of another has no row of its own yet."""
    unseen = {
        "message_id": message_id,
        "complaint_id": complaint_id,
        "author": "citizen",
        "channel": channel,
        "text": "",
        "attachments": [],
        "rule": "",
        "received_at": at,
    }
    amended = insert(message).values(unseen | values)
    await tx.connection.execute(amended.on_conflict_do_update(index_elements=["message_id"], set_=values))


async def messages_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's messages, oldest first."""
    found = select(message).where(message.c.complaint_id == complaint_id)
    return (await tx.connection.execute(found.order_by(message.c.received_at, message.c.message_id))).all()


async def settle_attachment(tx: UnitOfWork, **values: object) -> None:
    """Keep what became of an attachment; the newest counts."""
    settled = insert(attachment).values(values)
    later = {name: settled.excluded[name] for name in values if name not in {"id", "complaint_id", "kind"}}
    await tx.connection.execute(
        settled.on_conflict_do_update(
            index_elements=["id"], set_=later, where=attachment.c.settled_at <= settled.excluded.settled_at
        )
    )


async def attachments_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return what became of a case's attachments."""
    return (await tx.connection.execute(select(attachment).where(attachment.c.complaint_id == complaint_id))).all()


async def add_answer(tx: UnitOfWork, **values: object) -> None:
    """Keep an answer."""
    await tx.connection.execute(insert(answer).values(values))


async def is_answer_within(tx: UnitOfWork, complaint_id: UUID, words: str) -> bool:
    """Tell whether these words hold an answer that the case has already."""
    found = select(literal(value=True)).where(
        answer.c.complaint_id == complaint_id, func.strpos(words, answer.c.text) > 0
    )
    return await tx.connection.scalar(found.limit(1)) is not None


async def answers_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's answers, oldest first."""
    found = select(answer).where(answer.c.complaint_id == complaint_id).order_by(answer.c.answered_at)
    return (await tx.connection.execute(found)).all()
