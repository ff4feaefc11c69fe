"""A decision as an event."""

from datetime import datetime
from uuid import UUID

from services.routing.rules.decide import Decision
from shared.events import AgencyRef, CandidateAgency, ComplaintRouted, DetectedPlace, Place

SURE = "confidence"
"""What of `essence` makes no other decision by itself."""


def essence(decision: Decision) -> dict[str, str | None]:
    """Return what makes it another decision, and how sure it is, as the complaint's row holds it."""
    return {
        "agency": decision.agency_key,
        "affair": decision.affair,
        "level": decision.level.value,
        "region": decision.place.code,
        "kind": decision.kind,
        "urgency": decision.urgency,
        SURE: f"{decision.confidence:.3f}",
    }


def routed(
    complaint_id: UUID, ticket: str, known: Place, decision: Decision, now: datetime, *, also: tuple[str, ...]
) -> ComplaintRouted:
    """Return the event of a decision; `known` is the place as given, `also` are further reasons."""
    return ComplaintRouted(
        complaint_id=complaint_id,
        ticket=ticket,
        agency=AgencyRef(key=decision.agency_key, name=decision.agency_name),
        affair=decision.affair,
        level=decision.level.value,
        place=known.model_copy(update={"detected": _detected(decision)}),
        confidence=decision.confidence,
        candidates=tuple(
            CandidateAgency(
                key=one.agency_key, name=one.agency_name, score=one.score, affair=one.affair, reasons=one.reasons
            )
            for one in decision.candidates
        ),
        reasons=(*decision.reasons, *also),
        rules_version=decision.versions.rules,
        directory_version=decision.versions.directory,
        model_version=decision.versions.model,
        boundaries_version=decision.versions.boundaries,
        kind=decision.kind,
        urgency=decision.urgency,
        decided_at=now,
    )


def _detected(decision: Decision) -> DetectedPlace | None:
    place = decision.place
    if place.code is None:
        return None
    return DetectedPlace(region_code=place.code, name=place.name, confidence=place.confidence, evidence=place.evidence)
