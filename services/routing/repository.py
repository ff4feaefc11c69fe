"""Every SQL statement of routing."""

from sqlalchemy.dialects.postgresql import insert

from services.routing.models import decision
from shared.core.ids import new_id
from shared.db import UnitOfWork
from shared.events import ComplaintRouted


async def record(tx: UnitOfWork, event: ComplaintRouted, *, sealed: bool) -> None:
    """Keep the decision with everything that led to it."""
    row = {
        "id": new_id(),
        "complaint_id": event.complaint_id,
        "agency_key": event.agency.key,
        "affair": event.affair,
        "level": event.level,
        "region_code": event.place.detected.region_code if event.place.detected else None,
        "confidence": event.confidence,
        "sealed": sealed,
        "candidates": [candidate.model_dump() for candidate in event.candidates],
        "reasons": list(event.reasons),
        "rules_version": event.rules_version,
        "directory_version": event.directory_version,
        "decided_at": event.decided_at,
    }
    await tx.session.execute(insert(decision).values(row))
