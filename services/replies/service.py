"""Replies' use cases for what it hears: each runs inside one transaction that the edge opened, and only writes rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.replies import repository, rules
from services.replies.moves import Moved, move
from services.replies.prompts import SPOKEN_ON, UnknownPromptError
from services.replies.rules import Policy, State
from services.replies.templates import Texts
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import (
    CitizenPrompted,
    ComplaintAmended,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintReceived,
    ReplyDeliveryReported,
)

_BY_OPERATOR = "by_operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words, and to whom. `about`: the complaint's row, or the prompt of a message that made none."""

    about: Row[Any] | CitizenPrompted
    text: str
    confidential: bool
    by_officer: bool = False
    urgent: bool = False
    written_at: datetime | None = None
    """When the citizen wrote, where there is no complaint that knows."""


class RepliesService:
    """Decides what is to be said to whom, and what became of it."""

    def __init__(self, *, can_send: Mapping[str, bool], texts: Texts, policy: Policy, clock: Clock = utc_now) -> None:
        """Take which channels can send; one that is missing there is not served by this installation."""
        self._can_send = can_send
        self._texts = texts
        self._policy = policy
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
        )
        row = await self._known(tx, event.complaint_id)
        said = self._receipt(row, asks=event.asks, emergency=event.emergency)
        reason = "another_app_answers" if event.standby else None
        return await self._queue(tx, said, "acknowledgement", cause, happened, reason=reason)

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
        if event.sealed:
            await self._seal(tx, row, cause, happened)
        if not event.emergency:
            return None
        said = self._receipt(await self._known(tx, event.complaint_id), emergency=True)
        return await self._queue(tx, said, "emergency", cause, happened)

    async def hear_change(self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintAmended) -> None:
        """Take in that changed words sealed the complaint. Raises `RejectError`, as `hear_more`."""
        row = await self._known(tx, event.complaint_id)
        if event.sealed:
            await self._seal(tx, row, cause, happened)

    async def answer(self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintAnswered) -> Moved | None:
        """Have an answer sent, to the citizen alone; raises `RejectError` for a complaint that nobody told us of."""
        if event.actor.kind == "channel":  # written in the provider's own app: the citizen has it
            return None
        row = await self._known(tx, event.complaint_id)
        text = self._texts.answer(
            ticket=event.ticket,
            agency=event.agency.name if event.agency else None,
            text=event.text,
            private=rules.is_private(sealed=row.sealed, secret=row.secret, anonymous=row.anonymous),
        )
        by_officer = event.actor.kind == "officer"
        said = Said(about=row, text=text, confidential=True, by_officer=by_officer)
        return await self._queue(tx, said, "answer", cause, happened)

    async def prompt(self, tx: UnitOfWork, cause: UUID, happened: datetime, event: CitizenPrompted) -> Moved | None:
        """Say something about a message that made no complaint; never where others read it.

        Raises `RejectError` for a prompt that has no words here.
        """
        try:
            text = self._texts.prompt(event.prompt, surface=event.surface, ticket=event.ticket, state=event.state)
        except UnknownPromptError:
            raise RejectError(f"no words for the prompt {event.prompt}") from None
        written = min(event.written_at, event.received_at)
        await self._hear_from(tx, event.conversation_id, event.surface, written)
        said = Said(about=event, text=text, confidential=True, written_at=written)
        reason = None if event.surface in SPOKEN_ON else "public_surface"
        return await self._queue(tx, said, event.prompt, cause, happened, reason=reason)

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

    async def resolve(self, tx: UnitOfWork) -> Moved | None:
        """Carry out what an operator said of one unknown reply; None when there is none."""
        row = await repository.lock_resolved(tx)
        if row is None:
            return None
        now = self._clock()
        if row.resolution != "again":
            return await move(tx, row, row.resolution, reason=_BY_OPERATOR, now=now)
        return await move(
            tx,
            row,
            "queued",
            reason=_BY_OPERATOR,
            now=now,
            attempts=0,
            claimed_until=None,
            due_at=now,
            expires_at=self._policy.expiry(row.template, now),
        )

    async def _known(self, tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
        row = await repository.complaint_of(tx, complaint_id)
        if row is None:
            raise RejectError("replies never heard that this complaint was received")
        return row

    async def _hear_from(self, tx: UnitOfWork, conversation_id: UUID, surface: str, written: datetime) -> None:
        """Let the provider's window count from these words; a comment opens no window but its own."""
        if surface != "comment":
            await repository.hear_from(tx, conversation_id, surface, written)

    async def _seal(self, tx: UnitOfWork, row: Row[Any], cause: UUID, happened: datetime) -> None:
        """Keep it between the citizen and us from now on, a receipt that still waits included."""
        if not await repository.seal(tx, row.complaint_id):
            return
        sealed = await self._known(tx, row.complaint_id)
        for waiting in await repository.lock_open_receipts(tx, row.complaint_id):
            await move(tx, waiting, "withheld", reason="sealed_meanwhile", now=self._clock())
            said = self._receipt(sealed, emergency=waiting.urgent)
            await self._queue(tx, said, waiting.template, cause, happened)

    def _receipt(self, row: Row[Any], *, asks: Sequence[str] = (), emergency: bool = False) -> Said:
        private = rules.is_private(sealed=row.sealed, secret=row.secret, anonymous=row.anonymous)
        text = self._texts.acknowledgement(
            ticket=row.ticket, surface=row.surface, private=private, asks=asks, emergency=emergency
        )
        return Said(about=row, text=text, confidential=private, urgent=emergency)

    async def _queue(
        self, tx: UnitOfWork, said: Said, template: str, cause: UUID, happened: datetime, *, reason: str | None = None
    ) -> Moved | None:
        """Write the reply's row; None when it stood there before, or the channel cannot send.

        `reason`: why it is withheld; the others are found here.
        """
        served = self._can_send.get(said.about.channel)
        if served is False:  # such as the app, which shows the answer by ticket
            return None
        now = self._clock()
        expires_at = self._policy.expiry(template, happened)
        if served is None:
            reason = "channel_not_served"
        elif expires_at <= now:
            reason = "too_late"
        reply_id = new_id()
        state: State = "queued" if reason is None else "withheld"
        added = await repository.add_reply(
            tx,
            id=reply_id,
            complaint_id=getattr(said.about, "complaint_id", None),
            ticket=said.about.ticket,
            channel=said.about.channel,
            account=said.about.account,
            conversation_id=said.about.conversation_id,
            template=template,
            cause=cause,
            recipient=said.about.reporter,
            state=state,
            reason=reason,
            text=said.text,
            confidential=said.confidential,
            by_officer=said.by_officer,
            urgent=said.urgent,
            written_at=said.written_at,
            due_at=now,
            expires_at=expires_at,
            traceparent=tx.traceparent,
            created_at=now,
        )
        if not added:
            return None
        return Moved(
            reply_id=reply_id,
            ticket=said.about.ticket,
            channel=said.about.channel,
            template=template,
            state=state,
            reason=reason,
        )
