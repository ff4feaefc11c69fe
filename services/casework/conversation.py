"""Casework's use cases for what comes after the first message. Each runs in a transaction that the edge opened.

A citizen's further words change no state and no version: an officer who answers meanwhile answers what was asked. They
are shown, and the queue says that there is news. Two exceptions go on with the case: what was asked for has come, and
the answer did not content them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework import disposition, repository, rules
from services.casework.clocks import keeping
from services.casework.moves import HOUSE_CLOCKS, move, say_answered
from shared.core.errors import RejectError
from shared.db import UnitOfWork
from shared.events import (
    Actor,
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintRated,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintWithdrawn,
    ReplyFailed,
    ReplySent,
    ReplyUnknown,
    ReplyWaiting,
)

ReplyNews = ReplySent | ReplyFailed | ReplyUnknown | ReplyWaiting

_SAYING = Actor(kind="citizen", id="message")
_INFORMED = "Pelapor menyampaikan keterangan."
_RESPONDED = "Pelapor menanggapi jawaban."
_CITIZEN = Actor(kind="citizen", id="command.cancel")
_RESUMING = Actor(kind="citizen", id="command.reopen")
_WITHDRAWN = "Dicabut oleh pelapor (BATAL)."
_RESUMED = "Pelapor melanjutkan aduan yang dicabut (LANJUT)."
_WISHES_TO_WITHDRAW = "Pelapor ingin mencabut aduannya (BATAL); petugas sudah menanganinya."


def keep_first(tx: UnitOfWork, events: Sequence[ComplaintReceived]) -> None:
    """Keep the messages that opened cases: they may be changed later, like any other."""
    repository.keep_first_messages(tx, [_message(event, author="citizen") for event in events])


async def hear_more(tx: UnitOfWork, event: ComplaintAppended) -> bool:
    """Keep a further message; what the agency wrote in a provider's own app is its answer.

    False when it was kept before. Raises `RejectError` for a complaint that has no case; so does everything below.
    """
    row = await _case(tx, event.complaint_id)
    if not await repository.add_message(tx, _message(event, author=event.author)):
        return False
    await _alarm(tx, row, sealed=event.sealed, emergency=event.emergency, at=event.received_at)
    if event.author == "agency":
        await _answered_elsewhere(tx, row, event)
    else:
        await _news(tx, row, event.received_at)
        await _go_on(tx, event)
    return True


async def hear_change(tx: UnitOfWork, event: ComplaintAmended) -> None:
    """Keep what became of a message; what it said before stays beside it."""
    row = await _case(tx, event.complaint_id)
    edited = event.change == "edited"
    changed = {"amended_text": event.text, "amended_at": event.amended_at} if edited else {}
    await repository.amend_message(
        tx,
        event.message_id,
        row.complaint_id,
        channel=row.channel,
        at=event.amended_at,
        **(changed or {"withdrawn_at": event.amended_at}),
    )
    await _alarm(tx, row, sealed=event.sealed, emergency=False, at=event.amended_at)
    await _news(tx, row, event.amended_at)


async def hear_withdrawal(tx: UnitOfWork, event: ComplaintWithdrawn) -> None:
    """Close what nobody has taken yet; an officer who has learns it from the history."""
    row = await _case(tx, event.complaint_id)
    if row.withdrawn_at is not None:
        return
    at = event.withdrawn_at
    state = rules.target(row.state, "withdraw")
    await _news(tx, row, at)
    if state is not None:
        over = disposition.WAITS_NO_MORE
        await move(tx, row, "withdraw", state, _CITIZEN, at, reason=_WITHDRAWN, withdrawn_at=at, closed_at=at, **over)
    else:
        await move(tx, row, "withdraw", row.state, _CITIZEN, at, reason=_WISHES_TO_WITHDRAW, withdrawn_at=at)


async def hear_resumption(tx: UnitOfWork, event: ComplaintResumed) -> None:
    """Open again what the withdrawal itself has closed: routing says once more whose it is."""
    row = await _case(tx, event.complaint_id)
    if row.withdrawn_at is None:
        return
    at = event.resumed_at
    state = rules.target(row.state, "resume") if row.closed_at == row.withdrawn_at else None
    await _news(tx, row, at)
    if state is not None:
        await move(tx, row, "resume", state, _RESUMING, at, reason=_RESUMED, withdrawn_at=None, closed_at=None)
    else:
        await move(tx, row, "resume", row.state, _RESUMING, at, reason=_RESUMED, withdrawn_at=None)


async def hear_rating(tx: UnitOfWork, event: ComplaintRated) -> None:
    """Keep the citizen's rating; the newest counts."""
    row = await _case(tx, event.complaint_id)
    if row.rated_at is None or row.rated_at <= event.rated_at:
        rating = {"rating": event.rating, "rating_text": event.text, "rated_at": event.rated_at}
        await _news(tx, row, event.rated_at, **rating)


async def hear_replies(tx: UnitOfWork, events: Sequence[ReplyNews]) -> None:
    """Keep what became of messages to citizens, each about another complaint."""
    await repository.keep_replies(tx, [_reply(event) for event in events])


