"""Give a case to an agency (disposisi): the columns, the history and the event of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.casework import repository, rules
from services.casework.conflicts import sealed_stays, unknown_affair, unknown_agency
from services.casework.moves import move
from services.casework.rules import Move
from shared.core.times import WITA
from shared.db import UnitOfWork
from shared.directory import INSPECTORATE, Agency, Directory
from shared.events import (
    Actor,
    AgencyRef,
    CandidateAgency,
    CaseState,
    ComplaintAssigned,
    GivenPlace,
    Level,
    Place,
)

FOLLOWING = Actor(kind="machine", id="casework.follow_routing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an officer chose, and why; None leaves what is known."""

    agency_key: str
    reason: str
    affair: str | None = None
    kind: str | None = None
    urgency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """Whose it is from now on, by whom, and why."""

    agency: AgencyRef
    affair: str | None
    level: Level
    place: Place
    confidence: float | None
    reasons: tuple[str, ...]
    kind: str | None
    urgency: str | None
    actor: Actor


async def urge(tx: UnitOfWork, row: Row[Any], now: datetime) -> None:
    """Give what waits for an officer to its best candidate: later words say that life is in danger.

    Also what was asked about while nobody had it. What an agency has stays there, whatever else it waits for.
    """
    kept = await repository.case_by_ticket(tx, row.ticket)
    state = rules.target(row.state, "assign")
    if kept is None or state is None or kept.sealed or not kept.candidates:
        return
    if kept.waiting_for != "verification" and not (kept.waiting_for == "citizen" and kept.agency_key is None):
        return
    best = CandidateAgency.model_validate(kept.candidates[0])
    because = urged(kept.confidence)
    decided = Disposition(
        agency=AgencyRef(key=best.key, name=best.name),
        affair=kept.affair,
        level=kept.level,
        place=place_of(kept),
        confidence=kept.confidence,
        reasons=(*kept.reasons, because),
        kind=kept.kind,
        urgency=kept.urgency,
        actor=FOLLOWING,
    )
    await assign(tx, kept, decided, state, now, reason=because)


def chosen(row: Row[Any], choice: Choice, directory: Directory, actor: Actor, now: datetime) -> Disposition:
    """Return what an officer chose.

    Raises `ProblemError` for what the directory does not know today, and `ConflictError` for a sealed case that would
    leave the Inspectorate.
    """
    if row.sealed and choice.agency_key != INSPECTORATE:
        raise sealed_stays()
    agency = agency_on(directory, choice.agency_key, now)
    if choice.affair is not None and choice.affair not in directory.affairs:
        raise unknown_affair(choice.affair)
    return Disposition(
        agency=AgencyRef(key=agency.key, name=agency.name),
        affair=choice.affair or _affair(row, agency),
        level=agency.level.value,
        place=place_of(row),
        confidence=None,
        reasons=(f"Dipilih petugas: {choice.reason}",),
        kind=choice.kind or row.kind,
        urgency=choice.urgency or row.urgency,
        actor=actor,
    )


def agency_on(directory: Directory, key: str, now: datetime) -> Agency:
    """Return an agency of today's directory; raises `ProblemError` where there is none."""
    agency = directory.agency_known(key, on=now.astimezone(WITA).date())
    if agency is None:
        raise unknown_agency(key)
    return agency


async def assign(
    tx: UnitOfWork,
    row: Row[Any],
    decided: Disposition,
    state: CaseState,
    now: datetime,
    *,
    reason: str | None,
    verb: Move = "assign",
    **also: object,
) -> None:
    """Write and announce whose it is."""
    changes = announced(tx, row, decided, now) | also
    await move(tx, row, verb, state, decided.actor, now, reason=reason, reason_code=None, **changes)


WAITS_NO_MORE: Mapping[str, None] = {"asked_at": None, "proposed_key": None, "proposed_name": None}
"""What changes with a case that waits neither for its citizen's words nor for a word on a transfer any more."""


def announced(tx: UnitOfWork, row: Row[Any], decided: Disposition, now: datetime) -> dict[str, object]:
    """Announce whose it is; return what of the case changes with it."""
    tx.publish(
        ComplaintAssigned(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            agency=decided.agency,
            affair=decided.affair,
            level=decided.level,
            place=decided.place,
            confidence=decided.confidence,
            reasons=decided.reasons,
            actor=decided.actor,
            sealed=row.sealed,
            assigned_at=now,
            kind=decided.kind,
            urgency=decided.urgency,
        ),
        time=now,
    )
    stays = decided.agency.key == row.agency_key  # and so do the agency's first act and the clock for it
    return {
        "agency_key": decided.agency.key,
        "agency_name": decided.agency.name,
        "affair": decided.affair,
        "level": decided.level,
        "confidence": decided.confidence,
        "reasons": decided.reasons,
        "kind": decided.kind,
        "urgency": decided.urgency,
        "assigned_at": (row.assigned_at if stays else None) or now,
        "assigned_by": None,
        "doubted_at": None,
        "taken_by": None,
        "closed_at": None,
        **WAITS_NO_MORE,
        "answered_at": None,
        "followed_up_at": row.followed_up_at if stays else None,
    }


def place_of(row: Row[Any]) -> Place:
    """Return where it is: as routing found it, else as the citizen gave it."""
    if row.place is not None:
        return Place.model_validate(row.place)
    return Place(given=GivenPlace(region_code=row.region_code, description=row.place_name))


def named(place: Place) -> tuple[str | None, str | None]:
    """Return code and name of the place: as routing found it, else as the citizen gave it."""
    if place.detected is not None:
        return place.detected.region_code, place.detected.name
    return place.given.region_code, place.given.description


def _affair(row: Row[Any], agency: Agency) -> str | None:
    """Return by which affair it is that agency's: as routing offered it, or its own suggestion where it fits."""
    offered = {one["key"]: one["affair"] for one in row.candidates or ()}
    known: str | None = row.affair
    return offered.get(agency.key) or (known if known in agency.affairs else None)


def urged(confidence: float) -> str:
    """Say why it went to an agency although routing was not sure."""
    return f"Keadaan darurat: diteruskan tanpa menunggu verifikasi (keyakinan {percent(confidence)} %)."


def percent(share: float) -> int:
    """Return whole per cent, rounded down: what is below a threshold never reads as if it reached it."""
    return math.floor(share * 100 + 1e-9)
