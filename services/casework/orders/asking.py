"""The citizen is asked for what is missing (tunda), and the case goes on with or without it."""

from services.casework.bodies import AskIn, MaybeReasonIn
from services.casework.orders.order import Act, Order
from shared.events import ComplaintInformationRequested


async def ask(act: Act) -> None:
    """Ask the citizen; the clocks stand still until they answer."""
    given: AskIn = act.given
    act.tx.publish(
        ComplaintInformationRequested(
            complaint_id=act.row.complaint_id,
            ticket=act.row.ticket,
            agency=act.agency,
            question=given.question,
            actor=act.officer,
            requested_at=act.now,
        ),
        time=act.now,
    )
    await act.move(reason=given.question, asked_at=act.now)


async def proceed(act: Act) -> None:
    """Go on without the citizen's words: what was missing is known, or not needed any more."""
    await act.move(reason=act.reason, asked_at=None)


ORDERS = (
    Order(move="ask", summary="Ask the citizen for what is missing; the clocks stand still", do=ask, body=AskIn),
    Order(
        move="proceed",
        summary="Go on without what the citizen was asked for",
        do=proceed,
        body=MaybeReasonIn,
        body_needed=False,
    ),
)
