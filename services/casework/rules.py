"""Casework's decisions, pure: which moves there are, who may make them, who sees what.

The spine of a complaint's life: received, assigned (disposisi), in progress (tindak lanjut), answered, closed. On its
way it may wait for its citizen's words or for another agency, and it may end archived or rejected. Sealed ones are seen
and worked by the Inspectorate alone: whistleblowing is its office, and Perpres 76/2013 keeps the reporter safe.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from shared.directory import DESK, INSPECTORATE
from shared.directory.regions import regency_of
from shared.events import CaseState
from shared.security import Principal, Role

Move = Literal[
    "take",
    "assign",
    "ask",
    "proceed",
    "transfer",
    "decline",
    "follow_up",
    "answer",
    "close",
    "archive",
    "reject",
    "reopen",
    "unseal",
]
"""What an officer does to a case's state; of these the house makes some too: routing's sure decision assigns, and what
nobody answers closes by itself."""
Remark = Literal["verify", "mark", "note", "join", "separate"]
"""What an officer says of a case in whatever state it is, and leaves it there."""
MachineMove = Literal[
    "doubt",
    "reassign",
    "hand_over",
    "withdraw",
    "resume",
    "inform",
    "respond",
    "lapse",
    "answer_together",
    "answer_elsewhere",
    "follow_up_elsewhere",
    "begin_elsewhere",
]
"""What no officer does: routing's doubt leaves it to one, a later decision reassigns what nobody has touched, a seal
hands it over to the Inspectorate; its citizen withdraws it, takes that back, says what was asked, or answers the
answer; who never says what was asked has dropped it; what is answered in one case of a matter is answered in all; what
the agency wrote in a provider's own app answers what it has, taken or not; LAPOR! shows a follow-up, or that
the agency is on it (`mirroring/`)."""
MachineRemark = Literal["mirror"]
"""What the house writes down of a case, and leaves it in its state: what LAPOR! shows, and why ours stands."""

VerificationPolicy = Literal["by_officer", "confident_routing"]
"""`by_officer`: an officer verifies, or takes the case, which says the same. `confident_routing`: the house itself does
where routing was sure enough and nothing is sealed; an officer everything else."""

BACK: Literal["back"] = "back"
"""Where a case goes that waited or had ended: to `back_to`, by how far it had come."""

TRANSITIONS: Mapping[tuple[CaseState, Move | MachineMove], CaseState | Literal["back"]] = {
    ("received", "assign"): "assigned",
    ("received", "unseal"): "assigned",
    ("received", "ask"): "awaiting_information",
    ("received", "archive"): "archived",
    ("received", "reject"): "rejected",
    ("received", "doubt"): "received",
    ("received", "withdraw"): "closed",
    ("awaiting_information", "proceed"): BACK,
    ("awaiting_information", "assign"): "assigned",
    ("awaiting_information", "unseal"): "assigned",
    ("awaiting_information", "archive"): "archived",
    ("awaiting_information", "reject"): "rejected",
    ("awaiting_information", "inform"): BACK,
    ("awaiting_information", "lapse"): "archived",
    ("awaiting_information", "withdraw"): "closed",
    ("awaiting_information", "hand_over"): "assigned",
    ("awaiting_information", "answer_together"): "answered",
    ("assigned", "take"): "in_progress",
    ("assigned", "assign"): "assigned",
    ("assigned", "unseal"): "assigned",
    ("assigned", "ask"): "awaiting_information",
    ("assigned", "transfer"): "transfer_requested",
    ("assigned", "archive"): "archived",
    ("assigned", "reject"): "rejected",
    ("assigned", "reassign"): "assigned",
    ("assigned", "withdraw"): "closed",
    ("assigned", "hand_over"): "assigned",
    ("assigned", "answer_together"): "answered",
    ("assigned", "answer_elsewhere"): "answered",
    ("assigned", "follow_up_elsewhere"): "in_progress",
    ("assigned", "begin_elsewhere"): "in_progress",
    ("transfer_requested", "take"): "in_progress",
    ("transfer_requested", "assign"): "assigned",
    ("transfer_requested", "unseal"): "assigned",
    ("transfer_requested", "decline"): BACK,
    ("transfer_requested", "archive"): "archived",
    ("transfer_requested", "reject"): "rejected",
    ("transfer_requested", "withdraw"): "closed",
    ("transfer_requested", "hand_over"): "assigned",
    ("transfer_requested", "answer_together"): "answered",
    ("transfer_requested", "answer_elsewhere"): "answered",
    ("in_progress", "take"): "in_progress",
    ("in_progress", "follow_up"): "in_progress",
    ("in_progress", "answer"): "answered",
    ("in_progress", "ask"): "awaiting_information",
    ("in_progress", "transfer"): "transfer_requested",
    ("in_progress", "assign"): "assigned",
    ("in_progress", "unseal"): "assigned",
    ("in_progress", "archive"): "archived",
    ("in_progress", "reject"): "rejected",
    ("in_progress", "hand_over"): "assigned",
    ("in_progress", "answer_together"): "answered",
    ("in_progress", "answer_elsewhere"): "answered",
    ("in_progress", "follow_up_elsewhere"): "in_progress",
    ("answered", "close"): "closed",
    ("answered", "reopen"): BACK,
    ("answered", "respond"): BACK,
    ("answered", "hand_over"): "assigned",
    ("closed", "reopen"): BACK,
    ("closed", "respond"): BACK,
    ("closed", "resume"): "received",
    ("closed", "hand_over"): "assigned",
    ("archived", "reopen"): BACK,
    ("archived", "inform"): BACK,
    ("archived", "hand_over"): "assigned",
    ("rejected", "reopen"): BACK,
    ("rejected", "hand_over"): "assigned",
}
"""The state machine: what is not here is illegal. What is closed or archived is responded to and informed of only where
a clock of the house's own ended it before it heard words that had come in time; what is in progress is taken only while
nobody has taken it, because it began at LAPOR!."""

ENDED: frozenset[CaseState] = frozenset({"closed", "archived", "rejected"})
"""Nothing more is done, unless it is reopened."""
UNANSWERED: frozenset[CaseState] = frozenset(
    {"received", "awaiting_information", "assigned", "transfer_requested", "in_progress"}
)
"""Somebody still owes it something."""

_OFFICERS = frozenset({Role.LIAISON, Role.COORDINATOR, Role.INSPECTORATE})
_ADMINISTRATORS = frozenset({Role.COORDINATOR, Role.INSPECTORATE})

MOVERS: Mapping[Move, frozenset[Role]] = {
    "take": _OFFICERS,
    "assign": _ADMINISTRATORS,
    "ask": _OFFICERS,
    "proceed": _OFFICERS,
    "transfer": frozenset({Role.LIAISON}),
    "decline": frozenset({Role.COORDINATOR}),
    "follow_up": _OFFICERS,
    "answer": _OFFICERS,
    "close": _OFFICERS,
    "archive": _ADMINISTRATORS,
    "reject": _ADMINISTRATORS,
    "reopen": _OFFICERS,
    "unseal": frozenset({Role.INSPECTORATE}),
}
"""Which roles make a move at all; on which cases is `may`'s question. Archiving and rejecting end a complaint without
an answer: in SP4N too that is the administrator's (Arsipkan)."""

