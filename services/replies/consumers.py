"""What replies hears from Kafka: what is to be said to a citizen, and what became of a message of ours."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog

from services.replies import figures
from services.replies.moves import Moved
from services.replies.service import RepliesService
from shared.db import UnitOfWork
from shared.events import (
    CitizenPrompted,
    ComplaintAmended,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintFollowedUp,
    ComplaintInformationRequested,
    ComplaintMarked,
    ComplaintReceived,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    Envelope,
    ReplyDeliveryReported,
)
from shared.kafka import Handler, Handlers

log = structlog.get_logger()

CONSUMES = (
    ComplaintReceived,
    ComplaintAppended,
    ComplaintAmended,
    ComplaintMarked,
    ComplaintUnsealed,
    ComplaintAssigned,
    ComplaintInformationRequested,
    ComplaintFollowedUp,
    ComplaintAnswered,
    ComplaintStatusChanged,
    ReplyDeliveryReported,
    CitizenPrompted,
)

_Said = Callable[..., Awaitable[Moved | None]]


def handlers(service: RepliesService) -> Handlers:
    """Return the handler of each event that replies consumes."""

    async def reported(tx: UnitOfWork, envelope: Envelope) -> None:
        event: Any = envelope.data
        ours, moved = await service.hear_report(tx, event)
        if not ours:
            reply_id = str(event.reply_id)
            tx.after_commit(partial(log.warning, "reply.report_of_unknown", reply_id=reply_id, ticket=event.ticket))
        tx.after_commit(partial(figures.tell, moved))

    return {
        ComplaintReceived: _telling(service.acknowledge),
        ComplaintAppended: _telling(service.hear_more),
        ComplaintAmended: _telling(service.hear_change),
        ComplaintMarked: _telling(service.hear_mark),
        ComplaintUnsealed: _telling(service.hear_unsealing),
        ComplaintAssigned: _telling(service.assigned),
        ComplaintInformationRequested: _telling(service.ask),
        ComplaintFollowedUp: _telling(service.follow_up),
        ComplaintAnswered: _telling(service.answer),
        ComplaintStatusChanged: _telling(service.hear_status),
        ReplyDeliveryReported: reported,
        CitizenPrompted: _telling(service.prompt),
    }


def _telling(say: _Said) -> Handler:
    """Hand the event to the use case, and tell what came of it once that is committed."""

    async def handle(tx: UnitOfWork, envelope: Envelope) -> None:
        tx.after_commit(partial(figures.tell, await say(tx, envelope.id, envelope.time, envelope.data)))

    return handle
