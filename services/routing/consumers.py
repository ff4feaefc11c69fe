"""What routing hears from Kafka: every new complaint, what its citizen says later, and what officers choose."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import cast

from services.routing.learning.service import hear_assignment, hear_status
from services.routing.likeness.service import hear_withdrawal
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
    ComplaintUnsealed,
    ComplaintWithdrawn,
    Envelope,
)
from shared.kafka import Handler, Handlers, Together

CONSUMES = (
    ComplaintReceived,
    ComplaintAppended,
    ComplaintAmended,
    ComplaintWithdrawn,
    ComplaintResumed,
    AttachmentSettled,
    ComplaintUnsealed,
    ComplaintAssigned,
    ComplaintStatusChanged,
)


def handlers(service: RoutingService) -> Handlers:
    """Return the handler of each event that routing consumes."""

    async def received(tx: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        await service.route(tx, [cast("ComplaintReceived", one.data) for one in envelopes], now=datetime.now(UTC))

    return {
        ComplaintReceived: Together(received),
        ComplaintAppended: _now(service.hear_more),
        ComplaintAmended: _now(service.hear_change),
        ComplaintWithdrawn: _now(hear_withdrawal),
        ComplaintResumed: _now(service.hear_resumption),
        AttachmentSettled: _now(service.hear_attachment),
        ComplaintUnsealed: _now(service.hear_unsealing),
        ComplaintAssigned: _now(hear_assignment),
        ComplaintStatusChanged: _now(hear_status),
    }


def _now(use_case: Callable[..., Awaitable[None]]) -> Handler:
    async def handle(tx: UnitOfWork, envelope: Envelope) -> None:
        await use_case(tx, envelope.data, now=datetime.now(UTC))

    return handle
