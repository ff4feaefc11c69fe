"""What intake hears from Kafka: enough of casework's facts to tell a citizen where the complaint stands."""

from typing import cast

from services.intake.service import IntakeService
from shared.db import UnitOfWork
from shared.events import ComplaintAnswered, ComplaintAssigned, ComplaintStatusChanged, Envelope
from shared.kafka import Handlers

CONSUMES = (ComplaintAssigned, ComplaintStatusChanged, ComplaintAnswered)


def handlers(service: IntakeService) -> Handlers:
    """Return the handler of each event that intake consumes."""

    async def assigned(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.project_assigned(tx, cast("ComplaintAssigned", envelope.data))

    async def status_changed(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.project_status(tx, cast("ComplaintStatusChanged", envelope.data))

    async def answered(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.project_answer(tx, cast("ComplaintAnswered", envelope.data), envelope.id)

    return {ComplaintAssigned: assigned, ComplaintStatusChanged: status_changed, ComplaintAnswered: answered}