def _reply(event: ReplyNews) -> dict[str, object]:
    reason = None if isinstance(event, ReplySent) else event.reason
    match event:
        case ReplySent():
            state, at = "sent", event.sent_at
        case ReplyFailed():
            state, at = "failed", event.failed_at
        case ReplyUnknown():
            state, at = "unknown", event.unknown_at
        case ReplyWaiting():
            state, at = "waiting", event.waiting_since
    return {
        "reply_id": event.reply_id,
        "complaint_id": event.complaint_id,
        "template": event.template,
        "channel": event.channel,
        "state": state,
        "reason": reason,
        "at": at,
    }


async def hear_attachment(tx: UnitOfWork, event: AttachmentSettled) -> None:
    """Keep what became of an attachment."""
    row = await _case(tx, event.complaint_id)
    facts = event.attachment.model_dump()
    await repository.settle_attachment(
        tx,
        complaint_id=row.complaint_id,
        **facts,
        state=event.state,
        problem=event.problem,
        settled_at=event.settled_at,
    )


async def _news(tx: UnitOfWork, row: Row[Any], at: datetime, **values: object) -> None:
    """Keep that the citizen said something: it is news until an officer does something, however early it was said."""
    await repository.note(tx, row.complaint_id, news_at=at, news=True, **values)


async def _case(tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
    row = await repository.lock_case(tx, complaint_id)
    if row is None:
        raise RejectError("casework never heard that this complaint was received")
    return row


def _message(event: ComplaintReceived | ComplaintAppended, *, author: str) -> dict[str, object]:
    return {
        "message_id": event.message_id,
        "complaint_id": event.complaint_id,
        "author": author,
        "channel": event.channel,
        "text": event.text,
        "attachments": event.attachments,
        "rule": event.rule,
        "received_at": event.received_at,
    }


async def _alarm(tx: UnitOfWork, row: Row[Any], *, sealed: bool, emergency: bool, at: datetime) -> None:
    """Seal it, or put it first and let it wait for nobody; both stay."""
    if sealed and not row.sealed:
        await repository.seal(tx, row.complaint_id)
    if emergency and not row.emergency:
        await repository.note(tx, row.complaint_id, **await keeping.refresh(tx, row, at, emergency=True))
        await disposition.urge(tx, row, at)


async def _go_on(tx: UnitOfWork, event: ComplaintAppended) -> None:
    """Let a case go on that waited for these words, or whose answer they answer: it was not the last word.

    What was said before an answer, and is heard after it, answers nothing: it is news.
    """
    row = await _case(tx, event.complaint_id)  # once more: these words may have sealed it, or made it urgent
    back = rules.back_to(agency_key=row.agency_key, taken=row.taken_by is not None)
    at = event.received_at
    if row.answered_at is not None and at <= row.answered_at:
        return
    if row.state in rules.ENDED and not await _ended_unheard(tx, row, at):
        return
    if (state := rules.target(row.state, "inform", back)) is not None:
        await move(tx, row, "inform", state, _SAYING, at, reason=_INFORMED, asked_at=None, closed_at=None)
    elif (state := rules.target(row.state, "respond", back)) is not None:
        await move(
            tx,
            row,
            "respond",
            state,
            _SAYING,
            at,
            reason=_RESPONDED,
            reopened_at=row.closed_at or at,
            answered_at=None,
            followed_up_at=None,
            closed_at=None,
        )


async def _ended_unheard(tx: UnitOfWork, row: Row[Any], at: datetime) -> bool:
    """Tell whether a clock ended it, as unanswered, though the citizen had said this by then: it was heard late."""
    if row.closed_at is None or at > row.closed_at:
        return False
    return await repository.who_moved_last(tx, row.complaint_id) in HOUSE_CLOCKS


async def _answered_elsewhere(tx: UnitOfWork, row: Row[Any], event: ComplaintAppended) -> None:
    """Record the agency's answer; which agency's, the provider does not say.

    It answers what an agency has, though nobody took it here: the citizen was answered, and no clock says otherwise.
    Where the citizen was asked, or nobody has the case, it may be one more question, and before a reopening it is an
    answer to what was then: it is kept, and moves nothing. What holds an answer of the case is that answer coming back:
    a provider's echo that does not say whose it is. A picture without words answers nothing by itself.
    """
    if not event.text.strip() or await repository.is_answer_within(tx, row.complaint_id, event.text):
        return
    actor = Actor(kind="channel", id=event.channel)
    await repository.add_answer(
        tx,
        id=event.message_id,
        complaint_id=row.complaint_id,
        channel=event.channel,
        text=event.text,
        answered_at=event.received_at,
    )
    say_answered(tx, row, None, event.text, actor, event.received_at)
    await answer_moves(tx, await _case(tx, row.complaint_id), event.received_at, actor)  # as it is after `_alarm`


async def answer_moves(
    tx: UnitOfWork,
    row: Row[Any],
    written_at: datetime,
    actor: Actor,
    *,
    reason: str | None = None,
    **also: object,
) -> None:
    """Bring a case to `answered`; to its agency's clock no answer comes before the case did."""
    state = rules.target(row.state, "answer_elsewhere")
    if state is None or (row.reopened_at is not None and written_at < row.reopened_at):
        return
    at = max(written_at, row.assigned_at)
    await move(
        tx,
        row,
        "answer_elsewhere",
        state,
        actor,
        at,
        reason=reason,
        reason_code=None,
        answered_at=at,
        followed_up_at=row.followed_up_at or at,
        proposed_key=None,
        proposed_name=None,
        **also,
    )
