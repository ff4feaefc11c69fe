"""Delivery reports: by our own ids where the provider hands them back, otherwise by what it calls our reply."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.intake.drafts import Delivery, Reported
from services.intake.reports import repository
from services.intake.repository import tickets_of
from shared.channels import DeliveryReport
from shared.db import UnitOfWork
from shared.events import ReplyDeliveryReported, ReplySent


@dataclass(frozen=True, slots=True)
class _Told:
    report: DeliveryReport
    at: datetime
    traceparent: str | None


async def pass_on_reports(tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> None:
    """Announce what providers say of our replies, once each; of a complaint that is not ours it is only kept.

    What is named by the provider's id alone is a reply of ours, or something that somebody sent in the provider's own
    app: it waits until a reply was sent under that name.
    """
    told = [
        _Told(report, delivery.request.received_at, delivery.traceparent)
        for delivery in deliveries
        for report in delivery.translation.reports
    ]
    names = {one.report.provider_message_id for one in told if one.report.provider_message_id is not None}
    if names:
        await repository.lock_names(tx, channel, names)
    by_ours = _by_ours(told)
    await _announce(tx, channel, by_ours)
    await _announce(tx, channel, [*await _waited_for(tx, channel, by_ours), *await _by_name(tx, channel, told)])


async def catch_up(tx: UnitOfWork, event: ReplySent) -> None:
    """Learn what the provider calls a reply of ours, and announce what it had said of it before we knew."""
    name, channel = event.provider_message_id, event.channel
    if name is None:
        return
    sent = Reported(
        reply_id=event.reply_id,
        complaint_id=event.complaint_id,
        outcome="sent",
        provider_message_id=name,
        reported_at=event.sent_at,
        traceparent=None,
    )
    await repository.lock_names(tx, channel, [name])
    await repository.store_reports(tx, channel, [sent])
    await _announce(tx, channel, await _waited_for(tx, channel, [sent]))


async def _waited_for(tx: UnitOfWork, channel: str, known: Sequence[Reported]) -> list[Reported]:
    """Return what had been said of replies before anybody told us their names."""
    called = {one.provider_message_id: one for one in known if one.provider_message_id is not None}
    return [
        replace(
            called[row.provider_message_id],
            outcome=row.outcome,
            reported_at=row.reported_at,
            traceparent=row.traceparent,
        )
        for row in await repository.take_early(tx, channel, called)
    ]


def _by_ours(told: Sequence[_Told]) -> list[Reported]:
    return [
        _reported(one, one.report.reply_id, one.report.complaint_id)
        for one in told
        if one.report.reply_id is not None and one.report.complaint_id is not None
    ]


async def _by_name(tx: UnitOfWork, channel: str, told: Sequence[_Told]) -> list[Reported]:
    named = [
        (name, one)
        for one in told
        if one.report.reply_id is None and (name := one.report.provider_message_id) is not None
    ]
    if not named:
        return []
    called = await repository.replies_called(tx, channel, [name for name, _ in named])
    early = (
        {
            "provider_message_id": name,
            "outcome": one.report.outcome,
            "reported_at": one.at,
            "traceparent": one.traceparent,
        }
        for name, one in named
        if name not in called
    )
    repository.keep_early(tx, channel, early)
    return [_reported(one, *called[name]) for name, one in named if name in called]


def _reported(one: _Told, reply: UUID, complaint: UUID) -> Reported:
    return Reported(
        reply_id=reply,
        complaint_id=complaint,
        outcome=one.report.outcome,
        provider_message_id=one.report.provider_message_id,
        reported_at=one.at,
        traceparent=one.traceparent,
    )


async def _announce(tx: UnitOfWork, channel: str, reports: Sequence[Reported]) -> None:
    news = await repository.store_reports(tx, channel, reports)
    tickets = await tickets_of(tx, (one.complaint_id for one in reports)) if news else {}
    for one in reports:
        if (one.reply_id, one.outcome) in news and one.complaint_id in tickets:
            news.discard((one.reply_id, one.outcome))
            event = ReplyDeliveryReported(
                complaint_id=one.complaint_id,
                ticket=tickets[one.complaint_id],
                reply_id=one.reply_id,
                channel=channel,
                outcome=one.outcome,
                reported_at=one.reported_at,
            )
            tx.publish(event, traceparent=one.traceparent)
