"""SQL of follow-ups that were heard."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.lapor.models import heard
from shared.db import UnitOfWork


async def hear(tx: UnitOfWork, **values: object) -> bool:
    """Keep that a follow-up was heard; False when it was heard before."""
    kept = insert(heard).values(values).on_conflict_do_nothing()
    return await tx.scalar(kept.returning(heard.c.their_id)) is not None


async def heard_ids(tx: UnitOfWork, lapor_id: str) -> Mapping[tuple[str, str], str]:
    """Return what was heard of a complaint: its kind by id and digest."""
    found = await tx.execute(select(heard).where(heard.c.lapor_id == lapor_id))
    return {(row.their_id, row.digest): row.what for row in found}
