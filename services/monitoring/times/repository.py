"""The SQL that tells how long each step took."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Float,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.monitoring.rules import STEPS, Duration
from services.monitoring.times.rules import WorkingDays, draws
from shared.db import UnitOfWork

_QUANTILES = (0.5, 0.9)
_SECONDS_IN_AN_HOUR = 3600.0
_DATES = tuple(dict.fromkeys(name for step in STEPS.values() for name in step))
_TICK = timedelta(microseconds=1)


def counts(of: Any, days: WorkingDays) -> dict[str, ColumnElement[int]]:
    """Return what counts the complaints in which a step can be timed: in hours, and in working days."""
    found: dict[str, ColumnElement[int]] = {}
    for step, (since, until) in STEPS.items():
        found[f"{step}_count"] = func.count().filter(of[until] >= of[since])
        found[f"{step}_days"] = func.count().filter(of[until] >= of[since], _known(of[since], of[until], days))
    return found


async def durations(
    tx: UnitOfWork, counted: Subquery, found: Mapping[str | None, Mapping[str, Any]], days: WorkingDays
) -> dict[str | None, dict[str, Duration]]:
    """Return how long each step took, by bucket (None: all) and step; `found` has the counts of each.

    All and the buckets are asked for one after the other: of very many complaints, each takes its own.
    """
    sizes = {bucket: row["received"] for bucket, row in found.items() if bucket is not None}
    rows: dict[str | None, Mapping[str, Any]] = {}
    all_ = _timed(counted, days).where(counted.c.draw < draws({"": found[None]["received"]})[""])
    rows[None] = dict((await tx.execute(select(*_quantiles(all_.offset(0).subquery(), days)))).mappings().one())
    timed = _drawn(_timed(counted, days), counted, draws(sizes)).offset(0).subquery()
    by_bucket = select(timed.c.bucket, *_quantiles(timed, days)).group_by(timed.c.bucket)
    rows |= {row["bucket"]: dict(row) for row in (await tx.execute(by_bucket)).mappings()}
    return {bucket: {step: _duration(step, row, rows[bucket]) for step in STEPS} for bucket, row in found.items()}


def _drawn(timed: Select[Any], counted: Subquery, below: Mapping[str, int]) -> Select[Any]:
    """Take of each bucket the complaints that are below its number."""
    columns = cast(list(below), ARRAY(Text)), cast(list(below.values()), ARRAY(Integer))
    of = func.unnest(*columns).table_valued(column("bucket", Text), column("below", Integer)).render_derived("drawn")
    return timed.join(of, and_(counted.c.bucket == of.c.bucket, counted.c.draw < of.c.below))


def _timed(counted: Subquery, days: WorkingDays) -> Select[Any]:
    """Return dates with the number of their working day; OFFSET 0 has each looked up once and not for every step."""
    of = counted.c
    numbers = (_number(of[name], of.agency, days).label(f"{name}_day") for name in _DATES)
    return select(of.bucket, *(of[name] for name in _DATES), *numbers).select_from(counted)


def _quantiles(timed: Subquery, days: WorkingDays) -> list[ColumnElement[Any]]:
    of, columns = timed.c, list[ColumnElement[Any]]()
    for step, (since, until) in STEPS.items():
        in_order = of[until] >= of[since]
        seconds = cast(func.extract("epoch", of[until] - of[since]), Float)
        worked = cast(of[f"{until}_day"] - of[f"{since}_day"], Float)
        columns.append(_quantile(seconds).filter(in_order).label(step))
        columns.append(_quantile(worked).filter(in_order, _known(of[since], of[until], days)).label(f"{step}_days"))
    return columns


def _quantile(value: ColumnElement[float]) -> Any:
    return func.percentile_cont(cast(list(_QUANTILES), ARRAY(Float))).within_group(value)


def _number(moment: ColumnElement[Any], agency: ColumnElement[str], days: WorkingDays) -> ColumnElement[int]:
    """Return the number of a moment's working day at the agency: how many days have closed before it."""
    first, *others = (
        func.width_bucket(moment, _closed(f"closings_{number}", office.closings))
        for number, office in enumerate(days.offices)
    )
    theirs = zip(days.offices[1:], others, strict=True)
    cases = [(func.left(agency, 5).in_(office.regions), count) for office, count in theirs]
    return case(*cases, else_=first) if cases else first


def _closed(name: str, closings: Sequence[Any]) -> ColumnElement[Any]:
    """Return the moments from which on a day is over: what comes when an office closes, it has on that day."""
    return bindparam(name, [one + _TICK for one in closings], type_=ARRAY(DateTime(timezone=True)))


def _known(since: ColumnElement[Any], until: ColumnElement[Any], days: WorkingDays) -> ColumnElement[bool]:
    return or_(~true(), *(and_(since >= first, until <= last) for first, last in days.spans))


def _duration(step: str, counted: Mapping[str, Any], row: Mapping[str, Any]) -> Duration:
    median, p90 = row[step] or (None, None)
    median_days, p90_days = row[f"{step}_days"] or (None, None)
    return Duration(
        counted[f"{step}_count"],
        None if median is None else median / _SECONDS_IN_AN_HOUR,
        None if p90 is None else p90 / _SECONDS_IN_AN_HOUR,
        counted[f"{step}_days"],
        median_days,
        p90_days,
    )
