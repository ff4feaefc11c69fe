"""What intake hears from Kafka: where complaints stand, for who asks, and what the provider calls our replies."""

from typing import cast

from services.intake.service import IntakeService
from shared.db import UnitOfWork
from shared.events import (
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintFollowedUp,
    ComplaintInformationRequested,
    ComplaintMarked,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    Envelope,
    ReplySent,
)
from shared.kafka import Handlers

CONSUMES = (
    ComplaintAssigned,
    ComplaintStatusChanged,
    ComplaintMarked,
    ComplaintInformationRequested,
    ComplaintFollowedUp,
    ComplaintAnswered,
    ComplaintUnsealed,
    ReplySent,
)


def handlers(service: IntakeService) -> Handlers:
    """Return the handler of each event that intake consumes."""

    async def assigned(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.project_assigned(tx, cast("ComplaintAssigned", envelope.data))

    async def status_changed(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.project_status(tx, cast("ComplaintStatusChanged", envelope.data))

    async def marked(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.project_mark(tx, cast("ComplaintMarked", envelope.data))

    async def answered(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.project_answer(tx, cast("ComplaintAnswered", envelope.data), envelope.id)

    async def asked(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.project_question(tx, cast("ComplaintInformationRequested", envelope.data), envelope.id)

    async def followed_up(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.project_follow_up(tx, cast("ComplaintFollowedUp", envelope.data))

    async def unsealed(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.unseal(tx, cast("ComplaintUnsealed", envelope.data))

    async def sent(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.remember_reply(tx, cast("ReplySent", envelope.data))

    return {
        ComplaintAssigned: assigned,
        ComplaintStatusChanged: status_changed,
        ComplaintMarked: marked,
        ComplaintAnswered: answered,
        ComplaintInformationRequested: asked,
        ComplaintFollowedUp: followed_up,
        ComplaintUnsealed: unsealed,
        ReplySent: sent,
    }
