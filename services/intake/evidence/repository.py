"""Every SQL statement about officers' evidence."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.dialects.postgresql import insert

from services.intake.models import attachment
from shared.db import UnitOfWork
from shared.events import AttachmentRef


async def add(
    tx: UnitOfWork, evidence: AttachmentRef, about: Row[Any], *, uploaded_by: UUID, keep_until: datetime
) -> None:
    """Insert evidence of a complaint; it goes at `keep_until` unless a follow-up refers to it before."""
    row = {
        **evidence.model_dump(),
        "complaint_id": about.id,
        "channel": about.channel,
        "state": "stored",
        "uploaded_by": uploaded_by,
        "keep_until": keep_until,
    }
    await tx.execute(insert(attachment).values(row))
