"""Every SQL statement of intake. Each takes as many rows as a group of webhooks may bring (see `shared/db/rows.py`)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Text, Uuid, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, insert
from sqlalchemy.types import TypeEngine

from services.intake.drafts import Delivery, Draft, Key
from services.intake.models import (
    answer,
    attachment,
    complaint,
    conversation,
    delivery_report,
    ignored,
    message,
    person,
    raw_request,
    reporter,
)
from shared.channels import InboundRequest
from shared.core.ids import new_id
from shared.core.text import clean_text
from shared.core.ticket import new_ticket
from shared.db import UnitOfWork, columns_of, insert_rows
from shared.security.vault import VaultKeys

_AUTHORITY = frozenset({"authorization", "cookie", "proxy-authorization"})

_STORE_RAW = insert_rows(
    raw_request,
    *("id", "channel", "door", "query", "method", "headers", "body", "received_at", "state", "unreadable"),
)
_CLAIM = (
    insert_rows(
        message,
        *("id", "channel", "account", "provider_message_id", "complaint_id", "raw_request_id", "fingerprint"),
        *("surface", "thread", "text", "event_time", "received_at"),
    )
    .on_conflict_do_nothing(constraint="message_key")
    .returning(message.c.id)
)
_ADD_PERSONS = (
    insert_rows(person, "id", "digest", "key_id", "identifier")
    .on_conflict_do_nothing(index_elements=["digest"])
    .returning(person.c.id, person.c.digest)
)
_STORE_REPORTS = (
    insert_rows(delivery_report, "reply_id", "outcome", "channel", "complaint_id", "reported_at")
    .on_conflict_do_nothing()
    .returning(delivery_report.c.reply_id, delivery_report.c.outcome)
)
_ADD_REPORTERS = insert_rows(reporter, "reference", "person_id", "details", "address")
_OPEN_CONVERSATIONS = (
    insert_rows(conversation, "id", "channel", "account", "person_id")
    .on_conflict_do_nothing(constraint="conversation_key")
    .returning(conversation.c.id, conversation.c.account, conversation.c.person_id)
)
_STORE_COMPLAINTS = (
    insert_rows(
        complaint,
        *("id", "ticket", "conversation_id", "channel", "text", "anonymous", "secret", "sealed", "received_at"),
    )
    .on_conflict_do_nothing(index_elements=["ticket"])
    .returning(complaint.c.id, complaint.c.ticket)
)
_STORE_ATTACHMENTS = insert_rows(
    attachment, "id", "complaint_id", "message_id", "kind", "media_type", "sha256", "size", "source_url"
)
_STORE_IGNORED = insert_rows(
    ignored, "channel", "account", "provider_message_id", "reason", "received_at"
).on_conflict_do_nothing()


RawState: TypeAlias = Literal["accepted", "ignored", "parked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """A request to keep, and what became of it."""

    id: UUID
    delivery: Delivery
    state: RawState


async def store_raw(tx: UnitOfWork, channel: str, raws: Sequence[RawRequest]) -> None:
    """Keep requests byte for byte, in the transaction of what they said."""
    rows = [
        {
            "id": raw.id,
            "channel": channel,
            "door": raw.delivery.door,
            "query": raw.delivery.request.query,
            "method": raw.delivery.request.method,
            "headers": json.dumps(_headers(raw.delivery.request)),
            "body": raw.delivery.request.body,
            "received_at": raw.delivery.request.received_at,
            "state": raw.state,
            "unreadable": json.dumps([[part.reason, part.where] for part in raw.delivery.translation.unreadable]),
        }
        for raw in raws
    ]
    if rows:
        await tx.session.execute(_STORE_RAW, columns_of(rows))


def _headers(request: InboundRequest) -> dict[str, str]:
    return {clean_text(name): clean_text(value) for name, value in request.headers.items() if name not in _AUTHORITY}


async def claim_messages(tx: UnitOfWork, channel: str, drafts: Sequence[Draft]) -> set[UUID]:
    """Insert the messages that nobody inserted before; return their ids. A concurrent twin is waited for."""
    if not drafts:
        return set()
    rows = [
        {
            "id": draft.message_id,
            "channel": channel,
            "account": draft.message.account,
            "provider_message_id": draft.message.provider_message_id,
            "complaint_id": draft.complaint_id,
            "raw_request_id": draft.raw_request_id,
            "fingerprint": draft.message.fingerprint,
            "surface": draft.message.surface,
            "thread": draft.message.thread,
            "text": draft.message.text,
            "event_time": draft.message.event_time,
            "received_at": draft.received_at,
        }
        for draft in drafts
    ]
    return set((await tx.session.scalars(_CLAIM, columns_of(rows))).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMessage:
    """What became of a message that was accepted, now or before."""

    complaint_id: UUID
    ticket: str
    received_at: datetime
    fingerprint: str | None


async def known_messages(tx: UnitOfWork, channel: str, keys: Sequence[Key]) -> Mapping[Key, KnownMessage]:
    """Return what became of messages that are stored."""
    accounts, ids = zip(*keys, strict=True)
    wanted = func.unnest(_array(accounts, Text()), _array(ids, Text())).table_valued("account", "id").render_derived()
    known = (
        select(
            message.c.account,
            message.c.provider_message_id,
            message.c.fingerprint,
            complaint.c.id,
            complaint.c.ticket,
            complaint.c.received_at,
        )
        .join(complaint, complaint.c.id == message.c.complaint_id)
        .where(message.c.channel == channel)
        .join(wanted, (message.c.account == wanted.c.account) & (message.c.provider_message_id == wanted.c.id))
    )
    return {
        (row.account, row.provider_message_id): KnownMessage(
            complaint_id=row.id, ticket=row.ticket, received_at=row.received_at, fingerprint=row.fingerprint
        )
        for row in await tx.session.execute(known)
    }


async def persons(tx: UnitOfWork, keys: VaultKeys, channel: str, drafts: Sequence[Draft]) -> dict[UUID, UUID]:
    """Find or write the person behind each draft in the vault; return person ids by message id."""
    digests = {draft.message_id: keys.digests(channel, draft.message.sender) for draft in drafts}
    found = await _persons_by_digest(tx, [digest for many in digests.values() for digest in many])
    missing = {
        many[0]: drafts[index].message.sender
        for index, many in enumerate(digests.values())
        if not any(digest in found for digest in many)
    }
    if missing:
        rows = [
            {
                "id": new_id(),
                "digest": digest,
                "key_id": keys.key_id,
                "identifier": keys.close([sender.kind, sender.id]),
            }
            for digest, sender in sorted(missing.items())
        ]
        added = await tx.session.execute(_ADD_PERSONS, columns_of(rows))
        found |= {row.digest: row.id for row in added}
        if others := missing.keys() - found.keys():
            found |= await _persons_by_digest(tx, others)
    return {
        message_id: next(found[digest] for digest in many if digest in found) for message_id, many in digests.items()
    }


async def _persons_by_digest(tx: UnitOfWork, digests: Iterable[bytes]) -> dict[bytes, UUID]:
    wanted = any_(_array(digests, BYTEA()))
    rows = await tx.session.execute(select(person.c.digest, person.c.id).where(person.c.digest == wanted))
    return {row.digest: row.id for row in rows}


async def store_reporters(
    tx: UnitOfWork, keys: VaultKeys, channel: str, drafts: Sequence[Draft], person_ids: Mapping[UUID, UUID]
) -> None:
    """Write each complaint's opaque reporter reference, what they told of themselves, and where they are answered."""
    rows = []
    for draft in drafts:
        sender = draft.message.sender
        details = {
            name: value
            for name, value in (("name", sender.name), ("phone", sender.phone), ("email", sender.email))
            if value
        }
        rows.append(
            {
                "reference": draft.reporter,
                "person_id": person_ids[draft.message_id],
                "details": keys.close(details) if details else None,
                "address": keys.close(draft.return_address(channel).document()),
            }
        )
    await tx.session.execute(_ADD_REPORTERS, columns_of(rows))


