"""What casework hears from Kafka: a complaint, what its citizen says later, whose it is, what LAPOR! shows of it."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import cast

import structlog

from services.casework import conversation, matters
from services.casework.mirroring import service as mirroring
from services.casework.service import CaseworkService
from shared.db import UnitOfWork
from shared.events import (
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintFoundSimilar,
    ComplaintMirrored,
    ComplaintMirrorFollowedUp,
    ComplaintMirrorStatusChanged,
    ComplaintRated,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintRouted,
    ComplaintWithdrawn,
    Envelope,
    ReplyFailed,
    ReplySent,
    ReplyUnknown,
    ReplyWaiting,
)
from shared.kafka import Handler, Handlers, Together

log = structlog.get_logger()

CONSUMES = (
    ComplaintReceived,
    ComplaintAppended,
    ComplaintAmended,
    ComplaintWithdrawn,
    ComplaintResumed,
    AttachmentSettled,
    ComplaintRouted,
    ComplaintRated,
    ComplaintFoundSimilar,
    ComplaintMirrored,
    ComplaintMirrorFollowedUp,
    ComplaintMirrorStatusChanged,
    ReplySent,
    ReplyFailed,
    ReplyUnknown,
    ReplyWaiting,
)


def handlers(service: CaseworkService) -> Handlers:
    """Return the handler of each event that casework consumes."""

    async def received(tx: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        await service.open(tx, [cast("ComplaintReceived", one.data) for one in envelopes])

    async def routed(tx: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        events = {one.id: cast("ComplaintRouted", one.data) for one in envelopes}
        left = await service.follow_routing(tx, list(events.values()))
        for event_id, event in events.items():
            if event.complaint_id in left:
                tell = partial(log.info, "case.routing_not_followed", ticket=event.ticket, event_id=str(event_id))
                tx.after_commit(tell)

    async def replied(tx: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        await conversation.hear_replies(tx, [cast("conversation.ReplyNews", one.data) for one in envelopes])

    async def followed_up_there(tx: UnitOfWork, envelope: Envelope) -> None:
        await service.followed_up_there(tx, cast("ComplaintMirrorFollowedUp", envelope.data), envelope.time)

    return {
        ComplaintReceived: Together(received),
        ComplaintAppended: _hearing(conversation.hear_more),
        ComplaintAmended: _hearing(conversation.hear_change),
        ComplaintWithdrawn: _hearing(conversation.hear_withdrawal),
        ComplaintResumed: _hearing(conversation.hear_resumption),
        AttachmentSettled: _hearing(conversation.hear_attachment),
        ComplaintRouted: Together(routed),
        ComplaintRated: _hearing(conversation.hear_rating),
        ComplaintFoundSimilar: _hearing(matters.hear_similar),
        ComplaintMirrored: _hearing(mirroring.hear_number),
        ComplaintMirrorFollowedUp: followed_up_there,
        ComplaintMirrorStatusChanged: _hearing(mirroring.hear_status),
        **dict.fromkeys((ReplySent, ReplyFailed, ReplyUnknown, ReplyWaiting), Together(replied)),
    }


def _hearing(use_case: Callable[..., Awaitable[object]]) -> Handler:
    async def handle(tx: UnitOfWork, envelope: Envelope) -> None:
        await use_case(tx, envelope.data)

    return handle
