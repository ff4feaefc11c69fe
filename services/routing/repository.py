"""Every SQL statement of routing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text

from services.routing.models import complaint, decision, words
from shared.core.ids import new_id
from shared.db import Prepared, UnitOfWork, columns_of, insert_rows
from shared.events import ComplaintRouted

_OPEN = Prepared(
    insert_rows(complaint, "complaint_id", "ticket", "place", "sealed", "received_at").on_conflict_do_nothing()
)
_LOCK = Prepared(
    text("""
    SELECT complaint_id, ticket, place::text AS place, sealed, received_at, decided::text AS decided
    FROM routing.complaint WHERE complaint_id = :complaint_id FOR UPDATE
""")
)
_KEEP_WORDS = Prepared(
    text("""
    INSERT INTO routing.words (complaint_id, message_id, text, said_at)
    VALUES (:complaint_id, :message_id, :text, :said_at)
    ON CONFLICT (message_id) DO UPDATE SET text = excluded.text
""")
)
_WORDS = Prepared(
    text("SELECT text FROM routing.words WHERE complaint_id = :complaint_id ORDER BY said_at, message_id")
)
_CHANGE = Prepared(
    text("""
    UPDATE routing.complaint SET place = CAST(CAST(:place AS text) AS jsonb), sealed = :sealed,
        decided = CAST(CAST(:decided AS text) AS jsonb)
    WHERE complaint_id = :complaint_id
""")
)
_RECORD = Prepared(
    insert_rows(
        decision,
        *("id", "complaint_id", "agency_key", "affair", "level", "region_code", "confidence", "sealed", "candidates"),
        *("reasons", "rules_version", "directory_version", "decided_at"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What routing knows of a complaint. `decided` is what the last decision came to, None before the first."""

    complaint_id: UUID
    ticket: str
    place: Mapping[str, Any]
    sealed: bool
    received_at: datetime
    decided: Mapping[str, str | None] | None


async def open_complaint(
    tx: UnitOfWork, *, complaint_id: UUID, ticket: str, place: Mapping[str, Any], sealed: bool, received_at: datetime
) -> None:
    """Remember a complaint, once."""
    row = {
        "complaint_id": complaint_id,
        "ticket": ticket,
        "place": json.dumps(place),
        "sealed": sealed,
        "received_at": received_at,
    }
    await tx.fetch(_OPEN, columns_of([row]))


async def lock(tx: UnitOfWork, complaint_id: UUID) -> Known | None:
    """Return a complaint; nobody else decides about it until the transaction ends."""
    for row in await tx.fetch(_LOCK, {"complaint_id": complaint_id}):
        return Known(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            place=json.loads(row.place),
            sealed=row.sealed,
            received_at=row.received_at,
            decided=None if row.decided is None else json.loads(row.decided),
        )
    return None


async def change(
    tx: UnitOfWork, complaint_id: UUID, *, place: Mapping[str, Any], sealed: bool, decided: Mapping[str, str | None]
) -> None:
    """Write what is known of a complaint now."""
    values = {"complaint_id": complaint_id, "sealed": sealed}
    await tx.fetch(_CHANGE, values | {"place": json.dumps(place), "decided": json.dumps(decided)})


async def keep_words(tx: UnitOfWork, complaint_id: UUID, message_id: UUID, text: str, said_at: datetime) -> None:
    """Keep a message's words, or their newest form."""
    row = {"complaint_id": complaint_id, "message_id": message_id, "text": text, "said_at": said_at}
    await tx.fetch(_KEEP_WORDS, row)


async def words_of(tx: UnitOfWork, complaint_id: UUID) -> str:
    """Return everything that was said about a complaint, in its order."""
    return "\n".join(row.text for row in await tx.fetch(_WORDS, {"complaint_id": complaint_id}) if row.text)


async def forget_words(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Keep no word of a complaint any more."""
    await tx.execute(delete(words).where(words.c.complaint_id == complaint_id))


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
        "candidates": json.dumps([candidate.model_dump() for candidate in event.candidates]),
        "reasons": json.dumps(event.reasons),
        "rules_version": event.rules_version,
        "directory_version": event.directory_version,
        "decided_at": event.decided_at,
    }
    await tx.fetch(_RECORD, columns_of([row]))
