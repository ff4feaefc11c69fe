"""What was written in our name: by somebody of ours in the provider's own app, or by us, shown back as if it was them.

Replies that we post come back as messages of the agency: Facebook says of a comment not even which app wrote it, and
shows it before we know what the provider calls it. So it waits (`waiting/agency.py`) until replies had time to say so.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.intake import repository
from services.intake.conversation import limits
from services.intake.drafts import AgencyDraft, Key, PlacedAgencyMessage
from services.intake.judging import Conversation
from services.intake.reporters.repository import Person
from services.intake.reports.repository import complaints_reported
from services.intake.repository import KnownMessage
from shared.db import UnitOfWork

AGENCY_WROTE, OUR_OWN_REPLY, PERHAPS_OUR_OWN = "agency_wrote", "our_own_reply", "perhaps_our_own"
"""The rules of such messages."""


async def take_in(
    tx: UnitOfWork,
    channel: str,
    fresh: Sequence[AgencyDraft],
    known: Mapping[Key, KnownMessage],
    persons: Mapping[UUID, Person],
) -> list[PlacedAgencyMessage]:
    """Store messages that are new. Nothing is announced: who wrote them is not known yet.

    `persons`: to whom each was written, by message id, where that is told.
    """
    if not fresh:
        return []
    conversations = await _conversations(tx, channel, fresh, persons)
    ours = await complaints_reported(tx, channel, [one.message.provider_message_id for one in fresh])
    placed = [
        _place(one, conversations.get(one.message_id), known, ours=one.message.provider_message_id in ours)
        for one in fresh
    ]
    begun = {one.id: one for one in conversations.values()}.values()
    repository.store_agency(tx, channel, placed, begun, limits.OWN_REPLY_WAIT)
    attachments = [
        (stored, one.draft.message_id, None, one.draft.message.account, one.draft.received_at)
        for one in placed
        for stored in one.draft.attachments
    ]
    repository.store_attachments(tx, channel, attachments)
    return placed


def _place(
    draft: AgencyDraft, conversation: Conversation | None, known: Mapping[Key, KnownMessage], *, ours: bool
) -> PlacedAgencyMessage:
    complaint_id = None if ours else _complaint_of(draft, conversation, known)
    rule = AGENCY_WROTE if complaint_id is None else PERHAPS_OUR_OWN
    return PlacedAgencyMessage(
        draft=draft,
        disposition="kept" if complaint_id is None else "held",
        rule=OUR_OWN_REPLY if ours else rule,
        complaint_id=complaint_id,
        conversation_id=conversation.id if conversation else None,
    )


async def _conversations(
    tx: UnitOfWork, channel: str, fresh: Sequence[AgencyDraft], persons: Mapping[UUID, Person]
) -> dict[UUID, Conversation]:
    """Return the private conversations that messages belong to, by message id; we may have begun one."""
    keys = {
        one.message_id: (persons[one.message_id].id, one.message.account, "")
        for one in fresh
        if one.message_id in persons
    }
    if not keys:
        return {}
    await tx.flush()  # a citizen may have begun the same conversation in this very group
    found = await repository.lock_conversations(tx, channel, set(keys.values()))
    return {message_id: found[key] for message_id, key in keys.items()}


def _complaint_of(
    draft: AgencyDraft, conversation: Conversation | None, known: Mapping[Key, KnownMessage]
) -> UUID | None:
    """Return the complaint of what was answered; without that, the newest of the conversation."""
    answered = known.get((draft.message.account, draft.message.reply_to)) if draft.message.reply_to else None
    if answered is not None:
        return answered.complaint_id
    return conversation.latest_complaint_id if conversation is not None else None
