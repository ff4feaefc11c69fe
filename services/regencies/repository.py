"""Every SQL statement of regencies."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.regencies import models
from services.regencies.complaint import Complaint
from shared.db import UnitOfWork


async def lock(tx: UnitOfWork, complaint_id: UUID) -> Complaint | None:
    """Return a complaint; nobody else changes it until the transaction ends."""
    found = select(models.complaint).where(models.complaint.c.complaint_id == complaint_id).with_for_update()
    row = (await tx.execute(found)).mappings().first()
    return None if row is None else Complaint.model_validate(row)


async def keep(tx: UnitOfWork, complaint: Complaint) -> None:
    """Write a complaint as it stands now."""
    values = complaint.model_dump() | complaint.model_dump(mode="json", include={"said", "attachments", "due_dates"})
    values["shared"] = None if complaint.shared is None else complaint.shared.model_dump(mode="json")
    written = insert(models.complaint).values(values)
    changes = {name: written.excluded[name] for name in values if name != "complaint_id"}
    await tx.execute(written.on_conflict_do_update(index_elements=["complaint_id"], set_=changes))
