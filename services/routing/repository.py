"""Every SQL statement of routing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from services.routing.models import complaint, decision, words
from shared.core.ids import new_id
from shared.db import UnitOfWork
from shared.events import ComplaintRouted


async def open_complaint(tx: UnitOfWork, **values: object) -> None:
    """Remember a complaint, once."""
    await tx.connection.execute(insert(complaint).values(values).on_conflict_do_nothing())


async def lock(tx: UnitOfWork, complaint_id: UUID) -> Row[Any] | None:
    """Return a complaint; nobody else decides about it until the transaction ends."""
    found = select(complaint).where(complaint.c.complaint_id == complaint_id)
    return (await tx.connection.execute(found.with_for_update())).first()


async def change(tx: UnitOfWork, complaint_id: UUID, **values: object) -> None:
    """Write what is known of a complaint now."""
    await tx.connection.execute(update(complaint).where(complaint.c.complaint_id == complaint_id).values(values))


async def keep_words(tx: UnitOfWork, complaint_id: UUID, message_id: UUID, text: str, said_at: datetime) -> None:
    """Keep a message's words, or their newest form."""
    row = {"complaint_id": complaint_id, "message_id": message_id, "text": text, "said_at": said_at}
    kept = insert(words).values(row)
    await tx.connection.execute(kept.on_conflict_do_update(index_elements=["message_id"], set_={"text": text}))


async def words_of(tx: UnitOfWork, complaint_id: UUID) -> str:
    """Return everything that was said about a complaint, in its order."""
    found = select(words.c.text).where(words.c.complaint_id == complaint_id)
    said = await tx.connection.scalars(found.order_by(words.c.said_at, words.c.message_id))
    return "\n".join(text for text in said if text)


async def forget_words(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Keep no word of a complaint any more."""
    await tx.connection.execute(delete(words).where(words.c.complaint_id == complaint_id))


async def record(tx: UnitOfWork, event: ComplaintRouted, *, sealed: bool) -> None:
    """Keep the decision with everything that led to it."""
    row = {
        "id": new_id(),
        "complaint_id": event.complaint_id,
        "agency_key": event.agency.key,
        "affair": event.affair,
        "level": event.level,
        "region_code": event.place.detected.region_code if event.place.detected else None,
        "confidence": event.confidence,
        "sealed": sealed,
        "candidates": [candidate.model_dump() for candidate in event.candidates],
        "reasons": list(event.reasons),
        "rules_version": event.rules_version,
        "directory_version": event.directory_version,
        "decided_at": event.decided_at,
    }
    await tx.connection.execute(insert(decision).values(row))
