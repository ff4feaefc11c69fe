"""What was written in our name in the provider's own app: kept once, beside the complaint that it answers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.intake import announcements, repository
from services.intake.drafts import AgencyDraft, Key, PlacedAgencyMessage
from services.intake.judging import Conversation
from services.intake.repository import KnownMessage
from shared.db import UnitOfWork
from shared.security.vault import VaultKeys


async def take_in(
    tx: UnitOfWork,
    vault: VaultKeys,
    channel: str,
    fresh: Sequence[AgencyDraft],
    known: Mapping[Key, KnownMessage],
) -> list[PlacedAgencyMessage]:
    """Store messages that are new, and announce those that belong to a complaint."""
    if not fresh:
        return []
    conversations = await _conversations(tx, vault, channel, fresh)
    wanted = {one.message_id: _complaint_of(one, conversations.get(one.message_id), known) for one in fresh}
    complaints = await repository.complaints_of(tx, [found for found in wanted.values() if found is not None])
    placed = []
    for one in fresh:
        conversation, complaint_id = conversations.get(one.message_id), wanted[one.message_id]
        complaint = None if complaint_id is None else complaints.get(complaint_id)
        placed.append(
            PlacedAgencyMessage(
                draft=one,
                complaint_id=complaint.id if complaint else None,
                ticket=complaint.ticket if complaint else None,
                conversation_id=conversation.id if conversation else None,
                sealed=complaint is not None and complaint.sealed,
            )
        )
    await _store(tx, channel, placed)
    return placed


async def _conversations(
    tx: UnitOfWork, vault: VaultKeys, channel: str, fresh: Sequence[AgencyDraft]
) -> dict[UUID, Conversation]:
    """Return the private conversations that messages belong to, by message id; we may have begun one."""
    senders = {one.message_id: one.message.recipient for one in fresh if one.message.recipient is not None}
    if not senders:
        return {}
    persons = await repository.persons(tx, vault, channel, senders)
    keys = {
        one.message_id: (persons[one.message_id].id, one.message.account, "")
        for one in fresh
        if one.message_id in persons
    }
    found = await repository.lock_conversations(tx, channel, set(keys.values()))
    await repository.store_conversations(tx, channel, [one for one in found.values() if one.is_new])
    return {message_id: found[key] for message_id, key in keys.items()}


def _complaint_of(
    draft: AgencyDraft, conversation: Conversation | None, known: Mapping[Key, KnownMessage]
) -> UUID | None:
    """Return the complaint of what was answered; without that, the newest of the conversation."""
    answered = known.get((draft.message.account, draft.message.reply_to)) if draft.message.reply_to else None
    if answered is not None:
        return answered.complaint_id
    return conversation.latest_complaint_id if conversation is not None else None


async def _store(tx: UnitOfWork, channel: str, placed: Sequence[PlacedAgencyMessage]) -> None:
    await repository.store_agency_messages(tx, channel, placed)
    attachments = [
        (stored, one.draft.message_id, one.complaint_id, one.draft.message.account, one.draft.received_at)
        for one in placed
        for stored in one.draft.attachments
    ]
    await repository.store_attachments(tx, channel, attachments)
    for one in placed:
        if one.complaint_id is not None:
            event = announcements.appended_by_agency(one, channel=channel)
            tx.publish(event, traceparent=one.draft.traceparent)
