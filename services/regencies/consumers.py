"""What regencies hears from Kafka: everything that changes what a region may know of a complaint."""

from typing import cast

from services.regencies.service import RegenciesService
from shared.db import UnitOfWork
from shared.events import (
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintDeadlinesChanged,
    ComplaintEvent,
    ComplaintMarked,
    ComplaintMirrored,
    ComplaintReceived,
    ComplaintRouted,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    ComplaintVerified,
    Envelope,
)
from shared.kafka import Handlers

CONSUMES = (
    ComplaintReceived,
    ComplaintAppended,
    ComplaintAmended,
    AttachmentSettled,
    ComplaintRouted,
    ComplaintAssigned,
    ComplaintVerified,
    ComplaintStatusChanged,
    ComplaintMarked,
    ComplaintUnsealed,
    ComplaintDeadlinesChanged,
    ComplaintMirrored,
)


def handlers(service: RegenciesService) -> Handlers:
    """Return the handler of each event that regencies consumes."""

    async def received(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.open(tx, cast("ComplaintReceived", envelope.data))

    async def later(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.follow(tx, cast("ComplaintEvent", envelope.data))

    return {**dict.fromkeys(CONSUMES, later), ComplaintReceived: received}
