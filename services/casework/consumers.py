"""What casework hears from Kafka: a complaint was received, and routing decided whose it is."""

from typing import cast

import structlog

from services.casework.service import CaseworkService
from shared.db import UnitOfWork
from shared.events import ComplaintReceived, ComplaintRouted, Envelope
from shared.kafka import Handlers

log = structlog.get_logger()

CONSUMES = (ComplaintReceived, ComplaintRouted)


def handlers(service: CaseworkService) -> Handlers:
    """Return the handler of each event that casework consumes."""

    async def received(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.open(tx, cast("ComplaintReceived", envelope.data))

    async def routed(tx: UnitOfWork, envelope: Envelope) -> None:
        event = cast("ComplaintRouted", envelope.data)
        if not await service.follow_routing(tx, event):
            log.info("case.routing_came_late", ticket=event.ticket, event_id=str(envelope.id))

    return {ComplaintReceived: received, ComplaintRouted: routed}
