"""Casework's decisions, pure: which moves there are, who may make them, who sees what.

The spine of a complaint's life: received, assigned (disposisi), in progress (tindak lanjut), answered, closed. Sealed
complaints are seen and worked by the Inspectorate alone: whistleblowing is its office, and Perpres 76/2013 keeps the
reporter safe.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.directory import DESK, INSPECTORATE
from shared.events import CaseState
from shared.security import Principal, Role

Move = Literal["take", "assign", "answer", "close"]
"""What an officer does; of these routing's decision makes one too: it assigns what it is sure of."""
MachineMove = Literal["doubt", "reassign", "hand_over", "withdraw", "resume", "answer_together"]
"""What no officer does: routing's doubt leaves it to one, a later decision reassigns what nobody has touched, a seal
hands it over to the Inspectorate, its citizen withdraws it, or takes that back, and what is answered in one case of a
matter is answered in all."""

VerificationPolicy = Literal["by_officer", "confident_routing"]
"""`by_officer`: an officer verifies, or takes the case, which says the same. `confident_routing`: the house itself does
where routing was sure enough and nothing is sealed; an officer everything else."""

TRANSITIONS: Mapping[tuple[CaseState, Move | MachineMove], CaseState] = {
    ("received", "assign"): "assigned",
    ("received", "doubt"): "received",
    ("assigned", "take"): "in_progress",
    ("assigned", "assign"): "assigned",
    ("in_progress", "answer"): "answered",
    ("answered", "close"): "closed",
    ("assigned", "reassign"): "assigned",
    ("received", "withdraw"): "closed",
    ("assigned", "withdraw"): "closed",
    ("closed", "resume"): "received",
    ("assigned", "hand_over"): "assigned",
    ("in_progress", "hand_over"): "assigned",
    ("answered", "hand_over"): "assigned",
    ("closed", "hand_over"): "assigned",
    ("assigned", "answer_together"): "answered",
    ("in_progress", "answer_together"): "answered",
}
"""The state machine: what is not here is illegal. Two moves go back: a seal changes whose case it is, and what its
citizen withdrew before anybody took it begins anew (`conversation.hear_resumption`)."""

MOVERS: Mapping[Move, frozenset[Role]] = {
    "take": frozenset({Role.LIAISON, Role.COORDINATOR, Role.INSPECTORATE}),
    "assign": frozenset({Role.COORDINATOR, Role.INSPECTORATE}),
    "answer": frozenset({Role.LIAISON, Role.COORDINATOR, Role.INSPECTORATE}),
    "close": frozenset({Role.LIAISON, Role.COORDINATOR, Role.INSPECTORATE}),
}
"""Which roles make a move at all; on which cases is `may`'s question."""

VERIFIERS: frozenset[Role] = MOVERS["take"]
"""Who may say that a complaint is one: whoever may take it."""

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
    return tuple(move for source, move in TRANSITIONS if source == state and move in MOVERS)  # type: ignore[misc]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How sure routing must be, from 0 to 1, for its choice to be followed without an officer, by affair if given."""

    default: float = 0.5
    by_affair: Mapping[str, float] = field(default_factory=dict)

    def reached(self, affair: str | None, confidence: float) -> bool:
        """Tell whether a choice for this affair is sure enough."""
        return confidence >= self.by_affair.get(affair or "", self.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How sure routing must be (0 to 1) to be followed, and for the house itself to verify (`confident`)."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    verification: VerificationPolicy = "by_officer"
    confident: float = 1.0

    def verifies(self, confidence: float, *, sealed: bool) -> bool:
        """Tell whether the house itself verifies what routing has just decided."""
        return self.verification == "confident_routing" and confidence >= self.confident and not sealed


def follow(
    state: CaseState,
    *,
    current: str | None,
    wanted: str,
    newer: bool,
    touched: bool,
    sealed: bool,
    withdrawn: bool,
    sure: bool,
    chosen: bool = False,
) -> Literal["assign"] | MachineMove | None:
    """Return what a decision of routing does to a case at the agency `current`; None when that stands as it is.

    `newer`: than the decision that stands there; `touched`: an officer changed something; `sure`: see `Thresholds`, or
    life is in danger; `chosen`: an officer gave it to `current`. A late decision never overwrites an officer's; only a
    seal takes a case away from one, and a sealed case goes to nobody else. The province's desk is where what nobody
    knows goes, so it is never doubted.
    """
    if withdrawn or (sealed and wanted != INSPECTORATE):
        return None
    certain = sure or wanted in {DESK, INSPECTORATE}
    if state == "received":
        if certain and not (chosen and current != wanted and not sealed):
            return "assign"
        return "doubt" if newer else None
    if current == wanted or not newer:
        return None
    if sealed:
        return "hand_over"
    return "reassign" if state == "assigned" and certain and not touched else None


def may(principal: Principal, move: Move, *, agency_key: str | None, sealed: bool) -> bool:
    """Tell whether a principal may make a move on a case of that agency."""
    if move == "assign" and principal.role is Role.COORDINATOR:
        return not sealed
    return principal.role in MOVERS[move] and _works(principal, agency_key, sealed=sealed)


def may_join(principal: Principal, *, agency_key: str | None, sealed: bool) -> bool:
    """Tell whether a principal may say that a case belongs with others, or does not: sealed ones stand alone."""
    return not sealed and (
        principal.role is Role.COORDINATOR
        or (principal.role in MOVERS["take"] and _works(principal, agency_key, sealed=sealed))
    )


def may_verify(principal: Principal, *, agency_key: str | None, sealed: bool) -> bool:
    """Tell whether a principal may verify a case of that agency."""
    return principal.role in VERIFIERS and _works(principal, agency_key, sealed=sealed)


def _works(principal: Principal, agency_key: str | None, *, sealed: bool) -> bool:
    if sealed:
        return principal.role is Role.INSPECTORATE
    return agency_key is not None and agency_key in {*principal.agencies, _DESKS.get(principal.role)}
