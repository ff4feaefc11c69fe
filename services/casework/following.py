"""Follow what routing decided: give cases to agencies, or leave them to an officer; many with the statements of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework import repository, rules
from services.casework.clocks import keeping
from services.casework.disposition import FOLLOWING, Disposition, announced, named, percent, urged
from services.casework.moves import Move, move_all, say_verified
from services.casework.rules import Policy
from shared.core.errors import RejectError
from shared.db import UnitOfWork
from shared.events import Actor, CandidateAgency, CaseState, ComplaintRouted

_CONFIDENT = Actor(kind="machine", id="policy.confident_routing")


async def follow_routing(tx: UnitOfWork, events: Sequence[ComplaintRouted], policy: Policy, now: datetime) -> set[UUID]:
    """Bring cases, each event about another one, to where routing wants them (`rules.follow`).

    Returns the complaints of which what was decided before stands. Raises `RejectError` for one without a case.
    """
    ids = [event.complaint_id for event in events]
    cases = await repository.lock_cases(tx, ids)
    if len(cases) < len(ids):
        raise RejectError("routed, but casework never heard that it was received")
    touched = await repository.moved_by_officers(tx, cases.values())
    moves: list[Move] = []
    better: dict[UUID, dict[str, object]] = {}
    left: set[UUID] = set()
    for event in events:
        row, officers = cases[event.complaint_id], event.complaint_id in touched
        if followed := _followed(tx, row, event, policy, now, touched=officers):
            moves.append(followed)
            continue
        left.add(row.complaint_id)
        if _newer(row, event) and not officers and row.agency_key == event.agency.key and not row.sealed:
            found = _found(row, event)
            better[row.complaint_id] = await keeping.refresh(tx, row, now, **found)
    await repository.change_cases(tx, better)
    await move_all(tx, moves)
    for one in moves:
        if "verified_at" in one.changes:
            say_verified(tx, one.row, _CONFIDENT, one.version, now)
    return left


def _followed(
    tx: UnitOfWork, row: Row[Any], event: ComplaintRouted, policy: Policy, now: datetime, *, touched: bool
) -> Move | None:
    """Return the move that a decision leads to; None where what was decided before stands."""
    sure = policy.thresholds.reached(event.affair, event.confidence)
    followed = rules.follow(
        row.state,
        current=row.agency_key,
        wanted=event.agency.key,
        newer=_newer(row, event),
        touched=touched,
        sealed=row.sealed,
        withdrawn=row.withdrawn_at is not None,
        sure=sure or row.emergency,
        chosen=row.assigned_by is not None,
    )
    if followed is None or (state := rules.target(row.state, followed)) is None:
        return None
    if followed == "doubt":
        return _doubted(row, event, now)
    verifies = row.verified_at is None and policy.verifies(event.confidence, sealed=row.sealed)
    also = {"verified_at": now} if verifies else {}
    return _given(tx, row, event, followed, state, now, sure=sure or not row.emergency, also=also)


def _newer(row: Row[Any], event: ComplaintRouted) -> bool:
    return row.routed_at is None or row.routed_at < event.decided_at


def _doubted(row: Row[Any], event: ComplaintRouted, now: datetime) -> Move:
    """Leave it to an officer, with all that routing knows."""
    why = (
        f"keyakinan {percent(event.confidence)} %"
        if row.assigned_by is None
        else f"petugas sebelumnya memilih {row.agency_name}"
    )
    reason = f"Menunggu verifikasi: {why}."
    changes = _found(row, event) | {"doubted_at": now}
    return Move(row=row, verb="doubt", state="received", actor=FOLLOWING, at=now, reason=reason, changes=changes)


def _given(
    tx: UnitOfWork,
    row: Row[Any],
    event: ComplaintRouted,
    verb: rules.Move | rules.MachineMove,
    state: CaseState,
    now: datetime,
    *,
    sure: bool,
    also: dict[str, datetime],
) -> Move:
    """Give it to the agency that routing chose; not being `sure`, because minutes count."""
    because = () if sure else (urged(event.confidence),)
    decided = Disposition(
        agency=event.agency,
        affair=event.affair,
        level=event.level,
        place=event.place,
        confidence=event.confidence,
        reasons=(*event.reasons, *because),
        kind=event.kind,
        urgency=event.urgency,
        actor=FOLLOWING,
    )
    reason = " ".join(one for one in (_why_moved(row, event), *because) if one) or None
    changes = _found(row, event) | announced(tx, row, decided, now) | also
    return Move(row=row, verb=verb, state=state, actor=FOLLOWING, at=now, reason=reason, changes=changes)


def _found(row: Row[Any], event: ComplaintRouted) -> dict[str, object]:
    """Return what routing knows by now, as the case keeps it."""
    region_code, place_name = named(event.place)
    itself = CandidateAgency(
        key=event.agency.key,
        name=event.agency.name,
        score=event.confidence,
        affair=event.affair,
        reasons=event.reasons,
    )
    return {
        "region_code": region_code or row.region_code,
        "place_name": place_name or row.place_name,
        "place": event.place,
        "candidates": event.candidates or (itself,),
        "affair": event.affair,
        "level": event.level,
        "confidence": event.confidence,
        "reasons": event.reasons,
        "kind": event.kind,
        "urgency": event.urgency,
        "routed_at": event.decided_at,
    }


def _why_moved(row: Row[Any], event: ComplaintRouted) -> str | None:
    """Say in the history why it stands elsewhere now; None for the first assignment."""
    if row.agency_key is None or row.agency_key == event.agency.key:
        return None
    why = "aduan disegel" if row.sealed else "keterangan tambahan dari pelapor"
    return f"Dialihkan dari {row.agency_name} ke {event.agency.name}: {why}."
