"""What replies hears from Kafka: a complaint to acknowledge, an answer to pass on, what became of a message of ours."""

from typing import cast

import structlog

from services.replies import figures
from services.replies.service import RepliesService
from shared.db import UnitOfWork
from shared.events import ComplaintAnswered, ComplaintReceived, Envelope, ReplyDeliveryReported
from shared.kafka import Handlers

log = structlog.get_logger()

CONSUMES = (ComplaintReceived, ComplaintAnswered, ReplyDeliveryReported)


def handlers(service: RepliesService) -> Handlers:
    """Return the handler of each event that replies consumes."""

    async def received(tx: UnitOfWork, envelope: Envelope) -> None:
        event = cast("ComplaintReceived", envelope.data)
        figures.tell(await service.acknowledge(tx, envelope.id, envelope.time, event))

    async def answered(tx: UnitOfWork, envelope: Envelope) -> None:
        event = cast("ComplaintAnswered", envelope.data)
        figures.tell(await service.answer(tx, envelope.id, envelope.time, event))

    async def reported(tx: UnitOfWork, envelope: Envelope) -> None:
        event = cast("ReplyDeliveryReported", envelope.data)
        ours, moved = await service.hear_report(tx, event)
        if not ours:
            log.warning("reply.report_of_unknown", reply_id=str(event.reply_id), ticket=event.ticket)
        figures.tell(moved)

    return {ComplaintReceived: received, ComplaintAnswered: answered, ReplyDeliveryReported: reported}
