"""SQL of notices: what waits for a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.lapor.models import mirror, notice
from shared.core.ids import new_id
from shared.db import UnitOfWork


async def raise_notice(
    tx: UnitOfWork,
    kind: str,
    now: datetime,
    *,
    complaint_id: UUID | None = None,
    ticket: str | None = None,
    detail: str = "",
) -> bool:
    """Put something before a person, once as long as nobody has settled it."""
    values = {
        "id": new_id(),
        "complaint_id": complaint_id,
        "ticket": ticket,
        "kind": kind,
        "detail": detail,
        "raised_at": now,
    }
    raised = (
        insert(notice)
        .values(values)
        .on_conflict_do_nothing(index_elements=["ticket", "kind", "detail"], index_where=notice.c.settled_at.is_(None))
    )
    return await tx.scalar(raised.returning(notice.c.id)) is not None


async def settle_notices(
    tx: UnitOfWork, complaint_id: UUID, kinds: Sequence[str], by: str, now: datetime, *, detail: str | None = None
) -> None:
    """Settle what is over by itself."""
    mine = (notice.c.complaint_id == complaint_id, notice.c.kind.in_(kinds), notice.c.settled_at.is_(None))
    settled = update(notice).where(*mine)
    if detail is not None:
        settled = settled.where(notice.c.detail == detail)
    await tx.execute(settled.values(settled_at=now, settled_by=by))


async def settle_about_arrival(tx: UnitOfWork, lapor_id: str, by: str, now: datetime) -> None:
    """Settle what was said of a complaint of LAPOR!'s that comes in after all."""
    by_number = and_(notice.c.kind.in_(["arrival_without_words", "perhaps_double"]), notice.c.detail == lapor_id)
    refused = and_(notice.c.kind == "arrival_refused", notice.c.detail.startswith(f"{lapor_id}: ", autoescape=True))
    about = update(notice).where(notice.c.settled_at.is_(None), or_(by_number, refused))
    await tx.execute(about.values(settled_at=now, settled_by=by))


async def was_raised(tx: UnitOfWork, kind: str, ticket: str | None, detail: str) -> bool:
    """Tell whether a person has had this before them before, settled or not."""
    before = select(notice.c.id).where(
        notice.c.kind == kind, notice.c.ticket.is_not_distinct_from(ticket), notice.c.detail == detail
    )
    return await tx.scalar(before.limit(1)) is not None


async def settle_notice(tx: UnitOfWork, notice_id: UUID, by: str, now: datetime) -> Row[Any] | None:
    """Settle one; None when there is no such open one."""
    settled = update(notice).where(notice.c.id == notice_id, notice.c.settled_at.is_(None))
    done = await tx.execute(settled.values(settled_at=now, settled_by=by).returning(notice))
    row: Row[Any] | None = done.first()
    return row


async def open_notices(tx: UnitOfWork, limit: int, complaint_id: UUID | None = None) -> Sequence[Row[Any]]:
    """Return what waits for a person, the newest first; of sealed complaints nothing."""
    sealed = select(mirror.c.complaint_id).where(mirror.c.sealed)
    found = select(notice).where(notice.c.settled_at.is_(None))
    found = found.where(notice.c.complaint_id.is_(None) | notice.c.complaint_id.not_in(sealed))
    if complaint_id is not None:
        found = found.where(notice.c.complaint_id == complaint_id)
    return (await tx.execute(found.order_by(notice.c.raised_at.desc()).limit(limit))).all()


async def count_notices(tx: UnitOfWork) -> Mapping[str, int]:
    """Return how many wait for a person, by kind."""
    counted = select(notice.c.kind, func.count().label("number")).where(notice.c.settled_at.is_(None))
    return {row.kind: row.number for row in await tx.execute(counted.group_by(notice.c.kind))}
