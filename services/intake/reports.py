"""What providers say of our replies: passed on to whoever sent them."""

from collections.abc import Sequence

from services.intake import repository
from services.intake.drafts import Delivery
from shared.db import UnitOfWork
from shared.events import ReplyDeliveryReported


async def pass_on_reports(tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> None:
    """Announce what providers say of our replies, once each; of a complaint that is not ours it is only kept."""
    news = await repository.store_reports(tx, channel, deliveries)
    if not news:
        return
    pairs = [(delivery, report) for delivery in deliveries for report in delivery.translation.reports]
    tickets = await repository.tickets_of(tx, (report.complaint_id for _, report in pairs))
    for delivery, report in pairs:
        if (report.reply_id, report.outcome) in news and report.complaint_id in tickets:
            news.discard((report.reply_id, report.outcome))
            event = ReplyDeliveryReported(
                complaint_id=report.complaint_id,
                ticket=tickets[report.complaint_id],
                reply_id=report.reply_id,
                channel=channel,
                outcome=report.outcome,
                reported_at=delivery.request.received_at,
            )
            tx.publish(event, traceparent=delivery.traceparent)