async def conversations(
    tx: UnitOfWork, channel: str, drafts: Sequence[Draft], person_ids: Mapping[UUID, UUID]
) -> dict[UUID, UUID]:
    """Find or open the conversation of each draft; return conversation ids by message id."""
    keys = {draft.message_id: (draft.message.account, person_ids[draft.message_id]) for draft in drafts}
    rows = [
        {"id": new_id(), "channel": channel, "account": account, "person_id": person_id}
        for account, person_id in sorted(set(keys.values()))
    ]
    opened = await tx.session.execute(_OPEN_CONVERSATIONS, columns_of(rows))
    ids = {(row.account, row.person_id): row.id for row in opened}
    if others := set(keys.values()) - ids.keys():
        known = await tx.session.execute(
            select(conversation.c.id, conversation.c.account, conversation.c.person_id)
            .where(conversation.c.channel == channel)
            .where(conversation.c.person_id == any_(_array({person_id for _, person_id in others}, Uuid())))
        )
        ids |= {(row.account, row.person_id): row.id for row in known}
    return {message_id: ids[key] for message_id, key in keys.items()}


async def store_complaints(
    tx: UnitOfWork, channel: str, drafts: Sequence[Draft], conversation_ids: Mapping[UUID, UUID]
) -> dict[UUID, str]:
    """Insert the complaints and return their tickets by complaint id; a ticket that is taken is drawn again."""
    tickets: dict[UUID, str] = {}
    while len(tickets) < len(drafts):
        rows = [
            {
                "id": draft.complaint_id,
                "ticket": new_ticket(),
                "conversation_id": conversation_ids[draft.message_id],
                "channel": channel,
                "text": draft.text,
                "anonymous": draft.message.anonymous,
                "secret": draft.message.secret,
                "sealed": draft.sealed,
                "received_at": draft.received_at,
            }
            for draft in drafts
            if draft.complaint_id not in tickets
        ]
        stored = await tx.session.execute(_STORE_COMPLAINTS, columns_of(rows))
        tickets |= {row.id: row.ticket for row in stored}
    return tickets


