"""Which complaint a message names: by what it answers, by a ticket in its words, or by the address it was sent to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.intake import repository
from services.intake.conversation.commands import tickets_in
from services.intake.drafts import Draft, Key
from services.intake.judging import Named
from services.intake.reporters.repository import Person
from services.intake.reports.repository import complaints_reported
from services.intake.repository import KnownMessage
from shared.db import UnitOfWork


async def complaints_named(
    tx: UnitOfWork,
    channel: str,
    fresh: Sequence[Draft],
    persons: Mapping[UUID, Person],
    known: Mapping[Key, KnownMessage],
) -> dict[UUID, Named]:
    """Find the complaints that messages name, by message id; only the sender's own count, or one opened before."""
    wanted = {one.message_id: _mentions(one, known) for one in fresh}
    quoted = {one.message.reply_to for one in fresh if one.message.reply_to and not wanted[one.message_id].ids}
    reported = await complaints_reported(tx, channel, quoted) if quoted else {}
    for one in fresh:
        if one.message.reply_to in reported:
            wanted[one.message_id].ids.append(reported[one.message.reply_to])
    ids = {complaint_id for mentions in wanted.values() for complaint_id in mentions.ids}
    tickets = {ticket for mentions in wanted.values() for ticket in mentions.tickets}
    if not ids and not tickets:
        return {}
    complaints = (await repository.complaints_of(tx, ids, tickets=tickets)).values()
    named = {}
    for one in fresh:
        mentions, person = wanted[one.message_id], persons[one.message_id]
        own = [
            complaint
            for complaint in complaints
            if complaint.id == one.message.complaint
            or (complaint.is_of(person.id) and (complaint.id in mentions.ids or complaint.ticket in mentions.tickets))
        ]
        own.sort(key=lambda complaint: complaint.id != one.message.complaint)
        if own:
            named[one.message_id] = Named(complaint_id=own[0].id, ticket=own[0].ticket)
    return named


@dataclass(slots=True)
class _Mentions:
    ids: list[UUID]
    tickets: tuple[str, ...]


def _mentions(draft: Draft, known: Mapping[Key, KnownMessage]) -> _Mentions:
    message = draft.message
    ids = [message.complaint] if message.complaint is not None else []
    quoted = known.get((message.account, message.reply_to)) if message.reply_to else None
    if quoted is not None and quoted.complaint_id is not None:
        ids.append(quoted.complaint_id)
    return _Mentions(ids, tickets_in(message.text))
