"""Every SQL statement about messages, conversations and complaints; the folders have their own.

Each takes as many rows as a group of webhooks may bring (see `shared/db/rows.py`).
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Row, Uuid, any_, cast, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import TypeEngine

from services.intake.announcements import place_document
from services.intake.drafts import Key, PlacedAgencyMessage, StoredAttachment
from services.intake.judging import Conversation, Judged
from services.intake.models import answer, attachment, complaint, conversation, message
from services.intake.reporters.repository import Person
from shared.channels import Disposition
from shared.core.ids import new_id
from shared.db import Prepared, Record, Rows, UnitOfWork
from shared.events import AttachmentRef

_STATE = (
    *("latest_complaint_id", "last_message_at", "asked", "asked_at", "prompted_at", "announced_at"),
    *("waiting", "window_started_at", "window_count"),
)
_CONVERSATIONS = Rows(conversation, "id", "channel", "account", "person_id", "thread", *_STATE)
_COMPLAINTS = Rows(
    complaint,
    *("id", "ticket", "conversation_id", "channel", "text", "anonymous", "secret", "sealed", "received_at"),
    "emergency",
)
_MESSAGES = Rows(
    message,
    *("id", "channel", "account", "provider_message_id", "complaint_id", "raw_request_id", "fingerprint"),
    *("surface", "thread", "text", "event_time", "received_at", "conversation_id", "author", "disposition"),
    *("rule", "reporter", "place", "due_at"),
)
_ATTACHMENTS = Rows(
    attachment,
    *("id", "complaint_id", "message_id", "channel", "account", "kind", "media_type", "sha256", "size"),
    *("source_url", "note", "state", "problem", "due_at", "keep_hints", "hints", "keep_until"),
)
_MOVE_CONVERSATIONS = Prepared(
    text("""
    UPDATE intake.conversation AS c
    SET latest_complaint_id = n.latest_complaint_id, last_message_at = n.last_message_at, asked = n.asked,
        asked_at = n.asked_at, prompted_at = n.prompted_at, announced_at = n.announced_at, waiting = n.waiting,
        window_started_at = n.window_started_at, window_count = n.window_count
    FROM unnest(CAST(:id AS uuid[]), CAST(:latest_complaint_id AS uuid[]), CAST(:last_message_at AS timestamptz[]),
                CAST(:asked AS text[]), CAST(:asked_at AS timestamptz[]), CAST(:prompted_at AS timestamptz[]),
                CAST(:announced_at AS timestamptz[]), CAST(:waiting AS integer[]),
                CAST(:window_started_at AS timestamptz[]), CAST(:window_count AS integer[]))
        AS n(id, latest_complaint_id, last_message_at, asked, asked_at, prompted_at, announced_at, waiting,
             window_started_at, window_count)
    WHERE c.id = n.id AND c.id = ANY(CAST(:id AS uuid[]))
""")
)
# `= ANY` beside each join with an array: a plan made while a table was empty must not read all of it ever after.
_LOCK_CONVERSATIONS = Prepared(
    text("""
    SELECT id, account, person_id, thread, latest_complaint_id, last_message_at, asked, asked_at, prompted_at,
           announced_at, waiting, window_started_at, window_count
    FROM intake.conversation
    WHERE person_id = ANY(CAST(:persons AS uuid[])) AND channel = :channel
      AND account = ANY(CAST(:accounts AS text[])) AND thread = ANY(CAST(:threads AS text[]))
    ORDER BY id FOR UPDATE
""")
)
_TAKE_HELD = text("""
    UPDATE intake.message AS m SET complaint_id = n.complaint_id, disposition = 'appended', rule = :rule, due_at = NULL
    FROM unnest(CAST(:conversation_id AS uuid[]), CAST(:complaint_id AS uuid[])) AS n(conversation_id, complaint_id)
    WHERE m.conversation_id = n.conversation_id AND m.conversation_id = ANY(CAST(:conversation_id AS uuid[]))
      AND m.disposition = 'held' AND m.author = 'citizen'
      AND m.withdrawn_at IS NULL
    RETURNING m.id, m.conversation_id, m.complaint_id, m.account, m.surface, m.place, m.event_time, m.received_at,
              coalesce((SELECT a.text FROM intake.amendment AS a WHERE a.channel = m.channel AND a.account = m.account
                        AND a.provider_message_id = m.provider_message_id AND a.change = 'edited'
                        AND a.applied_at IS NOT NULL ORDER BY a.at DESC, a.received_at DESC LIMIT 1), m.text) AS text
