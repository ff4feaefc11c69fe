"""What proves a follow-up: contents that officers gave to intake (`POST /v1/evidence`), by their ids."""

from collections.abc import Sequence
from uuid import UUID

from services.casework import repository
from services.casework.conflicts import unknown_evidence
from shared.db import UnitOfWork
from shared.events import AttachmentRef


async def find(tx: UnitOfWork, complaint_id: UUID, ids: Sequence[UUID]) -> tuple[AttachmentRef, ...]:
    """Return evidence of this complaint; raises `ProblemError` for what is none of it."""
    if not ids:
        return ()
    found = {row.id: row for row in await repository.evidence_of(tx, complaint_id, ids)}
    if missing := [one for one in ids if one not in found]:
        raise unknown_evidence(missing)
    return tuple(AttachmentRef.model_validate(found[one], from_attributes=True) for one in dict.fromkeys(ids))
