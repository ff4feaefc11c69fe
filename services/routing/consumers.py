"""What routing hears from Kafka: every new complaint, what its citizen says later, and what officers choose."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from services.routing.learning.service import hear_assignment, hear_status
from services.routing.service import RoutingService
from shared.db import UnitOfWork
from shared.events import (
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintStatusChanged,
    Envelope,
)
from shared.kafka import Handler, Handlers

CONSUMES = (
    ComplaintReceived,
    ComplaintAppended,
    ComplaintAmended,
    ComplaintResumed,
    AttachmentSettled,
    ComplaintAssigned,
    ComplaintStatusChanged,
)


def handlers(service: RoutingService) -> Handlers:
    """Return the handler of each event that routing consumes."""
    return {
        ComplaintReceived: _now(service.route),
        ComplaintAppended: _now(service.hear_more),
        ComplaintAmended: _now(service.hear_change),
        ComplaintResumed: _now(service.hear_resumption),
        AttachmentSettled: _now(service.hear_attachment),
        ComplaintAssigned: _now(hear_assignment),
        ComplaintStatusChanged: _now(hear_status),
    }


def _now(use_case: Callable[..., Awaitable[None]]) -> Handler:
    async def handle(tx: UnitOfWork, envelope: Envelope) -> None:
        await use_case(tx, envelope.data, now=datetime.now(UTC))

    return handle
