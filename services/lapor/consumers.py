"""What lapor hears from Kafka: a complaint, what its citizen says later, whose it is, and that it was verified."""

from collections.abc import Awaitable, Callable

from services.lapor.service import LaporService
from shared.db import UnitOfWork
from shared.events import (
    ComplaintAmended,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintMarked,
    ComplaintReceived,
    ComplaintUnsealed,
    ComplaintVerified,
    ComplaintWithdrawn,
    Envelope,
)
from shared.kafka import Handler, Handlers

CONSUMES = (
    ComplaintReceived,
    ComplaintAppended,
    ComplaintAmended,
    ComplaintWithdrawn,
    ComplaintAssigned,
    ComplaintMarked,
    ComplaintUnsealed,
    ComplaintVerified,
)


def handlers(service: LaporService) -> Handlers:
    """Return the handler of each event that lapor consumes. They call nobody: workers do."""
    return {
        ComplaintReceived: _hearing(service.receive),
        ComplaintAppended: _hearing(service.hear_more),
        ComplaintAmended: _hearing(service.hear_change),
        ComplaintWithdrawn: _hearing(service.withdraw),
        ComplaintAssigned: _hearing(service.assign),
        ComplaintMarked: _hearing(service.mark),
        ComplaintUnsealed: _hearing(service.unseal),
        ComplaintVerified: _hearing(service.verify),
    }


def _hearing(use_case: Callable[..., Awaitable[None]]) -> Handler:
    async def handle(tx: UnitOfWork, envelope: Envelope) -> None:
        await use_case(tx, envelope.data)

    return handle
