"""Every SQL statement about the mirror. Whoever writes here has locked the case."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.casework.models import follow_up, mirror
from shared.db import UnitOfWork
from shared.events import LAPOR


async def mirror_of(tx: UnitOfWork, complaint_id: UUID) -> Row[Any] | None:
    """Return what is known of a complaint at LAPOR!; None where it is not there."""
    return (await tx.execute(select(mirror).where(mirror.c.complaint_id == complaint_id))).first()


async def keep(tx: UnitOfWork, complaint_id: UUID, *, lapor_id: str, **values: object) -> None:
    """Keep what is learnt of it; what is not named stays."""
    learnt = {"lapor_id": lapor_id, **values}
    kept = insert(mirror).values(complaint_id=complaint_id, **learnt)
    await tx.execute(kept.on_conflict_do_update(index_elements=["complaint_id"], set_=learnt))


async def add_follow_up(tx: UnitOfWork, **values: object) -> bool:
    """Keep a follow-up that was written there; False when it was kept before."""
    added = insert(follow_up).values(channel=LAPOR, **values).on_conflict_do_nothing(index_elements=["id"])
    return await tx.scalar(added.returning(follow_up.c.id)) is not None


async def has_words(tx: UnitOfWork, complaint_id: UUID) -> bool:
    """Tell whether an institution's follow-up that was written there says anything."""
    of_one = or_(follow_up.c.agency_key.is_not(None), follow_up.c.institution.is_not(None))
    mine = (follow_up.c.complaint_id == complaint_id, follow_up.c.channel == LAPOR, follow_up.c.text != "", of_one)
    return bool(await tx.scalar(select(exists().where(*mine))))
