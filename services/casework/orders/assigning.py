"""Whose it is: given by the coordinator (disposisi), unsealed, or said not to be the agency's (bukan wewenang).

No wrong door: what is not an agency's goes on to the one that is competent (UU 25/2009, Perpres 76/2013).
"""

from typing import Any

from sqlalchemy import Row

from services.casework import disposition, repository
from services.casework.bodies import AssignIn, MaybeReasonIn, TransferIn, UnsealIn
from services.casework.conflicts import already_theirs
from services.casework.disposition import Choice
from services.casework.looks.service import record as record_look
from services.casework.moves import say_verified
from services.casework.orders.order import Act, Order
from shared.events import AgencyRef, ComplaintTransferRequested, ComplaintUnsealed


async def assign(act: Act) -> None:
    """Give it to the agency that an officer chose, who thereby says that it is a complaint."""
    given: AssignIn = act.given
    await _give(act, act.row, Choice(**given.model_dump()))


async def unseal(act: Act) -> None:
    """Open what a rule sealed and give it to its agency: the Inspectorate overrules the machine. The look is recorded.

    Further words of its citizen may seal it again.
    """
    given: UnsealIn = act.given
    await record_look(act.tx, act.principal, act.row, "sealed_case", given.reason)
    await repository.unseal(act.tx, act.row.complaint_id)
    act.tx.publish(
        ComplaintUnsealed(
            complaint_id=act.row.complaint_id,
            ticket=act.row.ticket,
            reason=given.reason,
            actor=act.officer,
            unsealed_at=act.now,
        ),
        time=act.now,
    )
    opened = await repository.case_by_ticket(act.tx, act.row.ticket)
    await _give(act, opened or act.row, Choice(**given.model_dump()), said=f"Segel dibuka: {given.reason}")


async def _give(act: Act, row: Row[Any], choice: Choice, *, said: str | None = None) -> None:
    """Give it to the agency that an officer chose. `said`: what the history says, instead of why it was chosen."""
    chosen = disposition.chosen(row, choice, act.directory, act.officer, act.now)
    also = {"assigned_by": act.principal.account_id, "verified_at": row.verified_at or act.now}
    reason = said or chosen.reasons[0]
    await disposition.assign(act.tx, row, chosen, act.state, act.now, reason=reason, verb=act.verb, **also)
    if row.verified_at is None:
        say_verified(act.tx, row, act.officer, row.version + 1, act.now)


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
    Order(move="unseal", summary="Open what was sealed, and give it to its agency", do=unseal, body=UnsealIn),
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