_COORDINATING: frozenset[Move] = frozenset({"assign", "ask", "proceed", "decline", "archive", "reject", "reopen"})
"""What the coordinator does with every case that is not sealed, whoever has it."""

_DESKS: Mapping[Role, str] = {Role.COORDINATOR: DESK, Role.INSPECTORATE: INSPECTORATE}
"""The agency that a province-wide role works for by its office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The cases that a principal sees: of these agencies, or within these regencies and of their agencies.

    `agencies`: None means every agency's, and those that have none yet.
    """

    agencies: frozenset[str] | None
    regions: frozenset[str] = frozenset()
    sealed: bool

    def covers(self, agency_key: str | None, *, sealed: bool, regency: str | None = None) -> bool:
        """Tell whether a case is within."""
        if sealed and not self.sealed:
            return False
        return (
            self.agencies is None
            or agency_key in self.agencies
            or regency in self.regions
            or (agency_key is not None and regency_of(agency_key) in self.regions)  # 52.03.PUPR is of 52.03
        )


def scope(principal: Principal) -> Scope | None:
    """Return which cases a principal sees; None when the role sees none.

    Who is bound to regions sees those and no others, whatever the role sees else.
    """
    agencies, regions = frozenset(principal.agencies), frozenset(principal.regions)
    match principal.role:
        case Role.COORDINATOR | Role.INSPECTORATE:
            sealed = principal.role is Role.INSPECTORATE
            return Scope(agencies=agencies if regions else None, regions=regions, sealed=sealed)
        case Role.LIAISON | Role.LEADER:
            return Scope(agencies=agencies, regions=regions, sealed=False)
        case Role.OBSERVER | Role.OPERATOR:
            return None


