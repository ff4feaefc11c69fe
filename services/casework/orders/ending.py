"""How a complaint ends: closed, archived or rejected; and how it begins again."""

from services.casework.bodies import ArchiveIn, MaybeReasonIn, ReasonIn, RejectIn
from services.casework.conflicts import cannot_reopen
from services.casework.disposition import WAITS_NO_MORE
from services.casework.orders.order import Act, Order
from shared.events import REASON_WORDS

REOPENED = "reopened"
"""The reason code of what begins again."""


async def close(act: Act) -> None:
    """Close an answered case."""
    await act.move(reason=act.reason, closed_at=act.now)


async def end_without_answer(act: Act) -> None:
    """Archive or reject it, for a reason that the citizen is told."""
    given: ArchiveIn | RejectIn = act.given
    words = REASON_WORDS[given.reason_code].capitalize()
    reason = f"{words}. {given.reason}" if given.reason else f"{words}."
    await act.move(
        reason=reason,
        reason_code=given.reason_code,
        closed_at=act.now,
        **WAITS_NO_MORE,
    )


async def reopen(act: Act) -> None:
    """Begin again where it had come to, within the limit; what its citizen withdrew stays withdrawn."""
    given: ReasonIn = act.given
    row = act.row
    if row.withdrawn_at is not None:
        raise cannot_reopen("withdrawn", act.reopening)
    ended_at = row.closed_at or row.answered_at
    if refusal := act.reopening.refuses(ended_at=ended_at, reopenings=row.reopenings, now=act.now):
        raise cannot_reopen(refusal, act.reopening)
    await act.move(
        reason=given.reason,
        reason_code=REOPENED,
        reopened_at=act.now,
        reopenings=row.reopenings + 1,
        answered_at=None,
        followed_up_at=None,
        closed_at=None,
    )


ORDERS = (
    Order(move="close", summary="Close it", do=close, body=MaybeReasonIn, body_needed=False),
    Order(
        move="archive", summary="Put it aside without an answer, with a reason", do=end_without_answer, body=ArchiveIn
    ),
    Order(move="reject", summary="Refuse it, with a reason", do=end_without_answer, body=RejectIn),
    Order(move="reopen", summary="Open it again, within 30 days and twice at most", do=reopen, body=ReasonIn),
)
