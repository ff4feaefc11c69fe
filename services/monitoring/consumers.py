"""What monitoring hears from Kafka: everything that changes what is counted of a complaint."""

from collections.abc import Sequence
from typing import cast

from services.monitoring import service
from shared.db import UnitOfWork
from shared.events import (
    ComplaintAmended,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintDeadlinesChanged,
    ComplaintEscalated,
    ComplaintEvent,
    ComplaintFollowedUp,
    ComplaintRated,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintRouted,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    ComplaintVerified,
    ComplaintWithdrawn,
    Envelope,
)
from shared.kafka import Handlers, Together

CONSUMES = (
    ComplaintReceived,
    ComplaintAppended,
    ComplaintAmended,
    ComplaintWithdrawn,
    ComplaintResumed,
    ComplaintRouted,
    ComplaintUnsealed,
    ComplaintAssigned,
    ComplaintVerified,
    ComplaintStatusChanged,
    ComplaintFollowedUp,
    ComplaintAnswered,
    ComplaintDeadlinesChanged,
    ComplaintEscalated,
    ComplaintRated,
)


def handlers() -> Handlers:
    """Return the handler of each event that monitoring consumes."""

    async def received(tx: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        await service.open_all(tx, [cast("ComplaintReceived", one.data) for one in envelopes])

    async def later(tx: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        await service.follow(tx, {one.id: cast("ComplaintEvent", one.data) for one in envelopes})

    return {**dict.fromkeys(CONSUMES, Together(later)), ComplaintReceived: Together(received)}
