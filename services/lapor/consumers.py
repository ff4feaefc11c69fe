"""What lapor hears from Kafka: a complaint came in, was given to an agency, and was found to be one."""

from typing import cast

from services.lapor.service import LaporService
from shared.db import UnitOfWork
from shared.events import ComplaintAssigned, ComplaintReceived, ComplaintVerified, Envelope
from shared.kafka import Handlers

CONSUMES = (ComplaintReceived, ComplaintAssigned, ComplaintVerified)


def handlers(service: LaporService) -> Handlers:
    """Return the handler of each event that lapor consumes. They call nobody: workers do."""

    async def received(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.receive(tx, cast("ComplaintReceived", envelope.data))

    async def assigned(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.assign(tx, cast("ComplaintAssigned", envelope.data))

    async def verified(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.verify(tx, cast("ComplaintVerified", envelope.data))

    return {ComplaintReceived: received, ComplaintAssigned: assigned, ComplaintVerified: verified}
