"""Every SQL statement of the clocks. Whoever writes a deadline has locked its case."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.casework.clocks.facts import Past
from services.casework.clocks.plan import Entry
from services.casework.models import case, deadline, deadline_change, notice, transition
from shared.db import Prepared, Record, Rows, UnitOfWork, columns_of, insert_rows, update_rows

_KEY = ("complaint_id", "clock", "started_at")
_COLUMNS = ("complaint_id", *Entry._fields)
_IDS = any_(bindparam("ids", type_=ARRAY(Uuid)))
_NEW = Rows(deadline, *_COLUMNS)
_GIVEN = insert_rows(deadline, *_COLUMNS)
_WRITE = Prepared(
    _GIVEN.on_conflict_do_update(
        index_elements=list(_KEY), set_={name: _GIVEN.excluded[name] for name in _COLUMNS if name not in _KEY}
    )
)
_HISTORY = Prepared(
    select(transition.c.complaint_id, *(transition.c[name] for name in Past._fields))
    .where(transition.c.complaint_id == _IDS)
    .order_by(transition.c.complaint_id, transition.c.version)
)
_STANDING = Prepared(
    select(deadline.c.complaint_id, *(deadline.c[name] for name in Entry._fields)).where(
        deadline.c.complaint_id == _IDS
    )
)
_ID = bindparam("id", type_=Uuid)
_DEADLINES = Prepared(
    select(deadline).where(deadline.c.complaint_id == _ID).order_by(deadline.c.started_at, deadline.c.due_at)
)
_NOTICES = Prepared(select(notice).where(notice.c.complaint_id == _ID).order_by(notice.c.noticed_at))
_CLAIM = Prepared(
    text("""
    SELECT d.complaint_id, d.clock, d.started_at, d.due_at, d.outcome, d.next_at, d.limit_amount, d.limit_unit,
           c.ticket, c.agency_key, c.sealed
    FROM casework.deadline AS d JOIN casework."case" AS c ON c.complaint_id = d.complaint_id
    WHERE d.next_at <= :now AND d.version = :version
    ORDER BY d.next_at LIMIT :batch FOR NO KEY UPDATE OF c, d SKIP LOCKED
    """)
)
_ADVANCE = Prepared(update_rows(deadline, _KEY, "outcome", "next_at"))
_NOTICE = Prepared(
    insert_rows(notice, "id", "complaint_id", "clock", "step", "audience", "agency_key", "due_at", "noticed_at")
    .on_conflict_do_nothing(index_elements=["complaint_id", "clock", "due_at", "step"])
    .returning(notice.c.id)
)
_CHANGES = Rows(
    deadline_change,
    *("id", "complaint_id", "clock", "started_at", "old_due_at", "new_due_at"),
    *("cause", "old_version", "new_version", "at"),
)
_VERSIONS = text("""
    WITH RECURSIVE found AS (
        (SELECT version FROM casework.deadline WHERE settled_at IS NULL ORDER BY version LIMIT 1)
        UNION ALL
        SELECT (SELECT d.version FROM casework.deadline AS d
                WHERE d.settled_at IS NULL AND d.version > found.version ORDER BY d.version LIMIT 1)
        FROM found WHERE found.version IS NOT NULL
    ) SELECT version FROM found WHERE version IS NOT NULL
""")
_STALE = text("""
    SELECT DISTINCT complaint_id FROM casework.deadline
    WHERE settled_at IS NULL AND version = :version AND (complaint_id > :after OR :after IS NULL)
    ORDER BY complaint_id LIMIT :batch