""")
_TAKE_ATTACHMENTS = text("""
    UPDATE intake.attachment AS a SET complaint_id = m.complaint_id
    FROM intake.message AS m WHERE m.id = a.message_id AND m.id = ANY(CAST(:ids AS uuid[]))
    RETURNING a.message_id, a.id, a.kind, a.media_type, a.sha256, a.size
""")
_KNOWN = Prepared(
    text("""
    SELECT account, provider_message_id, fingerprint, disposition, complaint_id, received_at, NULL::bytea AS digest,
           NULL::uuid AS person_id, NULL::uuid AS joined_to
    FROM intake.message
    WHERE channel = :channel AND account = ANY(CAST(:accounts AS text[]))
      AND provider_message_id = ANY(CAST(:ids AS text[]))
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, digest, id, joined_to
    FROM vault.person WHERE digest = ANY(CAST(:digests AS bytea[]))
""")
)
"""Index looks in one trip, and no join: this comes before everything else, mostly in vain."""
_COMPLAINTS_OF = Prepared(
    text("""
    SELECT c.id, c.ticket, c.sealed, c.state, c.received_at, c.withdrawn_at,
           coalesce(p.joined_to, p.id) AS person_id, p.id AS opener,
           ARRAY(SELECT person_id FROM vault.proof WHERE complaint_id = c.id) AS proved_by
    FROM intake.complaint AS c JOIN intake.conversation AS v ON v.id = c.conversation_id
    JOIN vault.person AS p ON p.id = v.person_id
    WHERE c.id = ANY(CAST(:ids AS uuid[])) OR c.ticket = ANY(CAST(:tickets AS text[]))
""")
)

ConversationKey: TypeAlias = tuple[UUID, str, str]
"""Person, our account, public thread (empty in private): with the channel, what a conversation is known by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMessage:
    """What became of a message that was accepted, now or before."""

    disposition: Disposition
    complaint_id: UUID | None
    ticket: str | None
    received_at: datetime
    fingerprint: str | None


async def known(
    tx: UnitOfWork, channel: str, keys: Collection[Key], digests: Sequence[bytes]
) -> tuple[dict[Key, KnownMessage], dict[bytes, Person]]:
    """Return what became of messages that are stored, and the persons whom the vault knows by these digests."""
    accounts, ids = sorted({key[0] for key in keys}), sorted({key[1] for key in keys})
    told = {"channel": channel, "accounts": accounts, "ids": ids, "digests": digests}
    rows = await tx.look(_KNOWN, told)
    persons = {row.digest: Person(row.person_id, row.joined_to or row.person_id) for row in rows if row.digest}
    return await _known_messages(tx, [row for row in rows if (row.account, row.provider_message_id) in keys]), persons


async def _known_messages(tx: UnitOfWork, rows: Sequence[Record]) -> dict[Key, KnownMessage]:
    complaints = await complaints_of(tx, {row.complaint_id for row in rows if row.complaint_id is not None})
    known = {}
    for row in rows:
        complaint = complaints.get(row.complaint_id)
        known[row.account, row.provider_message_id] = KnownMessage(
            disposition=row.disposition,
            complaint_id=row.complaint_id,
            ticket=None if complaint is None else complaint.ticket,
            received_at=row.received_at,
            fingerprint=row.fingerprint,
        )
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintOf:
    """A complaint and whose it is."""

    id: UUID
    ticket: str
    person_id: UUID
    """Who opened it: the first of the persons that are the same human, as far as officers think."""
    opener: UUID
    """The person who opened it."""
    proved_by: frozenset[UUID]
    """Who has shown its access code (GABUNG)."""
    sealed: bool
    state: str
    received_at: datetime
    withdrawn_at: datetime | None

    @property
    def withdrawn(self) -> bool:
        """Its citizen said BATAL, and not LANJUT since."""
        return self.withdrawn_at is not None

    def is_of(self, person_id: UUID) -> bool:
        """Tell whether somebody may speak for it: whom an officer thinks to be the same human may not."""
        return person_id == self.opener or person_id in self.proved_by


