"""Bring a reply to a state and say so to the house: what every use case of replies ends with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.replies import repository
from services.replies.rules import AWAITED, WAITING, State
from shared.db import UnitOfWork
from shared.events import ReplyFailed, ReplySent, ReplyUnknown, ReplyWaiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A reply that was brought to a state; nothing in it is anybody's. For logs and figures, after the commit."""

    reply_id: UUID
    ticket: str | None
    channel: str
    template: str
    state: State
    reason: str | None


async def move(
    tx: UnitOfWork,
    row: Row[Any],
    state: State,
    *,
    reason: str | None,
    now: datetime,
    **values: object,
) -> Moved:
    """Write the state; what an operator said of an earlier one is done with.

    Sent, failed and unknown are announced; withheld, and waiting for the citizen's next word, only of what somebody
    waits for. What is said about a message alone is nobody else's matter.
    """
    if state == "sent":
        values = {"sent_at": now, **values}
    await repository.change(tx, row.id, state=state, reason=reason, resolution=None, **values)
    if row.complaint_id is not None:
        _announce(tx, row, state, reason, now, values.get("provider_message_id", row.provider_message_id))
    return Moved(
        reply_id=row.id, ticket=row.ticket, channel=row.channel, template=row.template, state=state, reason=reason
    )


def _announce(tx: UnitOfWork, row: Row[Any], state: State, reason: str | None, now: datetime, message_id: Any) -> None:
    awaited = row.template in AWAITED
    if state == "sent":
        tx.publish(_sent(row, message_id, now), traceparent=row.traceparent)
    elif state == "unknown":
        tx.publish(_unknown(row, reason or "unknown", now), traceparent=row.traceparent)
    elif state == "failed" or (state == "withheld" and awaited):
        tx.publish(_failed(row, reason or "unknown", now), traceparent=row.traceparent)
    elif awaited and reason == WAITING != row.reason:  # it begins to wait
        tx.publish(_waiting(row, now), traceparent=row.traceparent)


def _sent(row: Row[Any], provider_message_id: Any, now: datetime) -> ReplySent:
    return ReplySent(
        complaint_id=row.complaint_id,
        ticket=row.ticket,
        reply_id=row.id,
        template=row.template,
        channel=row.channel,
        provider_message_id=provider_message_id,
        sent_at=now,
    )


def _failed(row: Row[Any], reason: str, now: datetime) -> ReplyFailed:
    return ReplyFailed(
        complaint_id=row.complaint_id,
        ticket=row.ticket,
        reply_id=row.id,
        template=row.template,
        channel=row.channel,
        reason=reason,
        failed_at=now,
    )


def _unknown(row: Row[Any], reason: str, now: datetime) -> ReplyUnknown:
    return ReplyUnknown(
        complaint_id=row.complaint_id,
        ticket=row.ticket,
        reply_id=row.id,
        template=row.template,
        channel=row.channel,
        reason=reason,
        unknown_at=now,
    )


def _waiting(row: Row[Any], now: datetime) -> ReplyWaiting:
    return ReplyWaiting(
        complaint_id=row.complaint_id,
        ticket=row.ticket,
        reply_id=row.id,
        template=row.template,
        channel=row.channel,
        reason="window_closed",
        until=row.expires_at,
        waiting_since=now,
    )
