"""What lapor hears from Kafka: a complaint, what is said of it later, whose it is, what was done and how it ended."""

from collections.abc import Awaitable, Callable

from services.lapor.service import LaporService
from shared.db import UnitOfWork
from shared.events import (
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintFollowedUp,
    ComplaintMarked,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintStatusChanged,
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
    ComplaintResumed,
    AttachmentSettled,
    ComplaintAssigned,
    ComplaintMarked,
    ComplaintUnsealed,
    ComplaintVerified,
    ComplaintFollowedUp,
    ComplaintAnswered,
    ComplaintStatusChanged,
)


def handlers(service: LaporService) -> Handlers:
    """Return the handler of each event that lapor consumes. They call nobody: workers do."""
    hearing = service.hearing
    return {
        ComplaintReceived: _hearing(hearing.receive),
        ComplaintAppended: _hearing(hearing.hear_more),
        ComplaintAmended: _hearing(hearing.hear_change),
        ComplaintWithdrawn: _hearing(hearing.withdraw),
        ComplaintResumed: _hearing(hearing.resume),
        AttachmentSettled: _hearing(hearing.hear_attachment),
        ComplaintAssigned: _hearing(hearing.assign),
        ComplaintMarked: _hearing(hearing.mark),
        ComplaintUnsealed: _hearing(hearing.unseal),
        ComplaintVerified: _hearing(hearing.verify),
        ComplaintFollowedUp: _hearing(hearing.hear_follow_up),
        ComplaintAnswered: _knowing_which(hearing.hear_answer),
        ComplaintStatusChanged: _knowing_which(hearing.hear_status),
    }


def _hearing(use_case: Callable[..., Awaitable[None]]) -> Handler:
    async def handle(tx: UnitOfWork, envelope: Envelope) -> None:
        await use_case(tx, envelope.data)

    return handle


def _knowing_which(use_case: Callable[..., Awaitable[None]]) -> Handler:
    """Hand over the event's id too: it causes something outside, once."""

    async def handle(tx: UnitOfWork, envelope: Envelope) -> None:
        await use_case(tx, envelope.data, envelope.id)

    return handle