""").bindparams(bindparam("after", type_=Uuid))
_CHANGE_DUE = Prepared(update_rows(case, "complaint_id", "due_at"))
_ONE_RECOMPUTES = text("SELECT pg_try_advisory_xact_lock(hashtext('casework.recompute_clocks'))")


def insert_new(tx: UnitOfWork, rows: Mapping[UUID, Iterable[Entry]]) -> None:
    """Keep the deadlines of cases that were just opened, with the next flush."""
    tx.insert(_NEW, _rows(rows))


async def write(tx: UnitOfWork, rows: Mapping[UUID, Iterable[Entry]]) -> None:
    """Write deadlines, each over what stood there."""
    if told := _rows(rows):
        await tx.flush(events=False)  # a case that this transaction opened has its own still to come
        await tx.fetch(_WRITE, columns_of(told))


def _rows(rows: Mapping[UUID, Iterable[Entry]]) -> list[dict[str, Any]]:
    return [{"complaint_id": complaint_id, **one._asdict()} for complaint_id, found in rows.items() for one in found]


async def histories(tx: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, Sequence[Past]]:
    """Return the history of cases, oldest first, with what this transaction has written of it."""
    await tx.flush(events=False)
    found: defaultdict[UUID, list[Past]] = defaultdict(list)
    for row in await tx.fetch(_HISTORY, {"ids": ids}):
        found[row.complaint_id].append(Past(row.previous, row.state, row.move, row.at))
    return found


async def standing(tx: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, Sequence[Entry]]:
    """Return the deadlines of cases; `histories` came first, or there is nothing to flush."""
    found: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for row in await tx.fetch(_STANDING, {"ids": ids}):
        complaint_id, *values = row
        found[complaint_id].append(Entry(*values))
    return found


async def claim(tx: UnitOfWork, now: datetime, version: str, batch: int) -> Sequence[Record]:
    """Return what is due, the longest due first, with its case; both are locked, what others have is left to them.

    What another version computed waits until it is computed again: it may not be due at all. This waits for nobody, so
    that it stands in no circle of those who wait.
    """
    return await tx.fetch(_CLAIM, {"now": now, "version": version, "batch": batch})


async def advance(tx: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    """Say when each of these deadlines is due next, and what came of it."""
    if rows:
        await tx.fetch(_ADVANCE, columns_of(rows))


async def notice_once(tx: UnitOfWork, notices: Sequence[Mapping[str, object]]) -> frozenset[UUID]:
    """Keep that steps were reached; return those that were not kept before."""
    if not notices:
        return frozenset()
    return frozenset(row.id for row in await tx.fetch(_NOTICE, columns_of(notices)))


def add_changes(tx: UnitOfWork, changes: Sequence[Mapping[str, object]]) -> None:
    """Record what a changed calendar or limit did, with the next flush."""
    tx.insert(_CHANGES, changes)


async def change_due(tx: UnitOfWork, due: Mapping[UUID, datetime | None]) -> None:
    """Write by when each case is due next."""
    if due:
        rows = [{"complaint_id": complaint_id, "due_at": due_at} for complaint_id, due_at in due.items()]
        await tx.fetch(_CHANGE_DUE, columns_of(rows))


async def one_recomputes(tx: UnitOfWork) -> bool:
    """Tell whether nobody else computes again until this transaction ends."""
    return bool(await tx.scalar(_ONE_RECOMPUTES))


async def open_versions(tx: UnitOfWork) -> Sequence[str]:
    """Return by what the open deadlines were computed."""
    return list(await tx.scalars(_VERSIONS))


async def computed_by(tx: UnitOfWork, version: str, after: UUID | None, batch: int) -> Sequence[UUID]:
    """Return cases with an open deadline of that version, in order, after a given one."""
    return list(await tx.scalars(_STALE, {"version": version, "after": after, "batch": batch}))


async def count_open(tx: UnitOfWork, versions: Collection[str]) -> int:
    """Count the cases with an open deadline of these versions."""
    found = select(func.count(func.distinct(deadline.c.complaint_id)))
    found = found.where(deadline.c.settled_at.is_(None), deadline.c.version.in_(versions))
    return (await tx.execute(found)).scalar_one()


async def count_to_be_seen(tx: UnitOfWork) -> Mapping[tuple[str, str], int]:
    """Count the open deadlines that are missed or unknown, by clock and outcome."""
    found = (
        select(deadline.c.clock, deadline.c.outcome, func.count())
        .where(deadline.c.settled_at.is_(None), deadline.c.outcome.in_(("missed", "unknown")))
        .group_by(deadline.c.clock, deadline.c.outcome)
    )
    return {(clock, outcome): count for clock, outcome, count in await tx.execute(found)}


async def oldest_due(tx: UnitOfWork) -> datetime | None:
    """Return since when, or from when on, the first deadline waits for a worker."""
    oldest: datetime | None = await tx.scalar(select(func.min(deadline.c.next_at)))
    return oldest


async def deadlines_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Record]:
    """Return a case's deadlines, oldest first."""
    await tx.flush(events=False)
    return await tx.fetch(_DEADLINES, {"id": complaint_id})


async def notices_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Record]:
    """Return the steps that a case's deadlines reached, oldest first."""
    return await tx.fetch(_NOTICES, {"id": complaint_id})
