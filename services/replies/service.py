"""Replies' use cases for what it hears: each runs inside one transaction that the edge opened, and only writes rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.replies import repository, rules
from services.replies.moves import Moved, move
from services.replies.prompts import PROMPTS, SPOKEN_ON
from services.replies.queue import Queue, Said
from services.replies.rules import Policy
from services.replies.shelf import Shelf
from services.replies.templates import Facts, Texts
from shared.core.errors import RejectError
from shared.core.times import WITA, Clock, utc_now
from shared.db import UnitOfWork
from shared.directory import DESK
from shared.events import (
    CitizenPrompted,
    ComplaintAmended,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintFollowedUp,
    ComplaintInformationRequested,
    ComplaintMarked,
    ComplaintReceived,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    ReplyDeliveryReported,
)


class RepliesService:
    """Decides what is to be said to whom, and what became of it."""

    def __init__(self, *, can_send: Mapping[str, bool], texts: Texts, policy: Policy, clock: Clock = utc_now) -> None:
        """Take which channels can send; one that is missing there is not served by this installation."""
        self.queue = Queue(can_send=can_send, shelf=Shelf(texts, clock), policy=policy, clock=clock)
        self._clock = clock

    async def acknowledge(
        self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintReceived
    ) -> Moved | None:
        """Remember the complaint, and have its receipt sent with the ticket and what it lacks; in danger with 112."""
        await repository.keep_complaint(
            tx,
            complaint_id=event.complaint_id,
            ticket=event.ticket,
            channel=event.channel,
            account=event.account,
            surface=event.surface,
            conversation_id=event.conversation_id,
            reporter=event.reporter,
            written_at=min(event.event_time or event.received_at, event.received_at),
            received_at=event.received_at,
            sealed=event.sealed,
            secret=event.secret,
            anonymous=event.anonymous,
            language=event.language,
        )
        row = await self._known(tx, event.complaint_id)
        if event.surface != "comment":
            await repository.wake(tx, event.conversation_id, self._clock())
            await self._hear_directly(tx, event, event.reporter, row.written_at)
        said = self._receipt(row, "acknowledgement", asks=event.asks, emergency=event.emergency)
        kept = rules.keeps_private_reply(said.template, surface=row.surface, private=said.private, urgent=said.urgent)
        reason = "another_app_answers" if event.standby else rules.KEPT if kept else None
        return await self.queue.put(tx, said, cause, happened, reason=reason)

    async def hear_more(
        self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintAppended
    ) -> Moved | None:
        """Take in a further message: it may open a window anew, seal the complaint, or be a cry for help.

        Raises `RejectError` for a complaint that nobody told us of.
        """
        row = await self._known(tx, event.complaint_id)
        if event.author == "citizen" and event.conversation_id is not None:
            written = min(event.event_time or event.received_at, event.received_at)
            await self._hear_from(tx, event.conversation_id, event.surface, written)
            await self._hear_directly(tx, event, row.reporter, written, about=row)
        if event.sealed:
            await self._seal(tx, row, cause)
        if not event.emergency:
            return None
        said = self._receipt(await self._known(tx, event.complaint_id), "emergency", emergency=True)
        return await self.queue.put(tx, said, cause, happened)

    async def hear_change(self, tx: UnitOfWork, cause: UUID, _happened: datetime, event: ComplaintAmended) -> None:
        """Take in that changed words sealed the complaint. Raises `RejectError`, as `hear_more`."""
        row = await self._known(tx, event.complaint_id)
        if event.sealed:
            await self._seal(tx, row, cause)

    async def hear_mark(self, tx: UnitOfWork, cause: UUID, _happened: datetime, event: ComplaintMarked) -> None:
        """Take in that an officer hid the reporter or the report. Raises `RejectError`, as `hear_more`."""
        row = await self._known(tx, event.complaint_id)
        await repository.mark(tx, row.complaint_id, anonymous=event.anonymous, secret=event.secret)
        if rules.is_private(sealed=row.sealed, secret=event.secret, anonymous=event.anonymous):
            await self._protect(tx, row.complaint_id, "marked_meanwhile", cause)

    async def hear_unsealing(self, tx: UnitOfWork, _cause: UUID, _happened: datetime, event: ComplaintUnsealed) -> None:
        """Say from now on what is said of any other; what waits in private words stays so. Raises `RejectError`."""
        row = await self._known(tx, event.complaint_id)
        await repository.unseal(tx, row.complaint_id)

    async def assigned(self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintAssigned) -> Moved | None:
        """Tell the citizen who has it now; nobody hears which agency has what is sealed, secret or anonymous.

        Raises `RejectError`, as `hear_more`.
        """
        row = await self._known(tx, event.complaint_id)
        if event.sealed:
            await self._seal(tx, row, cause)
        tellable = not (event.sealed or row.sealed or row.secret or row.surface == "comment")
        receipted = tellable and await repository.was_receipted(tx, row.complaint_id)
        by_officer = event.actor.kind == "officer"
        if not rules.say_assigned(
            told=row.agency, agency=event.agency.key, desk=DESK, by_officer=by_officer, receipted=receipted
        ):
            return None
        await repository.remember_agency(tx, row.complaint_id, event.agency.key)
        said = self._said(row, "assigned", Facts(ticket=row.ticket, agency=event.agency.name))
        return await self.queue.put(tx, said, cause, happened)

    async def ask(
        self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintInformationRequested
    ) -> Moved | None:
        """Have an officer's question sent, as an answer is. Raises `RejectError`, as `hear_more`."""
        row = await self._known(tx, event.complaint_id)
        answer_by = event.answer_by.astimezone(WITA).date().isoformat() if event.answer_by else None
        facts = Facts(ticket=row.ticket, agency=_named(event), text=event.question, answer_by=answer_by)
        said = self._said(row, "question", facts, by_officer=event.actor.kind == "officer")
        return await self.queue.put(tx, said, cause, happened)

    async def hear_status(
        self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintStatusChanged
    ) -> Moved | None:
        """Tell the citizen that it is closed, archived, rejected or open again. Raises `RejectError`, as `hear_more`.

        The one private reply to a comment is kept for an answer and for what comes to nothing.
        """
        row = await self._known(tx, event.complaint_id)
        notice = rules.notice_of(
            event.previous,
            event.state,
            actor=event.actor.kind,
            reason_code=event.reason_code,
            answered=row.answered,
        )
        if notice is None or (row.surface == "comment" and notice not in rules.AWAITED):
            return None
        rate = row.answered and not await repository.asked_to_rate(tx, row.complaint_id)
        said = self._said(row, notice, Facts(ticket=row.ticket, reason=event.reason_code, rate=rate))
        return await self.queue.put(tx, said, cause, happened)

    async def answer(self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintAnswered) -> Moved | None:
        """Have an answer sent, to the citizen alone; raises `RejectError` for a complaint that nobody told us of."""
        row = await self._known(tx, event.complaint_id)
        await repository.remember_answer(tx, row.complaint_id)
        if rules.has_it_already(event.actor):
            return None
        rate = rules.asks_with_answer(row.surface)
        facts = Facts(ticket=event.ticket, agency=_named(event), text=event.text, rate=rate)
        said = self._said(row, "answer", facts, by_officer=event.actor.kind == "officer")
        return await self.queue.put(tx, said, cause, happened)

    async def follow_up(
        self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintFollowedUp
    ) -> Moved | None:
        """Tell the citizen what was done, here or at LAPOR!; nothing where there are no words. Raises `RejectError`.

        The one private reply to a comment is kept for the answer, unless they have written to us in private since.
        """
        row = await self._known(tx, event.complaint_id)
        text = event.text.strip()
        if not text or rules.has_it_already(event.actor):
            return None
        facts = Facts(ticket=event.ticket, agency=event.by, text=text)
        said = self._said(row, "followed_up", facts, by_officer=event.actor.kind == "officer")
        kept = rules.keeps_private_reply(
            said.template,
            surface=row.surface,
            private=said.private,
            urgent=said.urgent,
            direct=row.direct_at is not None,
        )
        return await self.queue.put(tx, said, cause, happened, reason=rules.KEPT if kept else None)

    async def prompt(self, tx: UnitOfWork, cause: UUID, happened: datetime, event: CitizenPrompted) -> Moved | None:
        """Say something about a message that made no complaint; never where others read it.

        Raises `RejectError` for a prompt that has no words here.
        """
        if event.prompt not in PROMPTS:
            raise RejectError(f"no words for the prompt {event.prompt}")
        written = min(event.written_at, event.received_at)
        await self._hear_from(tx, event.conversation_id, event.surface, written)
        await self._hear_directly(tx, event, event.reporter, written)
        said = Said(
            about=event,
            template=event.prompt,
            facts=Facts(ticket=event.ticket, state=event.state or ("received" if event.prompt == "status" else None)),
            language=await repository.language_of(tx, event.conversation_id) or "id",
            written_at=written,
        )
        reason = None if event.surface in SPOKEN_ON else "public_surface"
        return await self.queue.put(tx, said, cause, happened, reason=reason)

    async def hear_report(self, tx: UnitOfWork, event: ReplyDeliveryReported) -> tuple[bool, Moved | None]:
        """Take in what a provider says became of a reply: whether it is one of ours, and where that brought it."""
        row = await repository.lock_reply(tx, event.reply_id)
        if row is None or (row.complaint_id, row.channel) != (event.complaint_id, event.channel):
            return False, None
        delivered: dict[str, object] = {}
        if event.outcome == "delivered" and row.delivered_at is None:
            delivered = {"delivered_at": event.reported_at}
            await repository.change(tx, row.id, **delivered)
        state = rules.after_report(row.state, event.outcome, delivered=row.delivered_at is not None)
        if state is None:
            return True, None
        reason = None if state == "sent" else f"provider_{event.outcome}"
        return True, await move(tx, row, state, reason=reason, now=event.reported_at)

    async def _known(self, tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
        row = await repository.complaint_of(tx, complaint_id)
        if row is None:
            raise RejectError("replies never heard that this complaint was received")
        return row

    async def _hear_from(self, tx: UnitOfWork, conversation_id: UUID, surface: str, written: datetime) -> None:
        """Let the provider's window count from these words; a comment opens no window but its own."""
        if surface != "comment":
            await repository.hear_from(tx, conversation_id, surface, written)
            await repository.wake(tx, conversation_id, self._clock())

    async def _hear_directly(
        self,
        tx: UnitOfWork,
        event: ComplaintReceived | ComplaintAppended | CitizenPrompted,
        reporter: UUID,
        written: datetime,
        *,
        about: Row[Any] | None = None,
    ) -> None:
        """Let what waits for a commenter go where they wrote to us now: in private, by the same account.

        `about`: the complaint that these words belong to. Who else of those that wait is this person, the vault says.
        """
        if event.surface != "direct_message":
            return
        waiting = await repository.waiting_commenters(tx, event.channel, event.account)
        theirs = await repository.same_person(tx, reporter, waiting) if waiting else set()
        here = (event.channel, event.account, "comment")
        if about is not None and (about.channel, about.account, about.surface) == here:
            theirs = {*theirs, about.reporter}
        if theirs:
            await repository.hear_directly(tx, theirs, written, self._clock())

    async def _seal(self, tx: UnitOfWork, row: Row[Any], cause: UUID) -> None:
        """Keep it between the citizen and us from now on."""
        if await repository.seal(tx, row.complaint_id):
            await self._protect(tx, row.complaint_id, "sealed_meanwhile", cause)

    async def _protect(self, tx: UnitOfWork, complaint_id: UUID, why: str, cause: UUID) -> None:
        """Say less of what still waits."""
        complaint = await self._known(tx, complaint_id)
        for waiting in await repository.lock_open_words(tx, complaint_id):
            await self.queue.remake(tx, waiting, complaint, why, cause)

    def _receipt(self, row: Row[Any], template: str, *, asks: Sequence[str] = (), emergency: bool = False) -> Said:
        facts = Facts(ticket=row.ticket, asks=tuple(asks), emergency=emergency)
        return self._said(row, template, facts, confidential=False, urgent=emergency)

    def _said(
        self,
        row: Row[Any],
        template: str,
        facts: Facts,
        *,
        confidential: bool = True,
        by_officer: bool = False,
        urgent: bool = False,
    ) -> Said:
        private = rules.is_private(sealed=row.sealed, secret=row.secret, anonymous=row.anonymous)
        return Said(
            about=row,
            template=template,
            facts=facts,
            private=private,
            confidential=confidential,
            by_officer=by_officer,
            urgent=urgent,
            language=row.language,
        )


def _named(event: ComplaintAnswered | ComplaintInformationRequested) -> str | None:
    return event.agency.name if event.agency else None
