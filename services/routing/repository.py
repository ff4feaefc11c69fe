"""Every SQL statement about decisions and what they were made of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text

from services.routing.likeness.repository import forget as forget_likeness
from services.routing.models import complaint, decision, words
from shared.core.ids import new_id
from shared.db import Prepared, Rows, UnitOfWork, columns_of, insert_rows
from shared.events import ComplaintRouted

_OPEN = Prepared(
    insert_rows(
        complaint,
        *("complaint_id", "ticket", "place", "account_region", "sms", "emergency", "sealed"),
        *("received_at", "decided", "compare_at"),
    )
    .on_conflict_do_nothing()
    .returning(complaint.c.complaint_id)
)
_LOCK = Prepared(
    text("""
    SELECT complaint_id, ticket, place::text AS place, account_region, sms, emergency, sealed,
        received_at, decided::text AS decided
    FROM routing.complaint WHERE complaint_id = :complaint_id FOR UPDATE
""")
)
_WORDS_OF_NEW = Rows(words, "complaint_id", "message_id", "text", "said_at", once=True)
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
    UPDATE routing.complaint SET place = CAST(CAST(:place AS text) AS jsonb),
        emergency = :emergency, sealed = :sealed,
        decided = CAST(CAST(:decided AS text) AS jsonb), compare_at = :compare_at
    WHERE complaint_id = :complaint_id
""")
)
_DECISIONS = Rows(
    decision,
    *("id", "complaint_id", "agency_key", "affair", "level", "region_code", "kind", "urgency", "confidence", "sealed"),
    *("candidates", "reasons", "rule", "affair_by", "rules_version", "directory_version", "model_version"),
    *("boundaries_version", "decided_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What routing knows of a complaint. `decided` is what the last decision came to, None before the first."""

    complaint_id: UUID
    ticket: str
    place: Mapping[str, Any]
    account_region: str | None
    sms: bool
    emergency: bool
    sealed: bool
    received_at: datetime
    decided: Mapping[str, str | None] | None


async def open_complaint(tx: UnitOfWork, known: Known, *, compare_at: datetime | None) -> bool:
    """Remember a complaint, once; False when it is known."""
    row = {
        "complaint_id": known.complaint_id,
        "ticket": known.ticket,
        "place": json.dumps(known.place),
        "account_region": known.account_region,
        "sms": known.sms,
        "emergency": known.emergency,
        "sealed": known.sealed,
        "received_at": known.received_at,
        "decided": None if known.decided is None else json.dumps(known.decided),
        "compare_at": compare_at,
    }
    return bool(await tx.fetch(_OPEN, columns_of([row])))


async def lock(tx: UnitOfWork, complaint_id: UUID) -> Known | None:
    """Return a complaint; nobody else decides about it until the transaction ends."""
    for row in await tx.fetch(_LOCK, {"complaint_id": complaint_id}):
        return Known(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            place=json.loads(row.place),
            account_region=row.account_region,
            sms=row.sms,
            emergency=row.emergency,
            sealed=row.sealed,
            received_at=row.received_at,
            decided=None if row.decided is None else json.loads(row.decided),
        )
    return None


async def change(tx: UnitOfWork, known: Known, *, compare_at: datetime | None) -> None:
    """Write what is known of a complaint now, and when it is to be compared with others."""
    values = {
        "complaint_id": known.complaint_id,
        "place": json.dumps(known.place),
        "emergency": known.emergency,
        "sealed": known.sealed,
        "decided": json.dumps(known.decided),
        "compare_at": compare_at,
    }
    await tx.fetch(_CHANGE, values)


def keep_first_words(tx: UnitOfWork, complaint_id: UUID, message_id: UUID, text: str, said_at: datetime) -> None:
    """Keep the words that a complaint came with, at the end of the transaction: nothing of it reads them."""
    row = {"complaint_id": complaint_id, "message_id": message_id, "text": text, "said_at": said_at}
    tx.insert(_WORDS_OF_NEW, [row])


async def keep_words(tx: UnitOfWork, complaint_id: UUID, message_id: UUID, text: str, said_at: datetime) -> None:
    """Keep a further message's words, or their newest form."""
    await tx.flush()  # the first words may wait in this very transaction
    row = {"complaint_id": complaint_id, "message_id": message_id, "text": text, "said_at": said_at}
    await tx.fetch(_KEEP_WORDS, row)


async def words_of(tx: UnitOfWork, complaint_id: UUID) -> str:
    """Return everything that was said about a complaint, in its order."""
    await tx.flush()
    return "\n".join(row.text for row in await tx.fetch(_WORDS, {"complaint_id": complaint_id}) if row.text)


async def forget_words(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Keep no word of a complaint any more."""
    await tx.flush()
    await tx.execute(delete(words).where(words.c.complaint_id == complaint_id))
    await forget_likeness(tx, complaint_id)


def record(tx: UnitOfWork, event: ComplaintRouted, *, sealed: bool, rule: str, affair_by: str) -> None:
    """Keep the decision with everything that led to it. `rule`: of authority; `affair_by`: words or model."""
    row = {
        "id": new_id(),
        "complaint_id": event.complaint_id,
        "agency_key": event.agency.key,
        "affair": event.affair,
        "level": event.level,
        "region_code": event.place.detected.region_code if event.place.detected else None,
        "kind": event.kind,
        "urgency": event.urgency,
        "confidence": event.confidence,
        "sealed": sealed,
        "candidates": json.dumps([candidate.model_dump() for candidate in event.candidates]),
        "reasons": json.dumps(event.reasons),
        "rule": rule,
        "affair_by": affair_by,
        "rules_version": event.rules_version,
        "directory_version": event.directory_version,
        "model_version": event.model_version,
        "boundaries_version": event.boundaries_version,
        "decided_at": event.decided_at,
    }
    tx.insert(_DECISIONS, [row])