async def complaints_of(
    tx: UnitOfWork, ids: Iterable[UUID] = (), *, tickets: Iterable[str] = ()
) -> dict[UUID, ComplaintOf]:
    """Return complaints by their ids or tickets, each with the person who opened it."""
    ids, tickets = set(ids), set(tickets)
    if not ids and not tickets:
        return {}
    rows = await tx.look(_COMPLAINTS_OF, {"ids": list(ids), "tickets": list(tickets)})
    return {
        row.id: ComplaintOf(
            id=row.id,
            ticket=row.ticket,
            person_id=row.person_id,
            opener=row.opener,
            proved_by=frozenset(row.proved_by),
            sealed=row.sealed,
            state=row.state,
            received_at=row.received_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    }


async def store(
    tx: UnitOfWork,
    channel: str,
    judged: Sequence[Judged],
    conversations: Iterable[Conversation],
    hold: timedelta,
) -> None:
    """Insert messages, the complaints that they open and new conversations; move the others on."""
    ordered = _ordered(conversations)
    tx.insert(_MESSAGES, (_message_row(one, channel, hold) for one in sorted(judged, key=lambda one: one.draft.key)))
    tx.insert(_CONVERSATIONS, (_conversation_row(one, channel) for one in ordered if one.is_new))
    opened = (one for one in judged if one.decision.disposition == "opened")
    tx.insert(_COMPLAINTS, (_complaint_row(one, channel) for one in opened))
    known = [_conversation_row(one, channel) for one in ordered if not one.is_new]
    if known:
        columns = ("id", *_STATE)
        await tx.fetch(_MOVE_CONVERSATIONS, {name: [row[name] for row in known] for name in columns})


def store_agency(
    tx: UnitOfWork,
    channel: str,
    placed: Sequence[PlacedAgencyMessage],
    conversations: Iterable[Conversation],
    wait: timedelta,
) -> None:
    """Insert what was written in our name, and new conversations."""
    tx.insert(_MESSAGES, (_agency_row(one, channel, wait) for one in sorted(placed, key=lambda one: one.draft.key)))
    tx.insert(_CONVERSATIONS, (_conversation_row(one, channel) for one in _ordered(conversations) if one.is_new))


def _ordered(conversations: Iterable[Conversation]) -> list[Conversation]:
    """Order them alike in every transaction: two then do not wait for each other."""
    return sorted(conversations, key=lambda one: (one.person_id, one.account, one.thread))


def _conversation_row(one: Conversation, channel: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "channel": channel,
        "account": one.account,
        "person_id": one.person_id,
        "thread": one.thread,
        "latest_complaint_id": one.latest_complaint_id,
        "last_message_at": one.last_message_at,
        "asked": ",".join(one.asked) or None,
        "asked_at": one.asked_at,
        "prompted_at": one.prompted_at,
        "announced_at": one.announced_at,
        "waiting": one.waiting,
        "window_started_at": one.window_started_at,
        "window_count": one.window_count,
    }


def _complaint_row(one: Judged, channel: str) -> dict[str, Any]:
    return {
        "id": one.draft.complaint_id,
        "ticket": one.ticket,
        "conversation_id": one.conversation.id,
        "channel": channel,
        "text": one.draft.text,
        "anonymous": one.draft.message.anonymous,
        "secret": one.draft.message.secret,
        "sealed": one.draft.sealed,
        "received_at": one.draft.received_at,
        "emergency": one.decision.emergency,
    }


def _message_row(one: Judged, channel: str, hold: timedelta) -> dict[str, Any]:
    message, place = one.draft.message, place_document(one.draft.message.place)
    return {
        "id": one.draft.message_id,
        "channel": channel,
        "account": message.account,
        "provider_message_id": message.provider_message_id,
        "complaint_id": one.complaint_id,
        "raw_request_id": one.draft.raw_request_id,
        "fingerprint": message.fingerprint,
        "surface": message.surface,
        "thread": message.thread,
        "text": message.text,
        "event_time": message.event_time,
        "received_at": one.draft.received_at,
        "conversation_id": one.conversation.id,
        "author": "citizen",
        "disposition": one.decision.disposition,
        "rule": one.decision.rule,
        "reporter": one.draft.reporter if one.is_named else None,
        "place": None if place is None else json.dumps(place),
        "due_at": one.draft.received_at + hold if one.decision.disposition == "held" else None,
    }


def _agency_row(one: PlacedAgencyMessage, channel: str, wait: timedelta) -> dict[str, Any]:
    message = one.draft.message
    return {
        "id": one.draft.message_id,
        "channel": channel,
        "account": message.account,
        "provider_message_id": message.provider_message_id,
        "complaint_id": one.complaint_id,
        "raw_request_id": one.draft.raw_request_id,
        "fingerprint": None,
        "surface": message.surface,
        "thread": message.thread,
        "text": message.text,
        "event_time": message.event_time,
        "received_at": one.draft.received_at,
        "conversation_id": one.conversation_id,
        "author": "agency",
        "disposition": one.disposition,
        "rule": one.rule,
        "reporter": None,
        "place": None,
        "due_at": one.draft.received_at + wait if one.disposition == "held" else None,
    }


async def lock_conversations(
    tx: UnitOfWork, channel: str, keys: Collection[ConversationKey], strangers: Collection[UUID] = ()
) -> dict[ConversationKey, Conversation]:
    """Return the conversations as they stand, locked until the commit; new ones for those that do not exist yet.

    `strangers`: persons whom this transaction is going to write into the vault; they have none. If another one wrote
    them meanwhile, its conversation and ours exclude each other as the persons do.
    """
    found = {}
    for row in await _locked_conversations(tx, channel, [key for key in keys if key[0] not in strangers]):
        if (key := (row.person_id, row.account, row.thread)) not in keys:
            continue
        found[key] = Conversation(
            id=row.id,
            account=row.account,
            person_id=row.person_id,
            thread=row.thread,
            is_new=False,
            latest_complaint_id=row.latest_complaint_id,
            last_message_at=row.last_message_at,
            asked=tuple(row.asked.split(",")) if row.asked else (),
            asked_at=row.asked_at,
            prompted_at=row.prompted_at,
            announced_at=row.announced_at,
            waiting=row.waiting,
            window_started_at=row.window_started_at,
            window_count=row.window_count,
        )
    for key in keys:
        if key not in found:
            person_id, account, thread = key
            found[key] = Conversation(id=new_id(), account=account, person_id=person_id, thread=thread, is_new=True)
    return found


async def _locked_conversations(tx: UnitOfWork, channel: str, keys: Sequence[ConversationKey]) -> Sequence[Record]:
    if not keys:
        return []
    persons, accounts, threads = map(set, zip(*keys, strict=True))
    told = {"channel": channel, "persons": list(persons), "accounts": list(accounts), "threads": list(threads)}
    return await tx.fetch(_LOCK_CONVERSATIONS, told)


async def take_held(
    tx: UnitOfWork, complaints: Mapping[UUID, UUID], rule: str
) -> tuple[Sequence[Row[Any]], Mapping[UUID, list[AttachmentRef]]]:
    """Add what waited in conversations to complaints (by conversation id); return the messages and what came along."""
    told = {"conversation_id": list(complaints), "complaint_id": list(complaints.values()), "rule": rule}
    taken = (await tx.execute(_TAKE_HELD, told)).all()
    references = await take_attachments(tx, [row.id for row in taken]) if taken else {}
    return sorted(taken, key=lambda row: row.received_at), references


async def take_attachments(tx: UnitOfWork, message_ids: Sequence[UUID]) -> dict[UUID, list[AttachmentRef]]:
    """Add what came with messages to the complaints that these are in; return it by message."""
    references: dict[UUID, list[AttachmentRef]] = {message_id: [] for message_id in message_ids}
    for row in await tx.execute(_TAKE_ATTACHMENTS, {"ids": list(message_ids)}):
        references[row.message_id].append(
            AttachmentRef(id=row.id, kind=row.kind, media_type=row.media_type, sha256=row.sha256, size=row.size)
        )
    return references


async def seal(tx: UnitOfWork, complaint_ids: Collection[UUID]) -> None:
    """Seal complaints whose later words speak of what only the Inspectorate may see."""
    await tx.execute(update(complaint).where(complaint.c.id.in_(complaint_ids)).values(sealed=True))


async def unseal(tx: UnitOfWork, complaint_id: UUID, ordered_at: datetime) -> None:
    """Open a complaint, unless more has been said since: that was announced as sealed."""
    ordered = cast(ordered_at, DateTime(timezone=True))
    await tx.execute(select(func.intake.unseal(cast(complaint_id, Uuid), ordered)))


async def withdraw(tx: UnitOfWork, complaint_id: UUID, at: datetime | None) -> None:
    """Remember since when its citizen wants a complaint to go no further; None when it shall go on."""
    await tx.execute(update(complaint).where(complaint.c.id == complaint_id).values(withdrawn_at=at))


def store_attachments(
    tx: UnitOfWork, channel: str, attachments: Sequence[tuple[StoredAttachment, UUID, UUID | None, str, datetime]]
) -> None:
    """Insert what came with messages: each with its message, its complaint, our account and when it came."""
    rows = (
        {
            "complaint_id": complaint_id,
            "message_id": message_id,
            "channel": channel,
            "account": account,
            **_attachment_row(stored, received_at),
        }
        for stored, message_id, complaint_id, account, received_at in attachments
    )
    tx.insert(_ATTACHMENTS, rows)


def _attachment_row(stored: StoredAttachment, received_at: datetime) -> dict[str, Any]:
    """Return its own columns. Where nothing is fetched, nobody needs the provider's address any more."""
    given, planned, kept, keep = stored.given, stored.incoming.plan, stored.incoming.content, stored.incoming.keep
    wanted, hints = planned.state == "wanted", kept.hints if kept else None
    return {
        **stored.reference.model_dump(),
        "source_url": given.url if wanted else None,
        "note": given.note,
        "state": planned.state,
        "problem": planned.problem,
        "due_at": received_at if wanted else None,
        "keep_hints": given.keep_hints,
        "hints": json.dumps(hints) if hints else None,
        "keep_until": received_at + keep if keep else None,
    }


async def tickets_of(tx: UnitOfWork, complaint_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the tickets of those complaints that are ours."""
    found = select(complaint.c.id, complaint.c.ticket).where(complaint.c.id == any_(_array(set(complaint_ids), Uuid())))
    return {row.id: row.ticket for row in await tx.execute(found)}


async def complaint_by_ticket(tx: UnitOfWork, ticket: str) -> Row[Any] | None:
    """Return a complaint by its canonical ticket."""
    return (await tx.execute(select(complaint).where(complaint.c.ticket == ticket))).first()


async def regency_of_case(tx: UnitOfWork, complaint_id: UUID | None) -> str | None:
    """Return where casework has a complaint, for example 52.03; None where nobody knows, or no case is open yet."""
    if complaint_id is None:
        return None
    found: str | None = await tx.scalar(select(func.casework.regency_of(cast(complaint_id, Uuid))))
    return found


async def answers_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return the answers given so far, oldest first."""
    found = select(answer).where(answer.c.complaint_id == complaint_id).order_by(answer.c.answered_at)
    return (await tx.execute(found)).all()


async def project(tx: UnitOfWork, complaint_id: UUID, **values: object) -> bool:
    """Update the projection of casework's state; return whether the complaint is known."""
    changed = update(complaint).where(complaint.c.id == complaint_id).values(values).returning(complaint.c.id)
    return (await tx.scalar(changed)) is not None


async def is_complaint(tx: UnitOfWork, complaint_id: UUID) -> bool:
    """Tell whether there is such a complaint."""
    return (await tx.scalar(select(complaint.c.id).where(complaint.c.id == complaint_id))) is not None


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
    await tx.execute(insert(answer).values(row))


def _array(values: Iterable[object], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    return literal(list(values), ARRAY(kind))
