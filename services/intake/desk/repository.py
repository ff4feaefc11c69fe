"""Every SQL statement of the officers' desk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert

from services.intake.models import complaint, officer_act
from shared.core.ticket import new_ticket
from shared.db import UnitOfWork
from shared.security import Principal

Act: TypeAlias = Literal["entered", "made_complaint", "joined_reporters"]

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
        added = insert(complaint).values(**row, ticket=new_ticket(), anonymous=False, secret=False)
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
