"""Every SQL statement about decisions and what they were made of."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import delete, text

from services.routing.likeness.repository import forget as forget_likeness
from services.routing.models import complaint, decision, words
from shared.core.ids import new_id
from shared.db import Prepared, Rows, UnitOfWork, columns_of, insert_rows
from shared.events import ComplaintRouted, Place

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
        decided = CAST(CAST(:decided AS text) AS jsonb),
        compare_at = CASE WHEN compare_at = 'infinity' AND NOT CAST(:resumed AS boolean) THEN compare_at
                          ELSE CAST(:compare_at AS timestamptz) END
    WHERE complaint_id = :complaint_id
""")
)
_UNSEAL = Prepared(
    text("UPDATE routing.complaint SET sealed = false, decided = NULL WHERE complaint_id = :complaint_id AND sealed")
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
    place: Place
    account_region: str | None
    sms: bool
    emergency: bool
    sealed: bool
    received_at: datetime
    decided: Mapping[str, str | None] | None


async def open_complaints(tx: UnitOfWork, many: Sequence[Known], *, compare_at: datetime | None) -> frozenset[UUID]:
    """Remember complaints, each once; return those that were not known. Sealed ones are never compared."""
    rows = [
        {
            "complaint_id": known.complaint_id,
            "ticket": known.ticket,
            "place": known.place.model_dump_json(),
            "account_region": known.account_region,
            "sms": known.sms,
            "emergency": known.emergency,
            "sealed": known.sealed,
            "received_at": known.received_at,
            "decided": None if known.decided is None else json.dumps(known.decided),
            "compare_at": None if known.sealed else compare_at,
        }
        for known in many
    ]
    return frozenset(row.complaint_id for row in await tx.fetch(_OPEN, columns_of(rows)))


async def lock(tx: UnitOfWork, complaint_id: UUID) -> Known | None:
    """Return a complaint; nobody else decides about it until the transaction ends."""
    for row in await tx.fetch(_LOCK, {"complaint_id": complaint_id}):
        return Known(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            place=Place.model_validate_json(row.place),
            account_region=row.account_region,
            sms=row.sms,
            emergency=row.emergency,
            sealed=row.sealed,
            received_at=row.received_at,
            decided=None if row.decided is None else json.loads(row.decided),
        )
    return None


async def change(tx: UnitOfWork, known: Known, *, compare_at: datetime, resumed: bool = False) -> None:
    """Write what is known of a complaint now, and when it is to be compared with others, if it is not sealed.

    What its citizen took back (`likeness.repository.put_aside`) is compared no more before it is `resumed`.
    """
    values = {
        "complaint_id": known.complaint_id,
        "place": known.place.model_dump_json(),
        "emergency": known.emergency,
        "sealed": known.sealed,
        "decided": json.dumps(known.decided),
        "compare_at": None if known.sealed else compare_at,
        "resumed": resumed,
    }
    await tx.fetch(_CHANGE, values)


def keep_first_words(tx: UnitOfWork, complaint_id: UUID, message_id: UUID, text: str, said_at: datetime) -> None:
    """Keep the words that a complaint came with, at the end of the transaction: nothing of it reads them."""
    row = {"complaint_id": complaint_id, "message_id": message_id, "text": text, "said_at": said_at}
    tx.insert(_WORDS_OF_NEW, [row])


async def keep_words(tx: UnitOfWork, complaint_id: UUID, message_id: UUID, text: str, said_at: datetime) -> None:
    """Keep a further message's words, or their newest form."""
    row = {"complaint_id": complaint_id, "message_id": message_id, "text": text, "said_at": said_at}
    await tx.fetch(_KEEP_WORDS, row)


async def words_of(tx: UnitOfWork, complaint_id: UUID) -> str:
    """Return everything that was said about a complaint, in its order."""
    return "\n".join(row.text for row in await tx.fetch(_WORDS, {"complaint_id": complaint_id}) if row.text)


async def unseal(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Remember that the Inspectorate opened a complaint; it is compared with nothing before it is decided anew."""
    await tx.fetch(_UNSEAL, {"complaint_id": complaint_id})


async def forget_words(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Keep no word of a complaint any more."""
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
        "candidates": to_json(event.candidates).decode(),
        "reasons": to_json(event.reasons).decode(),
        "rule": rule,
        "affair_by": affair_by,
        "rules_version": event.rules_version,
        "directory_version": event.directory_version,
        "model_version": event.model_version,
        "boundaries_version": event.boundaries_version,
        "decided_at": event.decided_at,
    }
    tx.insert(_DECISIONS, [row])
