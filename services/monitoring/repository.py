"""Every SQL statement that keeps complaints and answers, and that counts them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    delete,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.monitoring import models
from services.monitoring.complaint import Complaint
from services.monitoring.rules import (
    LEFT_OUT,
    NONE,
    OTHER,
    SEALED,
    Cut,
    Duration,
    Figures,
    Limit,
    Question,
    Scope,
    counts_sealed,
)
from services.monitoring.times.repository import counts as step_counts
from services.monitoring.times.repository import durations
from services.monitoring.times.rules import DRAWS, WorkingDays
from shared.core.times import WITA
from shared.db import Prepared, Rows, UnitOfWork, columns_of, update_rows

_COLUMNS = tuple(Complaint.model_fields)
_ID = "complaint_id"
_OPENED = Rows(models.complaint, *_COLUMNS, once=True)
_ANSWERED = Rows(models.answer, "event_id", _ID, "agency", "answered_at", "warnings", once=True)
_KEEP = Prepared(update_rows(models.complaint, _ID, *(name for name in _COLUMNS if name != _ID)))
_LOCK = Prepared(
    select(*(models.complaint.c[name] for name in _COLUMNS))
    .where(models.complaint.c.complaint_id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(models.complaint.c.complaint_id)
    .with_for_update()
)


def open_all(tx: UnitOfWork, complaints: Sequence[Complaint]) -> None:
    """Write complaints that begin; those that are there stay as they are."""
    tx.insert(_OPENED, map(_row, complaints))


async def lock_complaints(tx: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Complaint]:
    """Return those that are there, by id; nobody else changes them until the transaction ends."""
    rows = await tx.fetch(_LOCK, {"ids": list(ids)})
    found = (Complaint.model_validate({**row, "clocks": _read(row["clocks"])}) for row in rows)
    return {one.complaint_id: one for one in found}


async def keep(tx: UnitOfWork, complaints: Sequence[Complaint]) -> None:
    """Write complaints as they stand now, with one statement."""
    if complaints:
        await tx.fetch(_KEEP, columns_of([_row(one) for one in complaints]))


def add_answers(tx: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    """Write answers, each once."""
    tx.insert(_ANSWERED, ({**row, "warnings": json.dumps(row["warnings"])} for row in rows))


async def forget(tx: UnitOfWork) -> int:
    """Empty all that events make again, and the memory of having heard them; return how many complaints that were."""
    gone = 0
    for table in (models.answer, models.complaint, models.parked, models.inbox):
        result = await tx.execute(delete(table))
        gone = result.rowcount if table is models.complaint else gone
    return gone


async def sizes(tx: UnitOfWork, question: Question, seeing: Scope) -> dict[str, int]:
    """Return how many complaints there are in each bucket."""
    counted = _counted(question, seeing, frozenset())
    rows = await tx.execute(select(counted.c.bucket, func.count()).group_by(counted.c.bucket))
    return {bucket: count for bucket, count in rows}  # noqa: C416 - rows are no pairs to mypy


async def figures(
    tx: UnitOfWork, question: Question, seeing: Scope, merged: frozenset[str], days: WorkingDays
) -> tuple[Figures, dict[str, Figures]]:
    """Return the figures of all, and of each bucket; the `merged` ones stand under `OTHER`."""
    counted = _counted(question, seeing, merged)
    limits = await _limits(tx, counted)
    rows = (await tx.execute(_figures(counted, days))).mappings()
    found = {None if row["is_total"] else row["bucket"]: row for row in rows}
    times = await durations(tx, counted, found, days)
    figures = {bucket: _figures_of(row, times[bucket], limits.get(bucket, {})) for bucket, row in found.items()}
    return figures[None], {bucket: one for bucket, one in figures.items() if bucket is not None}


async def warnings(tx: UnitOfWork, start: date, end: date, seeing: Scope) -> tuple[dict[str, int], dict[str, Any]]:
    """Return how many answers each agency gave in a period, and by agency how often each warning stood in them."""
    answers = _answers(start, end, seeing)
    counts = await tx.execute(select(answers.c.bucket, func.count()).group_by(answers.c.bucket))
    each = func.jsonb_array_elements_text(answers.c.warnings).table_valued("value")
    told = (
        select(answers.c.bucket, each.c.value, func.count(func.distinct(answers.c.event_id)))
        .select_from(answers.join(each, true()))
        .group_by(answers.c.bucket, each.c.value)
    )
    found: dict[str, dict[str, int]] = {}
    for bucket, warning, count in await tx.execute(told):
        found.setdefault(bucket, {})[warning] = count
    return {bucket: count for bucket, count in counts}, found  # noqa: C416 - as above


def _answers(start: date, end: date, seeing: Scope) -> Subquery:
    answer, complaint = models.answer.c, models.complaint.c
    wanted = [answer.answered_at >= _day(start), answer.answered_at < _day(end + timedelta(days=1))]
    if not seeing.sealed:
        wanted.append(~complaint.sealed)
    wanted += _theirs(answer.agency, complaint.regency, seeing)
    bucket = case((complaint.sealed, SEALED), else_=func.coalesce(answer.agency, NONE))
    joined = models.answer.join(models.complaint, answer.complaint_id == complaint.complaint_id)
    named = select(answer.event_id, bucket.label("bucket"), answer.warnings)
    return named.select_from(joined).where(*wanted).subquery()


def _counted(question: Question, seeing: Scope, merged: frozenset[str]) -> Subquery:
    """Return every complaint that is counted, once, with the one bucket that it is in."""
    all_ = union_all(_live(), _past()).subquery()
    wanted: list[ColumnElement[bool]] = [
        all_.c.received_at >= _day(question.start),
        all_.c.received_at < _day(question.end + timedelta(days=1)),
        *(func.coalesce(all_.c[name], NONE) == value for name, value in question.filters.items()),
    ]
    if not counts_sealed(question, seeing):
        wanted.append(~all_.c.sealed)
    wanted += _theirs(all_.c.agency, all_.c.regency, seeing)
    return select(all_, _bucket(all_, question.by, merged).label("bucket")).where(and_(*wanted)).subquery()


def _theirs(agency: ColumnElement[str], regency: ColumnElement[str], seeing: Scope) -> list[ColumnElement[bool]]:
    """Return what bounds the figures to a scope; nothing where it sees all."""
    if seeing.agencies is None:
        return []
    of_regions = (agency.startswith(f"{code}.", autoescape=True) for code in seeing.regions)  # 52.03.PUPR is of 52.03
    return [or_(agency.in_(seeing.agencies), regency.in_(seeing.regions), *of_regions)]


def _bucket(of: Subquery, by: Cut, merged: frozenset[str]) -> ColumnElement[str]:
    if by == "month":
        there = func.timezone(literal_column("interval '8 hours'"), of.c.received_at)  # WITA
        bucket: ColumnElement[str] = func.to_char(there, "YYYY-MM")
    else:
        bucket = func.coalesce(of.c[by], NONE)
    if merged:
        bucket = case((bucket.in_(sorted(merged)), OTHER), else_=bucket)
    return case((of.c.sealed, SEALED), else_=bucket)


_COUNTS = ("received", "followed_up", "complaints_followed_up", "answered", "closed", "imported", "escalated", "rated")
_SAME: tuple[str, ...] = ("channel", "kind", "affair", "agency", "regency", "received_at", "verified_at", "assigned_at")
_SAME += ("followed_up_at", "answered_at", "closed_at", "clocks", "left_out")


def _live() -> Select[Any]:
    table = models.complaint.c
    return select(
        *(table[name] for name in _SAME),
        table.sealed,
        table.followed_up_at.is_not(None).label("followed_up"),
        table.rating,
        table.escalations,
        false().label("imported"),
        _draw(func.uuid_hash(table.complaint_id)),
    )


def _past() -> Select[Any]:
    table = models.past.c
    return select(
        *(table[name] for name in _SAME),
        false().label("sealed"),
        table.followed_up,
        cast(null(), models.complaint.c.rating.type).label("rating"),
        literal(0).label("escalations"),
        true().label("imported"),
        _draw(func.hashint8(table.id)),
    )


def _draw(hashed: ColumnElement[int]) -> ColumnElement[int]:
    """Return a complaint's number for `times.rules.draws`."""
    return hashed.bitwise_and(DRAWS - 1).label("draw")


