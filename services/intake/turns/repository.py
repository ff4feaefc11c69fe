"""Every SQL statement about what the house said last: asked, did, answered."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, text

from services.intake.conversation import Turn
from services.intake.models import follow_up, question
from services.intake.turns.picking import AWAITING, Spoken
from shared.db import Prepared, UnitOfWork

_SPOKEN = Prepared(
    text("""
    WITH mine AS MATERIALIZED (
        SELECT v.person_id, c.id
        FROM intake.conversation AS v JOIN intake.complaint AS c ON c.conversation_id = v.id
        WHERE v.person_id = ANY(CAST(:people AS uuid[])) AND c.conversation_id = ANY(ARRAY(
            SELECT id FROM intake.conversation WHERE person_id = ANY(CAST(:people AS uuid[]))
        ))
        UNION
        SELECT person_id, complaint_id FROM vault.proof WHERE person_id = ANY(CAST(:people AS uuid[]))
    )
    SELECT mine.person_id, c.id, c.ticket, c.conversation_id, c.state, c.state_changed_at,
           a.event_id IS NOT NULL AS has_answer, r.answer_id IS NOT NULL AS rated,
           CASE WHEN c.state = 'answered' THEN concat_ws(' ', c.text, a.text) ELSE '' END AS said
    FROM mine JOIN intake.complaint AS c ON c.id = mine.id
    LEFT JOIN LATERAL (
        SELECT event_id, text FROM intake.answer WHERE complaint_id = c.id
        ORDER BY answered_at DESC, event_id DESC LIMIT 1
    ) AS a ON true
    LEFT JOIN intake.rating AS r ON r.answer_id = a.event_id
    WHERE c.id = ANY(ARRAY(SELECT id FROM mine))
      AND c.state IN ('awaiting_information', 'answered', 'closed') AND c.withdrawn_at IS NULL
      AND c.state_changed_at > CAST(:since AS timestamptz)
    ORDER BY c.state_changed_at DESC, c.id DESC
""")
)
"""Index looks alone: a plan made while a table was empty must not read all of it ever after."""


async def spoken_to(tx: UnitOfWork, people: Collection[UUID], since: datetime) -> dict[UUID, list[Spoken]]:
    """Return by person the complaints in which the house spoke last, and not before `since`; the newest turn first.

    Theirs is what they opened, and what they proved by its access code; never what an officer thinks is theirs.
    """
    if not people:
        return {}
    found: dict[UUID, list[Spoken]] = {}
    for row in await tx.look(_SPOKEN, {"people": list(people), "since": since}):
        turn = Turn(
            complaint_id=row.id, ticket=row.ticket, at=row.state_changed_at, said=row.said or "", rated=row.rated
        )
        spoken = Spoken(state=row.state, conversation_id=row.conversation_id, has_answer=row.has_answer, turn=turn)
        found.setdefault(row.person_id, []).append(spoken)
    return found


async def store_question(tx: UnitOfWork, **values: object) -> None:
    """Keep an officer's question."""
    await tx.execute(insert(question).values(values))


async def store_follow_up(tx: UnitOfWork, **values: object) -> None:
    """Keep what an agency did."""
    await tx.execute(insert(follow_up).values(values))


async def open_question(tx: UnitOfWork, complaint: Row[Any]) -> Row[Any] | None:
    """Return what an officer asks of a complaint's citizen, while it waits for the answer."""
    if complaint.state != AWAITING:
        return None
    asked = select(question).where(question.c.complaint_id == complaint.id)
    return (await tx.execute(asked.order_by(question.c.asked_at.desc()).limit(1))).first()


async def follow_ups_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return what was done about a complaint, the oldest first."""
    found = select(follow_up).where(follow_up.c.complaint_id == complaint_id)
    return (await tx.execute(found.order_by(follow_up.c.followed_up_at, follow_up.c.id))).all()