async def store_attachments(tx: UnitOfWork, drafts: Sequence[Draft]) -> None:
    """Insert what came with the messages."""
    rows = [
        {
            "id": stored.id,
            "complaint_id": draft.complaint_id,
            "message_id": draft.message_id,
            "kind": stored.given.kind,
            "media_type": stored.given.media_type,
            "sha256": stored.sha256,
            "size": stored.size,
            "source_url": stored.given.url,
        }
        for draft in drafts
        for stored in draft.attachments
    ]
    if rows:
        await tx.session.execute(_STORE_ATTACHMENTS, columns_of(rows))


async def store_ignored(tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> None:
    """Account for message ids that were understood and are no complaint: the reason, and nothing of the content."""
    first: dict[Key, tuple[str, datetime]] = {}
    for delivery in deliveries:
        for part in delivery.translation.ignored:
            if part.provider_message_id is not None:
                key = (part.account or "", part.provider_message_id)
                first.setdefault(key, (part.reason, delivery.request.received_at))
    rows = [
        {
            "channel": channel,
            "account": account,
            "provider_message_id": message_id,
            "reason": reason,
            "received_at": received_at,
        }
        for (account, message_id), (reason, received_at) in sorted(first.items())
    ]
    if rows:
        await tx.session.execute(_STORE_IGNORED, columns_of(rows))


async def store_reports(tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> set[tuple[UUID, str]]:
    """Keep what providers say of our replies; return reply and outcome of those that nobody told us before."""
    rows = {
        (report.reply_id, report.outcome): {
            "reply_id": report.reply_id,
            "outcome": report.outcome,
            "channel": channel,
            "complaint_id": report.complaint_id,
            "reported_at": delivery.request.received_at,
        }
        for delivery in deliveries
        for report in delivery.translation.reports
    }
    if not rows:
        return set()
    told = await tx.session.execute(_STORE_REPORTS, columns_of([rows[key] for key in sorted(rows)]))
    return {(row.reply_id, row.outcome) for row in told}


async def tickets_of(tx: UnitOfWork, complaint_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the tickets of those complaints that are ours."""
    found = select(complaint.c.id, complaint.c.ticket).where(complaint.c.id == any_(_array(set(complaint_ids), Uuid())))
    return {row.id: row.ticket for row in await tx.session.execute(found)}


async def complaint_by_ticket(tx: UnitOfWork, ticket: str) -> Row[Any] | None:
    """Return a complaint by its canonical ticket."""
    return (await tx.session.execute(select(complaint).where(complaint.c.ticket == ticket))).first()


async def answers_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return the answers given so far, oldest first."""
    found = select(answer).where(answer.c.complaint_id == complaint_id).order_by(answer.c.answered_at)
    return (await tx.session.execute(found)).all()


async def project(tx: UnitOfWork, complaint_id: UUID, **values: object) -> bool:
    """Update the projection of casework's state; return whether the complaint is known."""
    changed = update(complaint).where(complaint.c.id == complaint_id).values(values).returning(complaint.c.id)
    return (await tx.session.scalar(changed)) is not None


async def is_complaint(tx: UnitOfWork, complaint_id: UUID) -> bool:
    """Tell whether there is such a complaint."""
    return (await tx.session.scalar(select(complaint.c.id).where(complaint.c.id == complaint_id))) is not None


async def store_answer(
    tx: UnitOfWork, *, event_id: UUID, complaint_id: UUID, agency: str | None, text: str, answered_at: datetime
) -> None:
    """Keep an answer for the citizen to read."""
    row = {
        "event_id": event_id,
        "complaint_id": complaint_id,
        "agency": agency,
        "text": text,
        "answered_at": answered_at,
    }
    await tx.session.execute(insert(answer).values(row))


def _array(values: Iterable[object], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    return literal(list(values), ARRAY(kind))
