"""What SP4N-LAPOR!'s news does to a case: one table for every state of ours and every one of theirs. Pure.

Nothing that is said there ends a case here: the citizen may still object, and ending without an answer is our
administrator's decision (docs/decisions/0031).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from services.casework.rules import target
from shared.events import CaseState

Theirs = Literal["received", "assigned", "in_progress", "closed", "archived", "rejected"]
"""The states of ours that LAPOR!'s statuses mean, as far as they are known."""
Outcome = Literal["nothing", "begin", "answer", "ours_stands", "conflict", "unknown_status"]
"""`begin`: the agency is on it; `answer`: it was answered there; `conflict`, `unknown_status`: an officer decides."""
Decision = Literal["followed", "ours_stands", "conflict", "unknown_status"]
ToSettle = Literal["conflict", "unknown"]
"""What an officer has to look at."""

_ROWS: Mapping[CaseState, tuple[Outcome, ...]] = {
    # theirs:                received       assigned       in_progress    closed         archived       rejected
    "received":             ("nothing",     "nothing",     "nothing",     "conflict",    "conflict",    "conflict"),
    "awaiting_information": ("nothing",     "nothing",     "nothing",     "conflict",    "conflict",    "conflict"),
    "assigned":             ("nothing",     "nothing",     "begin",       "answer",      "conflict",    "conflict"),
    "transfer_requested":   ("nothing",     "nothing",     "nothing",     "conflict",    "conflict",    "conflict"),
    "in_progress":          ("nothing",     "nothing",     "nothing",     "answer",      "conflict",    "conflict"),
    "answered":             ("nothing",     "nothing",     "nothing",     "nothing",     "conflict",    "conflict"),
    "closed":               ("ours_stands", "ours_stands", "ours_stands", "nothing",     "ours_stands", "ours_stands"),
    "archived":             ("ours_stands", "ours_stands", "ours_stands", "ours_stands", "nothing",     "ours_stands"),
    "rejected":             ("ours_stands", "ours_stands", "ours_stands", "ours_stands", "ours_stands", "nothing"),
}  # fmt: skip
TABLE: Mapping[tuple[CaseState, str | None], Outcome] = {
    (ours, theirs): outcome
    for ours, row in _ROWS.items()
    for theirs, outcome in zip(get_args(Theirs), row, strict=True)
}

DECIDED: Mapping[Outcome, Decision | None] = {
    "nothing": None,
    "begin": "followed",
    "answer": "followed",
    "ours_stands": "ours_stands",
    "conflict": "conflict",
    "unknown_status": "unknown_status",
}
TO_SETTLE: Mapping[Outcome, ToSettle] = {"conflict": "conflict", "unknown_status": "unknown"}


def decide(ours: CaseState, theirs: str | None, *, sealed: bool, withdrawn: bool, stale: bool) -> Outcome:
    """Return what a status of theirs does to a case in a state of ours; `theirs` None: nobody knows what it means.

    What is sealed, what its citizen withdrew, and what has begun anew since, stands as it is here.
    """
    outcome = TABLE.get((ours, theirs), "unknown_status")
    if outcome in {"nothing", "unknown_status"}:
        return outcome
    return "ours_stands" if sealed or withdrawn or stale else outcome


def is_older(seen_at: datetime, *, known_seen_at: datetime | None) -> bool:
    """Tell whether a look is no newer than the one that is known: it changes nothing, whatever it says."""
    return known_seen_at is not None and seen_at <= known_seen_at


def is_stale(said_at: datetime, *, known_since: datetime | None, reopened_at: datetime | None) -> bool:
    """Tell whether LAPOR! shows what was so before something that is known here: an older status, a reopening."""
    return any(at is not None and said_at < _second(at) for at in (known_since, reopened_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What a follow-up written there does: whether it moves the case, and whether its citizen is told."""

    moves: bool
    told: bool


def follow_up(
    state: CaseState,
    *,
    sealed: bool,
    withdrawn: bool,
    written_at: datetime,
    reopened_at: datetime | None,
    assigned_at: datetime | None,
    of_another: bool,
    of_nobody: bool,
) -> FollowUp:
    """Return what a follow-up does; it is kept whatever it does.

    `of_nobody`: LAPOR! names no institution, as with what the reporter wrote there themselves; it counts for no agency.
    `of_another`: it is known to be of another agency than the one that has the case, and does not count for that one
    where it was written before the case came to it.
    """
    had_it = reopened_at is None or written_at >= _second(reopened_at)
    if of_another:
        had_it = had_it and assigned_at is not None and written_at >= _second(assigned_at)
    moves = had_it and not (sealed or of_nobody) and target(state, "follow_up_elsewhere") is not None
    return FollowUp(moves=moves, told=not (sealed or withdrawn))


def _second(at: datetime) -> datetime:
    """Cut a time of ours to what LAPOR! writes."""
    return at.replace(microsecond=0)
