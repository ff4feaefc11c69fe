"""Whose turn it is in each conversation of a group of messages."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.intake.conversation.limits import OFFICER_WINDOW
from services.intake.drafts import Draft
from services.intake.judging import Conversation, Named
from services.intake.reporters.repository import Person
from services.intake.turns.picking import Turns, pick
from services.intake.turns.repository import spoken_to
from shared.db import UnitOfWork

_FORMS = frozenset({"form", "desk"})
"""What comes by these answers nothing but what it names."""


async def turns_of(
    tx: UnitOfWork,
    fresh: Sequence[Draft],
    persons: Mapping[UUID, Person],
    conversations: Mapping[UUID, Conversation],
    named: Mapping[UUID, Named],
) -> dict[UUID, Turns]:
    """Return by message id what each message may answer; strangers were never spoken to."""
    known = [one for one in fresh if one.message.surface not in _FORMS and not persons[one.message_id].is_new]
    if not known:
        return {}
    people = {persons[one.message_id].id for one in known}
    spoken = await spoken_to(tx, people, min(one.said_at for one in known) - OFFICER_WINDOW)
    found = {}
    for one in known:
        theirs, conversation = spoken.get(persons[one.message_id].id), conversations[one.message_id]
        if theirs:
            name = named.get(one.message_id)
            found[one.message_id] = pick(
                theirs,
                conversation_id=conversation.id,
                thread=conversation.thread,
                named=None if name is None else name.complaint_id,
            )
    return found
