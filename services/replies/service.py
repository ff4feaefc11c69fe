"""Replies' use cases for what it hears: each runs inside one transaction that the edge opened, and only writes rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.replies import repository, rules
from services.replies.moves import Moved, move
from services.replies.rules import Policy, Template
from services.replies.templates import Texts
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import ComplaintAnswered, ComplaintReceived, ReplyDeliveryReported

_BY_OPERATOR = "by_operator"


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
        """Remember the complaint, and have its receipt sent with the ticket."""
        private = rules.is_private(sealed=event.sealed, secret=event.secret, anonymous=event.anonymous)
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
        row = await repository.complaint_of(tx, event.complaint_id)
        assert row is not None, "it was inserted in this transaction, or before"  # noqa: S101 - for the type
        text = self._texts.acknowledgement(ticket=event.ticket, surface=event.surface, private=private)
        return await self._queue(tx, row, "acknowledgement", cause, happened, text=text, confidential=private)

    async def answer(self, tx: UnitOfWork, cause: UUID, happened: datetime, event: ComplaintAnswered) -> Moved | None:
        """Have an answer sent, to the citizen alone; raises `RejectError` for a complaint that nobody told us of."""
        row = await repository.complaint_of(tx, event.complaint_id)
        if row is None:
            raise RejectError("answered, but replies never heard that it was received")
        text = self._texts.answer(
            ticket=event.ticket,
            agency=event.agency.name if event.agency else None,
            text=event.text,
            private=rules.is_private(sealed=row.sealed, secret=row.secret, anonymous=row.anonymous),
        )
        by_officer = event.actor.kind == "officer"
        return await self._queue(
            tx, row, "answer", cause, happened, text=text, confidential=True, by_officer=by_officer
        )

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

    async def _queue(
        self,
        tx: UnitOfWork,
        complaint: Row[Any],
        template: Template,
        cause: UUID,
        happened: datetime,
        *,
        text: str,
        confidential: bool,
        by_officer: bool = False,
    ) -> Moved | None:
        """Write the reply's row; None when it stood there before, or the channel cannot send."""
        served = self._can_send.get(complaint.channel)
        if served is False:  # such as the app, which shows the answer by ticket
            return None
        now = self._clock()
        expires_at = self._policy.expiry(template, happened)
        reason = "channel_not_served" if served is None else "too_late" if expires_at <= now else None
        reply_id = new_id()
        added = await repository.add_reply(
            tx,
            id=reply_id,
            complaint_id=complaint.complaint_id,
            ticket=complaint.ticket,
            channel=complaint.channel,
            account=complaint.account,
            conversation_id=complaint.conversation_id,
            template=template,
            cause=cause,
            recipient=complaint.reporter,
            state="queued" if reason is None else "withheld",
            reason=reason,
            text=text,
            confidential=confidential,
            by_officer=by_officer,
            due_at=now,
            expires_at=expires_at,
            traceparent=tx.traceparent,
            created_at=now,
        )
        if not added:
            return None
        return Moved(
            reply_id=reply_id,
            ticket=complaint.ticket,
            channel=complaint.channel,
            template=template,
            state="queued" if reason is None else "withheld",
            reason=reason,
        )