def _figures(counted: Subquery, days: WorkingDays) -> Select[Any]:
    of = counted.c
    counts: dict[str, ColumnElement[Any]] = {
        "received": func.count(),
        "followed_up": func.count().filter(of.followed_up),
        "complaints_followed_up": func.count().filter(of.followed_up, of.left_out.is_(None)),
        "answered": func.count(of.answered_at),
        "closed": func.count(of.closed_at),
        "imported": func.count().filter(of.imported),
        "escalated": func.count().filter(of.escalations > 0),
        "rated": func.count(of.rating),
        "mean_rating": cast(func.avg(of.rating), literal(0.0).type),
        **{f"left_out_{reason}": func.count().filter(of.left_out == reason) for reason in LEFT_OUT},
        **step_counts(of, days),
    }
    grouped = func.grouping_sets(tuple_(of.bucket), tuple_())
    named = [value.label(name) for name, value in counts.items()]
    return select(of.bucket, (func.grouping(of.bucket) == 1).label("is_total"), *named).group_by(grouped)


def _figures_of(row: Mapping[str, Any], steps: Mapping[str, Duration], limits: Mapping[str, Limit]) -> Figures:
    return Figures(
        **{name: row[name] for name in _COUNTS},
        mean_rating=row["mean_rating"],
        left_out={reason: row[f"left_out_{reason}"] for reason in LEFT_OUT if row[f"left_out_{reason}"]},
        steps=steps,
        limits=limits,
    )


async def _limits(tx: UnitOfWork, counted: Subquery) -> dict[str | None, dict[str, Limit]]:
    """Return how the clocks went, by bucket (None: all) and clock. One that was cancelled had nothing to keep.

    There are few ways in which the clocks of a complaint stand together, so these are counted and then taken apart.
    """
    clocks = counted.c.clocks
    rows = await tx.execute(select(counted.c.bucket, clocks, func.count()).group_by(counted.c.bucket, clocks))
    found: dict[str | None, dict[str, Counter[str]]] = {}
    for bucket, outcomes, count in rows:
        for clock, outcome in outcomes.items():
            name = "open" if outcome in {"running", "stopped"} else outcome
            for key in (bucket, None) if name in Limit.__slots__ else ():
                found.setdefault(key, {}).setdefault(clock, Counter())[name] += count
    return {key: {clock: Limit(**counts) for clock, counts in sorted(clocks.items())} for key, clocks in found.items()}


def _day(day: date) -> datetime:
    """Return when a day begins in NTB."""
    return datetime.combine(day, time(), WITA).astimezone(UTC)


def _row(complaint: Complaint) -> dict[str, Any]:
    return complaint.model_dump() | {"clocks": json.dumps(dict(complaint.clocks))}


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
