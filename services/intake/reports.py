"""What providers say of our replies: passed on to whoever sent them."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from services.intake import repository
from services.intake.drafts import Delivery, Reported
from shared.db import UnitOfWork
from shared.events import ReplyDeliveryReported


async def pass_on_reports(tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> None:
    """Announce what providers say of our replies, once each; of a complaint that is not ours it is only kept.

    What a provider names by its own id is a reply of ours, or something that somebody sent in the provider's own app.
    """
    reports = [report for delivery in deliveries for report in delivery.translation.reports]
    ids = {one.provider_message_id for one in reports if one.reply_id is None and one.provider_message_id is not None}
    told = list(_named(deliveries, await repository.replies_called(tx, channel, ids) if ids else {}))
    news = await repository.store_reports(tx, channel, told)
    if not news:
        return
    tickets = await repository.tickets_of(tx, (one.complaint_id for one in told))
    for one in told:
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


def _named(deliveries: Sequence[Delivery], called: Mapping[str, tuple[UUID, UUID]]) -> Iterator[Reported]:
    for delivery in deliveries:
        for report in delivery.translation.reports:
            reply, complaint = report.reply_id, report.complaint_id
            if reply is None or complaint is None:
                reply, complaint = called.get(report.provider_message_id or "", (None, None))
            if reply is not None and complaint is not None:
                yield Reported(
                    reply_id=reply,
                    complaint_id=complaint,
                    outcome=report.outcome,
                    provider_message_id=report.provider_message_id,
                    reported_at=delivery.request.received_at,
                    traceparent=delivery.traceparent,
                )
