"""Whether what an officer calls evidence is: uploaded for this very complaint, and still there."""

from collections.abc import Sequence
from uuid import UUID

from services.casework.evidence import repository
from shared.core.errors import ProblemError
from shared.db import UnitOfWork
from shared.events import AttachmentRef


class UnknownEvidenceError(ProblemError):
    """An id that is no evidence of this complaint."""

    status = 422


async def evidence_of(tx: UnitOfWork, complaint_id: UUID, ids: Sequence[UUID]) -> tuple[AttachmentRef, ...]:
    """Return evidence by its ids, in their order and each once; from now on intake keeps it.

    Raises `UnknownEvidenceError`, which names the ids that do not exist, were forgotten, or are another complaint's.
    """
    wanted = list(dict.fromkeys(ids))
    found = await repository.evidence_of(tx, complaint_id, wanted) if wanted else {}
    unknown = [str(one) for one in wanted if one not in found]
    if unknown:
        raise UnknownEvidenceError(
            "unknown_evidence",
            "Bukti ini tidak ada pada aduan ini; unggah lagi lewat POST /v1/evidence",
            ", ".join(unknown),
            unknown=unknown,
        )
    return tuple(found[one] for one in wanted)
