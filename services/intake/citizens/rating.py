"""How a rating is kept, whether it came through the app or as a message."""

from datetime import datetime
from uuid import UUID

from services.intake.citizens import repository
from services.intake.judging import Judged
from shared.db import UnitOfWork
from shared.events import ComplaintRated


async def rate_newest(
    tx: UnitOfWork,
    *,
    complaint_id: UUID,
    ticket: str,
    stars: int,
    text: str | None,
    at: datetime,
    traceparent: str | None = None,
) -> bool:
    """Keep and announce what a citizen thinks of a complaint's newest answer; False where it has a rating."""
    answers = await repository.answers_of(tx, complaint_id)
    if not answers or answers[-1].rating is not None:
        return False
    kept = await repository.rate(
        tx, answer_id=answers[-1].event_id, complaint_id=complaint_id, stars=stars, text=text, rated_at=at
    )
    if kept:
        event = ComplaintRated(complaint_id=complaint_id, ticket=ticket, rating=stars, text=text, rated_at=at)
        tx.publish(event, traceparent=traceparent)
    return kept


async def rate_by_message(tx: UnitOfWork, one: Judged) -> bool:
    """Keep the rating that a message is; False where its complaint has one."""
    rating = one.decision.rating
    return rating is not None and await rate_newest(
        tx,
        complaint_id=rating.complaint_id,
        ticket=rating.ticket,
        stars=rating.stars,
        text=rating.text,
        at=one.draft.received_at,
        traceparent=one.draft.traceparent,
    )
