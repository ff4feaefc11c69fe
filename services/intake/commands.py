"""What a citizen orders by a word: where it stands, never mind, go on after all, be quiet, this is me too, it was good.

Rare, and done one by one.
"""

from services.intake import announcements, repository
from services.intake.access_code import is_access_code
from services.intake.citizens import repository as citizens
from services.intake.citizens.rating import rate_newest
from services.intake.conversation import limits
from services.intake.conversation.commands import rating_words
from services.intake.judging import Judged
from services.intake.reporters import repository as reporters
from services.intake.reporters.repository import Person
from services.intake.repository import ComplaintOf
from shared.db import UnitOfWork
from shared.events import CitizenPrompted, ComplaintResumed, ComplaintWithdrawn

_CANCELLABLE = frozenset({"received", "assigned", "awaiting_information", "transfer_requested"})
"""Nobody works on it yet."""
_RATEABLE = frozenset({"answered", "closed"})


async def carry_out(tx: UnitOfWork, channel: str, one: Judged, person: Person, access_code_key: str) -> CitizenPrompted:
    """Obey the command of a message within its transaction; return what its sender is to be told."""
    command, at = one.decision.command, one.draft.received_at
    name = command.name if command is not None else "help"
    ticket, state = None, None
    prompt: str = name
    if name == "check" and command is not None:
        prompt, ticket, state = await _look_up(tx, command.ticket)
    elif name == "status":
        prompt, ticket, state = await _look_up(tx, one.latest.ticket if one.latest else None)
    elif name == "cancel":
        prompt, ticket = await _cancel(tx, one, person)
    elif name == "reopen":
        prompt, ticket = await _reopen(tx, one, person)
    elif name == "stop":
        await reporters.silence(tx, person.id, at)
        prompt = "stopped"
    elif name == "resume":
        await reporters.silence(tx, person.id, None)
        prompt = "resumed"
    elif name == "rate":
        prompt, ticket = await _rate(tx, one, person)
    elif name == "join" and command is not None:
        joined = await _join(tx, one, person, access_code_key)
        prompt = "joined" if joined else "not_joined"
    return announcements.prompted(one, channel=channel, prompt=prompt, ticket=ticket, state=state)


async def _look_up(tx: UnitOfWork, ticket: str | None) -> tuple[str, str | None, str | None]:
    """Return what to say of a ticket. Its state is public: a ticket is no secret."""
    row = await repository.complaint_by_ticket(tx, ticket) if ticket is not None else None
    return ("ticket_unknown", None, None) if row is None else ("status", row.ticket, row.state)


async def _cancel(tx: UnitOfWork, one: Judged, person: Person) -> tuple[str, str | None]:
    """Withdraw the complaint that is named, or the newest of the conversation, as long as nobody works on it."""
    at = one.draft.received_at
    if one.decision.command is not None and one.decision.command.misread:
        return "ticket_unknown", None
    complaint = await _meant(tx, one, person)
    if complaint is None or complaint.withdrawn or complaint.state not in _CANCELLABLE:
        return "not_cancelled", complaint.ticket if complaint else None
    await repository.withdraw(tx, complaint.id, at)
    tx.publish(
        ComplaintWithdrawn(
            complaint_id=complaint.id, ticket=complaint.ticket, message_id=one.draft.message_id, withdrawn_at=at
        ),
        traceparent=one.draft.traceparent,
    )
    return "cancelled", complaint.ticket


async def _reopen(tx: UnitOfWork, one: Judged, person: Person) -> tuple[str, str | None]:
    """Take a withdrawal of the sender's own complaint back, as long as `limits.REOPEN_WINDOW` lasts."""
    at = one.draft.received_at
    if one.decision.command is not None and one.decision.command.misread:
        return "ticket_unknown", None
    complaint = await _meant(tx, one, person)
    since = complaint.withdrawn_at if complaint is not None else None
    if complaint is None or since is None or at - since > limits.REOPEN_WINDOW:
        return "not_reopened", complaint.ticket if complaint else None
    await repository.withdraw(tx, complaint.id, None)
    tx.publish(
        ComplaintResumed(
            complaint_id=complaint.id, ticket=complaint.ticket, message_id=one.draft.message_id, resumed_at=at
        ),
        traceparent=one.draft.traceparent,
    )
    return "reopened", complaint.ticket


async def _rate(tx: UnitOfWork, one: Judged, person: Person) -> tuple[str, str | None]:
    """Keep how the newest answer was, once; the same rating again is as good as kept."""
    command, at = one.decision.command, one.draft.received_at
    complaint = await _meant(tx, one, person)
    told = complaint.ticket if complaint is not None else None
    if command is None or command.stars is None or complaint is None or complaint.state not in _RATEABLE:
        return "not_rated", told
    kept = await rate_newest(
        tx,
        complaint_id=complaint.id,
        ticket=complaint.ticket,
        stars=command.stars,
        text=rating_words(one.draft.message.text),
        at=at,
        traceparent=one.draft.traceparent,
    )
    answers = () if kept else await citizens.answers_of(tx, complaint.id)
    same = bool(answers) and answers[-1].rating == command.stars
    return "rated" if kept or same else "not_rated", told


async def _meant(tx: UnitOfWork, one: Judged, person: Person) -> ComplaintOf | None:
    """Return the sender's own complaint that is to be cancelled, to go on, or was answered."""
    ticket = one.decision.command.ticket if one.decision.command is not None else None
    if ticket is not None:
        found = await repository.complaints_of(tx, tickets=[ticket])
    else:
        found = await repository.complaints_of(tx, [one.latest.complaint_id] if one.latest else [])
    return next((complaint for complaint in found.values() if complaint.is_of(person.id)), None)


async def _join(tx: UnitOfWork, one: Judged, person: Person, key: str) -> bool:
    """Join the sender and whoever made a complaint, when the code proves that both are one."""
    command = one.decision.command
    if command is None or command.ticket is None or command.code is None:
        return False
    found = list((await repository.complaints_of(tx, tickets=[command.ticket])).values())
    if not found or not is_access_code(key, found[0].id, command.code):
        return False
    await reporters.keep_proof(tx, found[0].id, person.id, one.draft.received_at)
    if found[0].person_id != person.human:
        await reporters.join_persons(tx, found[0].person_id, person.human)
    return True
