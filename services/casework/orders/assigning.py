"""Whose it is: given by the coordinator (disposisi), or said by an agency not to be theirs (bukan wewenang).

No wrong door: what is not an agency's goes on to the one that is competent (UU 25/2009, Perpres 76/2013).
"""

from services.casework import disposition
from services.casework.bodies import AssignIn, MaybeReasonIn, TransferIn
from services.casework.conflicts import already_theirs
from services.casework.disposition import Choice
from services.casework.moves import say_verified
from services.casework.orders.order import Act, Order
from shared.events import AgencyRef, ComplaintTransferRequested


async def assign(act: Act) -> None:
    """Give it to the agency that an officer chose, who thereby says that it is a complaint."""
    given: AssignIn = act.given
    chosen = disposition.chosen(act.row, Choice(**given.model_dump()), act.directory, act.officer, act.now)
    also = {"assigned_by": act.principal.account_id, "verified_at": act.row.verified_at or act.now}
    await disposition.assign(act.tx, act.row, chosen, act.state, act.now, reason=chosen.reasons[0], **also)
    if act.row.verified_at is None:
        say_verified(act.tx, act.row, act.officer, act.row.version + 1, act.now)


async def transfer(act: Act) -> None:
    """Ask the coordinator to give it to whoever is competent; the clocks stand still until that is decided."""
    given: TransferIn = act.given
    proposed = _proposed(act, given.agency_key)
    whose = f" Usul: {proposed.name}." if proposed else ""
    act.tx.publish(
        ComplaintTransferRequested(
            complaint_id=act.row.complaint_id,
            ticket=act.row.ticket,
            agency=AgencyRef(key=act.row.agency_key, name=act.row.agency_name),
            proposed=proposed,
            reason=given.reason,
            actor=act.officer,
            requested_at=act.now,
        ),
        time=act.now,
    )
    await act.move(
        reason=f"Bukan wewenang {act.row.agency_name}: {given.reason}{whose}",
        proposed_key=proposed and proposed.key,
        proposed_name=proposed and proposed.name,
    )


async def decline(act: Act) -> None:
    """Say that it is the agency's after all."""
    words = "Usul pemindahan ditolak."
    reason = f"{words} {act.reason}" if act.reason else words
    await act.move(reason=reason, proposed_key=None, proposed_name=None)


def _proposed(act: Act, key: str | None) -> AgencyRef | None:
    if key is None:
        return None
    if key == act.row.agency_key:
        raise already_theirs()
    agency = disposition.agency_on(act.directory, key, act.now)
    return AgencyRef(key=agency.key, name=agency.name)


ORDERS = (
    Order(move="assign", summary="Give it to an agency: one of the candidates, or any other", do=assign, body=AssignIn),
    Order(
        move="transfer",
        summary="Say that it is not your agency's, and whose it is; the coordinator decides",
        do=transfer,
        body=TransferIn,
    ),
    Order(
        move="decline",
        summary="Leave it with its agency, which asked for a transfer",
        do=decline,
        body=MaybeReasonIn,
        body_needed=False,
    ),
)
