"""Every SQL statement about citizens' own complaints, ratings and push tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.intake.models import (
    answer,
    attachment,
    complaint,
    conversation,
    message,
    person,
    push_token,
    rating,
)
from shared.db import UnitOfWork

_MOST_MESSAGES = 500


async def complaint_of_ticket(tx: UnitOfWork, ticket: str) -> Row[Any] | None:
    """Return a complaint by its canonical ticket, with the person who opened it."""
    found = (
        select(complaint, conversation.c.person_id)
        .join(conversation, conversation.c.id == complaint.c.conversation_id)
        .where(complaint.c.ticket == ticket)
    )
    return (await tx.execute(found)).first()


async def persons(tx: UnitOfWork, digests: Sequence[bytes]) -> set[UUID]:
    """Return the persons that a device is known as."""
    found = select(person.c.id).where(person.c.digest.in_(digests))
    return set((await tx.execute(found)).scalars())


async def complaints_of(
    tx: UnitOfWork, digests: Sequence[bytes], *, before: UUID | None, at_most: int
) -> Sequence[Row[Any]]:
    """Return complaints of these persons, the newest first: ids are UUIDv7, which are ordered by time."""
    found = (
        select(complaint)
        .join(conversation, conversation.c.id == complaint.c.conversation_id)
        .join(person, person.c.id == conversation.c.person_id)
        .where(person.c.digest.in_(digests))
        .order_by(complaint.c.id.desc())
        .limit(at_most)
    )
    return (await tx.execute(found if before is None else found.where(complaint.c.id < before))).all()


async def messages_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return a complaint's messages of both sides, the oldest first, but what may be a reply of ours coming back."""
    found = (
        select(message)
        .where(message.c.complaint_id == complaint_id, message.c.disposition != "held")
        .order_by(message.c.received_at, message.c.id)
        .limit(_MOST_MESSAGES)
    )
    return (await tx.execute(found)).all()


async def attachments_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return what came with a complaint's messages."""
    theirs = (attachment.c.complaint_id == complaint_id, attachment.c.message_id.is_not(None))
    found = select(attachment).where(*theirs).order_by(attachment.c.id)
    return (await tx.execute(found)).all()


async def answers_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return the answers given so far with their ratings, the oldest first."""
    found = (
        select(answer, rating.c.rating, rating.c.text.label("rating_text"), rating.c.rated_at)
        .outerjoin(rating, rating.c.answer_id == answer.c.event_id)
        .where(answer.c.complaint_id == complaint_id)
        .order_by(answer.c.answered_at, answer.c.event_id)
    )
    return (await tx.execute(found)).all()


async def rate(
    tx: UnitOfWork, *, answer_id: UUID, complaint_id: UUID, stars: int, text: str | None, rated_at: datetime
) -> bool:
    """Keep a rating; False when the answer has one already."""
    row = {
        "answer_id": answer_id,
        "complaint_id": complaint_id,
        "rating": stars,
        "text": text,
        "rated_at": rated_at,
    }
    kept = insert(rating).values(row).on_conflict_do_nothing().returning(rating.c.answer_id)
    return await tx.scalar(kept) is not None


async def keep_push_token(tx: UnitOfWork, devices: Sequence[bytes], token: bytes, at: datetime) -> None:
    """Write a device's token in the place of the one it had (its name hashed under each key, the newest first)."""
    await drop_push_token(tx, devices)
    row = {"device": devices[0], "token": token, "changed_at": at}
    newer = {"token": token, "changed_at": at}  # not `excluded.token`: we may not read the column
    kept = insert(push_token).values(row).on_conflict_do_update(index_elements=["device"], set_=newer)
    await tx.execute(kept)


async def drop_push_token(tx: UnitOfWork, devices: Sequence[bytes]) -> None:
    """Delete a device's token."""
    await tx.execute(delete(push_token).where(push_token.c.device.in_(devices)))