def target(state: CaseState, move: Move | MachineMove, back: CaseState = "assigned") -> CaseState | None:
    """Return where a move leads from a state; None when it is illegal there. `back`: see `back_to`."""
    reached = TRANSITIONS.get((state, move))
    return back if reached == BACK else reached


def back_to(*, agency_key: str | None, taken: bool) -> CaseState:
    """Return the state of a case that goes on: as far as it had come."""
    if agency_key is None:
        return "received"
    return "in_progress" if taken else "assigned"


def legal_moves(state: CaseState, *, taken: bool = False) -> tuple[Move, ...]:
    """Return the moves that a state allows to officers; `taken`: by one of them."""
    allowed = (move for move in get_args(Move) if (state, move) in TRANSITIONS)
    return tuple(move for move in allowed if not (taken and state == "in_progress" and move == "take"))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenLimit:
    """How long after its end, and how many times, a complaint is reopened; later it is a new one."""

    within: timedelta = timedelta(days=30)
    times: int = 2

    def refuses(self, *, ended_at: datetime | None, reopenings: int, now: datetime) -> Literal["late", "often"] | None:
        """Return why it stays as it is; None where it may be reopened."""
        if ended_at is not None and now - ended_at > self.within:
            return "late"
        return "often" if reopenings >= self.times else None


def may(principal: Principal, move: Move, *, agency_key: str | None, sealed: bool) -> bool:
    """Tell whether a principal may make a move on a case of that agency; only what is sealed is unsealed."""
    if move == "unseal" and not sealed:
        return False
    if principal.role is Role.COORDINATOR and move in _COORDINATING:
        return not sealed
    return principal.role in MOVERS[move] and _works(principal, agency_key, sealed=sealed)


def may_remark(principal: Principal, *, agency_key: str | None, sealed: bool) -> bool:
    """Tell whether a principal may verify, mark, note, join or separate a case: whoever coordinates or works it."""
    if principal.role is Role.COORDINATOR:
        return not sealed
    return principal.role in _OFFICERS and _works(principal, agency_key, sealed=sealed)


def moves_of(
    principal: Principal, state: CaseState, *, agency_key: str | None, sealed: bool, taken: bool
) -> tuple[Move, ...]:
    """Return what a principal may do with a case as it stands."""
    return tuple(
        one for one in legal_moves(state, taken=taken) if may(principal, one, agency_key=agency_key, sealed=sealed)
    )


def _works(principal: Principal, agency_key: str | None, *, sealed: bool) -> bool:
    if sealed:
        return principal.role is Role.INSPECTORATE
    desk = None if principal.regions else _DESKS.get(principal.role)
    return agency_key is not None and agency_key in {*principal.agencies, desk}
