"""Write a change into a case, its history and the bus: the only place where a state changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework import repository
from services.casework.clocks import keeping
from services.casework.clocks.facts import Past
from services.casework.rules import MachineMove, MachineRemark, Remark
from services.casework.rules import Move as Verb
from shared.db import UnitOfWork
from shared.events import Actor, AgencyRef, CaseState, ComplaintAnswered, ComplaintStatusChanged, ComplaintVerified

HOUSE_CLOCKS = frozenset({"clock.close", "clock.complete"})
"""Who acts where a clock of the house's own ran out."""
_OF_MATTERS = frozenset({"join", "separate"})
"""They say with which others a case goes: no clock follows, and nothing that its citizen said is dealt with."""

DEALT_WITH: Mapping[str, object] = {"news": False, "mirror": None}
"""What changes with a case of which an officer takes note: what its citizen said, and what LAPOR! shows otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A case's way to a state, one version further. A change that leaves the state as it is, is not announced here."""

    row: Row[Any]
    verb: Verb | MachineMove | Remark | MachineRemark
    state: CaseState
    actor: Actor
    at: datetime
    reason: str | None = None
    reason_code: str | None = None
    changes: Mapping[str, object]

    @property
    def version(self) -> int:
        """The case's version after it."""
        return int(self.row.version) + 1


async def move(
    tx: UnitOfWork,
    row: Row[Any],
    verb: Verb | MachineMove | Remark | MachineRemark,
    state: CaseState,
    actor: Actor,
    at: datetime,
    *,
    reason: str | None = None,
    reason_code: str | None = None,
    **changes: object,
) -> None:
    """Bring a case to a state."""
    one = Move(
        row=row,
        verb=verb,
        state=state,
        actor=actor,
        at=at,
        reason=reason,
        reason_code=reason_code,
        changes=changes,
    )
    await move_all(tx, [one])


async def move_all(tx: UnitOfWork, moves: Sequence[Move]) -> None:
    """Make moves, each of another case; its clocks follow."""
    due = await keeping.follow(tx, [_change(one) for one in moves if one.verb not in _OF_MATTERS])
    await repository.change_cases(tx, {one.row.complaint_id: _columns(one, due) for one in moves})
    repository.add_transitions(tx, [_transition(one) for one in moves])
    for one in moves:
        if one.state != one.row.state:
            tx.publish(_changed(one), time=one.at)


def _columns(one: Move, due: Mapping[UUID, datetime | None]) -> dict[str, object]:
    known: dict[str, object] = {"due_at": due[one.row.complaint_id]} if one.row.complaint_id in due else {}
    if one.actor.kind == "officer" and one.verb not in _OF_MATTERS:
        known |= DEALT_WITH
    return {**one.changes, **known, "state": one.state, "version": one.version}


def _change(one: Move) -> keeping.Change:
    return keeping.Change(
        row=one.row,
        after={**one.changes, "state": one.state},
        at=one.at,
        line=Past(one.row.state, one.state, one.verb, one.at),
        fired=one.actor.id in HOUSE_CLOCKS,
    )


def _transition(one: Move) -> dict[str, object]:
    return {
        "complaint_id": one.row.complaint_id,
        "version": one.version,
        "previous": one.row.state,
        "state": one.state,
        "actor_kind": one.actor.kind,
        "actor_id": one.actor.id,
        "reason": one.reason,
        "reason_code": one.reason_code,
        "move": one.verb,
        "at": one.at,
    }


def _changed(one: Move) -> ComplaintStatusChanged:
    return ComplaintStatusChanged(
        complaint_id=one.row.complaint_id,
        ticket=one.row.ticket,
        previous=one.row.state,
        state=one.state,
        actor=one.actor,
        reason=one.reason,
        reason_code=one.reason_code,
        version=one.version,
        changed_at=one.at,
    )


def say_verified(tx: UnitOfWork, row: Row[Any], actor: Actor, version: int, now: datetime) -> None:
    """Announce that it was found to be a complaint."""
    tx.publish(
        ComplaintVerified(
            complaint_id=row.complaint_id, ticket=row.ticket, actor=actor, version=version, verified_at=now
        ),
        time=now,
    )


def say_answered(
    tx: UnitOfWork,
    row: Row[Any],
    agency: AgencyRef | None,
    text: str,
    actor: Actor,
    now: datetime,
    *,
    warnings: tuple[str, ...] = (),
) -> None:
    """Announce an answer to the citizen."""
    tx.publish(
        ComplaintAnswered(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            agency=agency,
            text=text,
            actor=actor,
            answered_at=now,
            warnings=warnings,
        ),
        time=now,
    )
