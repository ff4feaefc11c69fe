"""Every SQL statement of the officers' desk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Row, Uuid, cast, func, select, text
from sqlalchemy.dialects.postgresql import insert

from services.intake.models import complaint, message, officer_act
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.db import UnitOfWork
from shared.security import Principal

Act: TypeAlias = Literal["entered", "made_complaint", "joined_reporters", "split"]

_MESSAGE = """
    SELECT m.*, c.ticket, c.sealed, (
        SELECT a.text FROM intake.amendment AS a WHERE a.channel = m.channel AND a.account = m.account
        AND a.provider_message_id = m.provider_message_id AND a.change = 'edited' ORDER BY a.at DESC LIMIT 1
    ) AS edited_text
    FROM intake.message AS m LEFT JOIN intake.complaint AS c ON c.id = m.complaint_id
"""
_KEPT = text(f"""
    {_MESSAGE} WHERE m.disposition = :disposition AND m.author = 'citizen'
      AND (CAST(:before AS uuid) IS NULL OR (m.received_at, m.id) <
           (SELECT b.received_at, b.id FROM intake.message AS b WHERE b.id = CAST(:before AS uuid)))
    ORDER BY m.received_at DESC, m.id DESC LIMIT :limit
""")  # noqa: S608 - our own text
_LOCK_CONVERSATION = text("""
    SELECT * FROM intake.conversation
    WHERE id = (SELECT conversation_id FROM intake.message WHERE id = :message_id) FOR UPDATE
""")
_ONE_MESSAGE = text(f"{_MESSAGE} WHERE m.id = :message_id AND m.author = 'citizen' FOR UPDATE OF m")
_ATTACHMENTS = text("""
    SELECT message_id, id, kind, media_type, sha256, size, state FROM intake.attachment
    WHERE message_id = ANY(CAST(:ids AS uuid[])) ORDER BY id
""")
_OPEN_MESSAGE = text("""
    UPDATE intake.message SET complaint_id = :complaint_id, disposition = 'opened', rule = :rule, due_at = NULL
    WHERE id = :message_id
""")
_GIVE_ATTACHMENTS = text("UPDATE intake.attachment SET complaint_id = :complaint_id WHERE message_id = :message_id")
_MOVE_CONVERSATION = text("""
    UPDATE intake.conversation AS v SET
        waiting = (SELECT count(*) FROM intake.message AS m WHERE m.conversation_id = v.id AND m.disposition = 'held'
                   AND m.author = 'citizen'),
        latest_complaint_id = CASE WHEN v.last_message_at > :said_at THEN v.latest_complaint_id ELSE :complaint_id END,
        asked = CASE WHEN v.last_message_at > :said_at THEN v.asked END,
        asked_at = CASE WHEN v.last_message_at > :said_at THEN v.asked_at END,
        last_message_at = greatest(v.last_message_at, :said_at)
    WHERE v.id = :conversation_id
""")
_LOCK_CONVERSATION_OF = text("""
    SELECT id FROM intake.conversation
    WHERE id = (SELECT conversation_id FROM intake.complaint WHERE ticket = :ticket) FOR UPDATE
""")
_ORIGINAL = text("""
    SELECT m.*, c.ticket, c.anonymous, c.secret, c.sealed, c.withdrawn_at AS cancelled_at
    FROM intake.complaint AS c JOIN intake.message AS m ON m.complaint_id = c.id
    WHERE c.ticket = :ticket AND m.disposition = 'opened' ORDER BY m.received_at, m.id LIMIT 1
""")
_SPLIT_BEFORE = text("""
    SELECT m.fingerprint, c.ticket FROM intake.message AS m JOIN intake.complaint AS c ON c.id = m.complaint_id
    WHERE m.channel = :channel AND m.account = :account AND m.provider_message_id = :provider_message_id
""")
_LOCK_ATTACHMENTS = text("""
    SELECT id FROM intake.attachment
    WHERE id = ANY(CAST(:wanted AS uuid[])) AND complaint_id = :original AND message_id IS NOT NULL AND state = 'stored'
    ORDER BY id FOR UPDATE
""")
_REFER_TO_ATTACHMENTS = text("""
    WITH chosen AS (
        SELECT n.id, a.id AS source, a.channel, a.account, a.kind, a.media_type, a.sha256, a.size, a.note, a.keep_until
        FROM unnest(CAST(:ids AS uuid[]), CAST(:sources AS uuid[])) AS n(id, source)
        JOIN intake.attachment AS a ON a.id = n.source
    ), added AS (
        INSERT INTO intake.attachment (id, complaint_id, message_id, channel, account, kind, media_type, sha256, size,
                                       note, state, keep_until)
        SELECT id, :complaint_id, :message_id, channel, account, kind, media_type, sha256, size, note, 'stored',
               keep_until FROM chosen
    )
    SELECT id, source, kind, media_type, sha256, size FROM chosen ORDER BY id
""")
_INHERITED = ("channel", "account", "raw_request_id", "surface", "thread", "event_time", "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComplaint:
    """A complaint to insert, still without a ticket."""

    id: UUID
    conversation_id: UUID
    channel: str
    text: str
    sealed: bool
    emergency: bool
    received_at: datetime
    anonymous: bool = False
    secret: bool = False


async def kept_messages(tx: UnitOfWork, *, disposition: str, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return messages without a complaint, newest first; `before`: those that came before this one."""
    told = {"disposition": disposition, "before": before, "limit": limit}
    return (await tx.execute(_KEPT, told)).all()


