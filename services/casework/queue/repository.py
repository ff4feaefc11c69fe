"""The queue's SQL: a page of a million cases costs what the page costs.

Each agency and each region that somebody sees is a way of its own through an index; their first rows are merged. A
frequent kind, urgency, channel or affair is soon met on such a way; a rare one is not, and has one index for all four
(`case_rare`): they have few values, so PostgreSQL 18 skips through it whichever of them is asked for, and it holds
8 bytes a case. Inserts and moves take no measurably longer for it; without it, a rare one costs a look at all cases.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, false, func, or_, select, text, true, tuple_, union
from sqlalchemy import case as either

from services.casework.models import case
from services.casework.queue.cursor import NewestPlace, Place
from services.casework.queue.filters import Filters
from services.casework.rules import ENDED, Scope
from shared.core.ticket import InvalidTicketError, parse_ticket
from shared.db import UnitOfWork

EXCERPT = 200
"""Characters of the complaint's text that the queue shows; of a sealed one none: to read that is a look."""
_NEWEST = (case.c.urgent, case.c.received_at, case.c.complaint_id)
_DUE = (case.c.due_at, case.c.complaint_id)
_OPEN = case.c.state.not_in(sorted(ENDED))


async def page(
    tx: UnitOfWork, scope: Scope, filters: Filters, *, account_id: UUID, now: datetime, limit: int
) -> Sequence[Row[Any]]:
    """Return the cases of a scope that fit, from the cursor on: open emergencies, then the newest; or by deadline."""
    fitting = _fitting(filters, account_id, now)
    if not scope.sealed:
        fitting.append(~case.c.sealed)
    order, after = _ordering(filters)
    if after is not None:
        fitting.append(after)
    ways = _ways(scope)
    if filters.agency is not None:
        ways = [and_(case.c.agency_key == filters.agency, or_(*ways))]
    found = [select(case.c.complaint_id, *_keys(filters)).where(*fitting, way) for way in ways]
    if len(found) > 1:
        merged = union(*(one.order_by(*order).limit(limit) for one in found)).subquery()
        wanted = select(merged.c.complaint_id)
    else:
        wanted = found[0].with_only_columns(case.c.complaint_id).order_by(*order).limit(limit)
    excerpt = either((case.c.sealed, ""), else_=func.left(case.c.text, EXCERPT))
    rows = select(case, excerpt.label("excerpt")).where(case.c.complaint_id.in_(wanted))
    return (await tx.execute(rows.order_by(*order).limit(limit))).all()


def _ways(scope: Scope) -> list[ColumnElement[bool]]:
    """Return the conditions of which one must hold."""
    if scope.agencies is None:
        return [true()]
    agencies = [case.c.agency_key == key for key in sorted(scope.agencies)]
    regions = [case.c.regency == code for code in sorted(scope.regions)]
    return [*agencies, *regions] or [false()]


def _keys(filters: Filters) -> tuple[ColumnElement[Any], ...]:
    return _DUE[:1] if filters.order == "due" else _NEWEST[:2]


def _ordering(filters: Filters) -> tuple[Sequence[ColumnElement[Any]], ColumnElement[bool] | None]:
    """Return the order, and what comes after the page before."""
    place: Place | None = filters.after
    if filters.order == "due":
        return _DUE, None if place is None else tuple_(*_DUE) > tuple_(*place)
    return [column.desc() for column in _NEWEST], None if place is None else _older(*cast("NewestPlace", place))


def _older(urgent: bool, *place: object) -> ColumnElement[bool]:  # noqa: FBT001 - the cursor's first part
    """Return what comes after a place. PostgreSQL would judge one comparison of all three by the first alone."""
    older = tuple_(*_NEWEST[1:]) < tuple_(*place)
    return or_(~case.c.urgent, older) if urgent else ~case.c.urgent & older


def _fitting(filters: Filters, account_id: UUID, now: datetime) -> list[ColumnElement[bool]]:
    told = {
        "waiting_for": case.c.waiting_for,
        "affair": case.c.affair,
        "kind": case.c.kind,
        "urgency": case.c.urgency,
        "channel": case.c.channel,
        "emergency": case.c.emergency,
        "news": case.c.news,
        "mirror": case.c.mirror,
    }
    fitting = [column == getattr(filters, name) for name, column in told.items() if getattr(filters, name) is not None]
    if filters.state:
        fitting.append(case.c.state.in_(filters.state))
    if filters.open is not None:
        fitting.append(_OPEN if filters.open else ~_OPEN)
    if filters.region is not None:
        fitting.append(_within(filters.region))
    if filters.mine:
        fitting.append(case.c.taken_by == account_id)
    if filters.overdue:
        fitting.append(case.c.due_at < now)
    elif filters.order == "due":
        fitting.append(case.c.due_at.is_not(None))
    if filters.received_from is not None:
        fitting.append(case.c.received_at >= filters.received_from)
    if filters.received_to is not None:
        fitting.append(case.c.received_at < filters.received_to)
    if filters.q is not None:
        fitting.append(_saying(filters.q))
    return fitting


def _within(region: str) -> ColumnElement[bool]:
    if len(region) == len("52.03"):
        return case.c.regency == region
    return case.c.region_code.startswith(region, autoescape=True)


def _saying(words: str) -> ColumnElement[bool]:
    """Find a ticket where one is named, else words of the complaint."""
    try:
        return case.c.ticket == parse_ticket(words)
    except InvalidTicketError:
        said = func.to_tsvector(text("'simple'"), case.c.text)
        return said.bool_op("@@")(func.websearch_to_tsquery(text("'simple'"), words))
