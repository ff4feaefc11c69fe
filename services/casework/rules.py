"""Casework's decisions, pure: which moves there are, who may make them, who sees what.

The spine of a complaint's life: received, assigned (disposisi), in progress (tindak lanjut), answered, closed. Sealed
complaints are seen and worked by the Inspectorate alone: whistleblowing is its office, and Perpres 76/2013 keeps the
reporter safe.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.directory import DESK, INSPECTORATE
from shared.events import CaseState
from shared.security import Principal, Role

Move = Literal["take", "answer", "close"]
"""What an officer does."""
MachineMove = Literal["assign"]
"""What routing's decision does, and no officer."""

TRANSITIONS: Mapping[tuple[CaseState, Move | MachineMove], CaseState] = {
    ("received", "assign"): "assigned",
    ("assigned", "take"): "in_progress",
    ("in_progress", "answer"): "answered",
    ("answered", "close"): "closed",
}
"""The state machine: what is not here is illegal."""

MOVERS: Mapping[Move, frozenset[Role]] = {
    "take": frozenset({Role.LIAISON, Role.COORDINATOR, Role.INSPECTORATE}),
    "answer": frozenset({Role.LIAISON, Role.COORDINATOR, Role.INSPECTORATE}),
    "close": frozenset({Role.LIAISON, Role.COORDINATOR, Role.INSPECTORATE}),
}
"""Which roles make a move at all; on which cases is `may`'s question."""

_DESKS: Mapping[Role, str] = {Role.COORDINATOR: DESK, Role.INSPECTORATE: INSPECTORATE}
"""The agency that a province-wide role works for by its office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The cases that a principal sees. `agencies`: None means every agency's, and those that have none yet."""

    agencies: frozenset[str] | None
    sealed: bool

    def covers(self, agency_key: str | None, *, sealed: bool) -> bool:
        """Tell whether a case is within."""
        return (self.sealed or not sealed) and (self.agencies is None or agency_key in self.agencies)


def scope(principal: Principal) -> Scope | None:
    """Return which cases a principal sees; None when the role sees none."""
    match principal.role:
        case Role.COORDINATOR:
            return Scope(agencies=None, sealed=False)
        case Role.INSPECTORATE:
            return Scope(agencies=None, sealed=True)
        case Role.LIAISON | Role.LEADER:
            return Scope(agencies=frozenset(principal.agencies), sealed=False)
        case Role.OPERATOR:
            return None


def target(state: CaseState, move: Move | MachineMove) -> CaseState | None:
    """Return where a move leads from a state; None when it is illegal there."""
    return TRANSITIONS.get((state, move))


def legal_moves(state: CaseState) -> tuple[Move, ...]:
    """Return the moves that a state allows to officers."""
    return tuple(move for source, move in TRANSITIONS if source == state and move != "assign")


def may(principal: Principal, move: Move, *, agency_key: str | None, sealed: bool) -> bool:
    """Tell whether a principal may make a move on a case of that agency."""
    if principal.role not in MOVERS[move]:
        return False
    if sealed:
        return principal.role is Role.INSPECTORATE
    return agency_key is not None and agency_key in {*principal.agencies, _DESKS.get(principal.role)}