async def lock_message(tx: UnitOfWork, message_id: UUID) -> Row[Any] | None:
    """Return a citizen's message; nothing of its conversation is judged until the transaction ends."""
    told = {"message_id": message_id}
    await tx.execute(_LOCK_CONVERSATION, told)
    return (await tx.execute(_ONE_MESSAGE, told)).first()


async def attachments_of(tx: UnitOfWork, message_ids: Collection[UUID]) -> dict[UUID, list[Row[Any]]]:
    """Return what came with messages, by message id."""
    found: dict[UUID, list[Row[Any]]] = {message_id: [] for message_id in message_ids}
    for row in await tx.execute(_ATTACHMENTS, {"ids": list(message_ids)}):
        found[row.message_id].append(row)
    return found


async def add_complaint(tx: UnitOfWork, new: NewComplaint) -> str:
    """Insert a complaint; return its ticket: one that is taken is drawn again."""
    row = {name: getattr(new, name) for name in new.__slots__}
    while True:
        added = insert(complaint).values(**row, ticket=new_ticket())
        added = added.on_conflict_do_nothing(index_elements=["ticket"])
        ticket = await tx.scalar(added.returning(complaint.c.ticket))
        if ticket is not None:
            return str(ticket)


async def open_message(tx: UnitOfWork, message: Row[Any], complaint_id: UUID, *, rule: str, said_at: datetime) -> None:
    """Make a message the one that opened a complaint, and its conversation go on from there if it is the newest."""
    told = {"message_id": message.id, "complaint_id": complaint_id}
    await tx.execute(_OPEN_MESSAGE, {**told, "rule": rule})
    await tx.execute(_GIVE_ATTACHMENTS, told)
    moved = {"conversation_id": message.conversation_id, "complaint_id": complaint_id, "said_at": said_at}
    await tx.execute(_MOVE_CONVERSATION, moved)


async def record_act(
    tx: UnitOfWork,
    principal: Principal,
    act: Act,
    at: datetime,
    *,
    complaint_id: UUID,
    message_id: UUID | None = None,
    other_complaint_id: UUID | None = None,
    reason: str | None = None,
) -> None:
    """Write down who did what."""
    row = {
        "at": at,
        "account_id": principal.account_id,
        "role": principal.role.value,
        "act": act,
        "complaint_id": complaint_id,
        "message_id": message_id,
        "other_complaint_id": other_complaint_id,
        "reason": reason,
    }
    await tx.execute(insert(officer_act).values(row))


_MESSAGE_OF = text("""
    SELECT id FROM intake.message WHERE channel = :channel AND account = :account AND provider_message_id = :id
""")


async def message_id_of(tx: UnitOfWork, channel: str, account: str, provider_message_id: str) -> UUID | None:
    """Return the message that was stored under a key."""
    told = {"channel": channel, "account": account, "id": provider_message_id}
    found: UUID | None = await tx.scalar(_MESSAGE_OF, told)
    return found


async def lock_original(tx: UnitOfWork, ticket: str) -> Row[Any] | None:
    """Return the message that opened a complaint, with the complaint's flags.

    Nothing of its conversation is judged until the transaction ends.
    """
    await tx.execute(_LOCK_CONVERSATION_OF, {"ticket": ticket})
    return (await tx.execute(_ORIGINAL, {"ticket": ticket})).first()


async def split_before(tx: UnitOfWork, original: Row[Any], provider_message_id: str) -> Row[Any] | None:
    """Return what the same request opened before."""
    told = {"channel": original.channel, "account": original.account, "provider_message_id": provider_message_id}
    return (await tx.execute(_SPLIT_BEFORE, told)).first()


async def add_split_message(
    tx: UnitOfWork, original: Row[Any], new: NewComplaint, *, reporter: UUID, **values: object
) -> None:
    """Insert the message that opens a split complaint, and a reference of its own to the same reporter."""
    row = {name: getattr(original, name) for name in _INHERITED} | {
        "complaint_id": new.id,
        "conversation_id": new.conversation_id,
        "text": new.text,
        "received_at": new.received_at,
        "disposition": "opened",
        "reporter": reporter,
    }
    given = {name: value for name, value in (row | values).items() if value is not None}  # no `null` of JSON's
    await tx.execute(insert(message).values(given))
    await tx.execute(select(func.vault.refer_again(cast(original.reporter, Uuid), cast(reporter, Uuid))))


async def refer_to_attachments(
    tx: UnitOfWork, original: Row[Any], new: NewComplaint, message_id: UUID, wanted: Sequence[UUID]
) -> Sequence[Row[Any]]:
    """Give a complaint attachments of its own with the contents of those; what is not stored is left out."""
    if not wanted:
        return ()
    lock = {"wanted": list(wanted), "original": original.complaint_id}
    sources = list((await tx.execute(_LOCK_ATTACHMENTS, lock)).scalars())
    told = {"ids": [new_id() for _ in sources], "sources": sources, "complaint_id": new.id, "message_id": message_id}
    return (await tx.execute(_REFER_TO_ATTACHMENTS, told)).all()
