"""Every SQL statement about evidence: intake's function, the one door to what officers uploaded there."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, Text, Uuid, cast, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db import UnitOfWork
from shared.events import AttachmentRef

_COLUMNS = (column("id", Uuid), column("kind", Text), column("media_type", Text), column("sha256", Text))


async def evidence_of(tx: UnitOfWork, complaint_id: UUID, ids: Sequence[UUID]) -> dict[UUID, AttachmentRef]:
    """Return those of these ids that are evidence of the complaint, by id; intake keeps them from now on."""
    called = func.intake.evidence_of(cast(complaint_id, Uuid), cast(list(ids), ARRAY(Uuid)))
    found = called.table_valued(*_COLUMNS, column("size", BigInteger))
    rows = await tx.execute(select(found))
    return {row.id: AttachmentRef.model_validate(dict(row._mapping)) for row in rows}  # noqa: SLF001 - SQLAlchemy's documented accessor
