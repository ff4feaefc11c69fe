"""What routing hears from Kafka: every new complaint."""

from datetime import UTC, datetime
from typing import cast

from services.routing.service import RoutingService
from shared.db import UnitOfWork
from shared.events import ComplaintReceived, Envelope
from shared.kafka import Handlers

CONSUMES = (ComplaintReceived,)


def handlers(service: RoutingService) -> Handlers:
    """Return the handler of each event that routing consumes."""

    async def received(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.route(tx, cast("ComplaintReceived", envelope.data), now=datetime.now(UTC))

    return {ComplaintReceived: received}
