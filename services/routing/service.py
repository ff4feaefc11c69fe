"""Routing's one use case: say which agency a complaint is for, and why."""

from datetime import datetime

from services.routing import repository
from services.routing.rules.decide import Decision, decide
from shared.db import UnitOfWork
from shared.directory import Directory
from shared.events import (
    AgencyRef,
    CandidateAgency,
    ComplaintReceived,
    ComplaintRouted,
    DetectedPlace,
    Place,
)


class RoutingService:
    """Decides with pure rules and a dated directory; the decision is kept as it was made."""

    def __init__(self, directory: Directory) -> None:
        """Take the directory to decide by."""
        self._directory = directory

    async def route(self, tx: UnitOfWork, complaint: ComplaintReceived, *, now: datetime) -> None:
        """Decide, record the decision, and announce it with its reasons."""
        coordinates = complaint.place.coordinates
        decision = decide(
            complaint.text,
            given_region=complaint.place.given.region_code,
            coordinates=None if coordinates is None else (coordinates.latitude, coordinates.longitude),
            account_region=None,
            sealed=complaint.sealed,
            on=complaint.received_at.date(),
            directory=self._directory,
        )
        event = _event(complaint, decision, now)
        await repository.record(tx, event, sealed=complaint.sealed)
        tx.publish(event, time=now)


def _event(complaint: ComplaintReceived, decision: Decision, now: datetime) -> ComplaintRouted:
    place = decision.place
    known = Place() if complaint.sealed else complaint.place
    detected = None
    if place.code is not None:
        detected = DetectedPlace(
            region_code=place.code, name=place.name, confidence=place.confidence, evidence=place.evidence
        )
    return ComplaintRouted(
        complaint_id=complaint.complaint_id,
        ticket=complaint.ticket,
        agency=AgencyRef(key=decision.agency_key, name=decision.agency_name),
        affair=decision.affair,
        level=decision.level.value,
        place=known.model_copy(update={"detected": detected}),
        confidence=decision.confidence,
        candidates=tuple(
            CandidateAgency(key=one.agency_key, name=one.agency_name, score=one.score) for one in decision.candidates
        ),
        reasons=decision.reasons,
        rules_version=decision.rules_version,
        directory_version=decision.directory_version,
        decided_at=now,
    )
