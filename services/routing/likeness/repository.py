"""Every SQL statement about likeness. PostgreSQL's own index finds what is alike: GiST over trigrams, nearest first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from services.routing.likeness.rules import WITHIN, Compared
from shared.db import Prepared, UnitOfWork

_NEAREST = 20
_CLAIM = Prepared(
    text("""
    UPDATE routing.complaint SET compare_at = :later
    WHERE complaint_id = (
        SELECT complaint_id FROM routing.complaint WHERE compare_at <= :now
        ORDER BY compare_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING complaint_id
""")
)
_DONE = Prepared(
    text("""
    UPDATE routing.complaint SET compare_at = NULL WHERE complaint_id = :id AND isfinite(compare_at)
    RETURNING complaint_id
""")
)
_PUT_ASIDE = Prepared(text("UPDATE routing.complaint SET compare_at = 'infinity' WHERE complaint_id = :id"))
_KEEP = Prepared(
    text("""
    INSERT INTO routing.likeness
        (complaint_id, regency, affair, place_code, latitude, longitude, words, received_at, told)
    VALUES (:complaint_id, :regency, :affair, :place_code, :latitude, :longitude, :words, :received_at, '{}')
    ON CONFLICT (complaint_id) DO UPDATE SET regency = excluded.regency, affair = excluded.affair,
        place_code = excluded.place_code, latitude = excluded.latitude, longitude = excluded.longitude,
        words = excluded.words
    RETURNING told
""")
)
_FORGET = Prepared(text("DELETE FROM routing.likeness WHERE complaint_id = :id"))
_NEAREST_FIRST = Prepared(
    text("""
    SELECT likeness.complaint_id, complaint.ticket, place_code, latitude, longitude, likeness.received_at,
        1 - (words OPERATOR(routing.<->) CAST(:words AS text)) AS alike
    FROM routing.likeness JOIN routing.complaint USING (complaint_id)
    WHERE regency = :regency AND affair = :affair AND likeness.complaint_id <> :id
        AND likeness.received_at BETWEEN :after AND :before AND NOT complaint.sealed
    ORDER BY words OPERATOR(routing.<->) CAST(:words AS text) LIMIT :most
""")
)
_TOLD = Prepared(text("UPDATE routing.likeness SET told = told || CAST(:told AS uuid[]) WHERE complaint_id = :id"))


async def claim(tx: UnitOfWork, now: datetime, later: datetime) -> UUID | None:
    """Take the complaint that has waited longest to be compared; it comes again `later`, should nobody finish."""
    for row in await tx.fetch(_CLAIM, {"now": now, "later": later}):
        return UUID(str(row.complaint_id))
    return None


async def done(tx: UnitOfWork, complaint_id: UUID) -> bool:
    """Compare it no more, until it is decided anew; False where it was not to be compared any more."""
    return bool(await tx.fetch(_DONE, {"id": complaint_id}))


async def put_aside(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Compare it with nothing, whatever is still decided about it, until it is taken up again."""
    await tx.fetch(_PUT_ASIDE, {"id": complaint_id})
    await forget(tx, complaint_id)


async def keep(tx: UnitOfWork, one: Compared, *, regency: str, affair: str, words: str) -> frozenset[UUID]:
    """Keep what others are compared with; return the complaints that were told to be like it before."""
    latitude, longitude = one.point or (None, None)
    values = {
        "complaint_id": one.complaint_id,
        "regency": regency,
        "affair": affair,
        "place_code": one.place_code,
        "latitude": latitude,
        "longitude": longitude,
        "words": words,
        "received_at": one.received_at,
    }
    return frozenset(UUID(str(told)) for row in await tx.fetch(_KEEP, values) for told in row.told)


async def forget(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Let nothing be compared with it."""
    await tx.fetch(_FORGET, {"id": complaint_id})


async def nearest(
    tx: UnitOfWork, one: Compared, *, regency: str, affair: str, words: str
) -> Sequence[tuple[Compared, float]]:
    """Return the complaints of that regency and affair with the most like words, and how like those are (0 to 1)."""
    values = {
        "id": one.complaint_id,
        "regency": regency,
        "affair": affair,
        "words": words,
        "after": one.received_at - WITHIN,
        "before": one.received_at + WITHIN,
        "most": _NEAREST,
    }
    return [
        (
            Compared(
                complaint_id=UUID(str(row.complaint_id)),
                ticket=row.ticket,
                place_code=row.place_code,
                point=None if row.latitude is None else (row.latitude, row.longitude),
                received_at=row.received_at,
            ),
            row.alike,
        )
        for row in await tx.fetch(_NEAREST_FIRST, values)
    ]


async def tell(tx: UnitOfWork, complaint_id: UUID, others: Sequence[UUID]) -> None:
    """Remember which complaints were told to be like it."""
    await tx.fetch(_TOLD, {"id": complaint_id, "told": list(others)})
