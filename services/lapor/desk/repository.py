"""SQL of the officers' desk: lists of what they see, and what they did."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.lapor.keeping import OPEN_AGAIN
from services.lapor.models import act, heard, incoming, master, mirror, notice, step
from shared.core.ids import new_id
from shared.db import UnitOfWork

WAITING = ("review", "check", "type_in")
_STANDING_NOTICES = ("to_review", "refused", "perhaps_created")
"""Kinds that the list names by the complaint's state already."""
_NUMBERS = 7_201_001
"""The class of advisory locks on numbers of LAPOR!."""
_with_officers = mirror.c.state.in_(["to_review", "perhaps_created", "by_hand", "refused", "withheld", "queued"])
"""Lets the index on states leave out the many that are there."""
_since = func.coalesce(
    case((mirror.c.state.in_(["perhaps_created", "refused"]), mirror.c.posted_at)),
    mirror.c.released_at,
    mirror.c.verified_at,
)


def _kind(overdue: datetime | None) -> ColumnElement[str | None]:
    """Tell what an officer has to do; `overdue`: queued ones that were due before, or all of them (None)."""
    late = (
        mirror.c.state == "queued" if overdue is None else and_(mirror.c.state == "queued", mirror.c.due_at < overdue)
    )
    may_go = or_(mirror.c.verified_at.is_not(None), mirror.c.released_at.is_not(None))
    opened = and_(mirror.c.state == "withheld", mirror.c.reason.in_(OPEN_AGAIN), may_go)
    return case(
        (mirror.c.sealed, None),
        (mirror.c.state == "to_review", "review"),
        (mirror.c.state == "perhaps_created", "check"),
        (or_(mirror.c.state.in_(["by_hand", "refused"]), opened, late), "type_in"),
    )


async def find(tx: UnitOfWork, ticket: str) -> Row[Any] | None:
    """Return a complaint that is not sealed."""
    found = select(mirror).where(mirror.c.ticket == ticket, ~mirror.c.sealed)
    return (await tx.execute(found)).first()


async def mirrors(tx: UnitOfWork, state: str | None, before: str | None, limit: int) -> Sequence[Row[Any]]:
    """Return complaints, the newest first, from the one before a ticket on; of sealed ones nothing."""
    found = select(mirror).where(~mirror.c.sealed)
    if state is not None:
        found = found.where(mirror.c.state == state)
    if before is not None:
        found = found.where(
            mirror.c.complaint_id < select(mirror.c.complaint_id).where(mirror.c.ticket == before).scalar_subquery()
        )
    return (await tx.execute(found.order_by(mirror.c.complaint_id.desc()).limit(limit))).all()


async def heard_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return what was heard of a complaint, the newest first."""
    found = select(heard).where(heard.c.complaint_id == complaint_id).order_by(heard.c.heard_at.desc())
    return (await tx.execute(found)).all()


async def waiting(tx: UnitOfWork, kinds: Iterable[str], overdue: datetime | None, limit: int) -> Sequence[Row[Any]]:
    """Return what an officer has to do, the oldest first: each row with its `kind` and `since`."""
    kind = _kind(overdue)
    found = select(mirror, kind.label("todo"), _since.label("since")).where(_with_officers, kind.in_(list(kinds)))
    return (await tx.execute(found.order_by(_since.nulls_first(), mirror.c.complaint_id).limit(limit))).all()


async def count_waiting(tx: UnitOfWork, overdue: datetime | None) -> Mapping[str, int]:
    """Return how many complaints wait for an officer, by kind."""
    kind = _kind(overdue).label("todo")
    counted = select(kind, func.count().label("number")).where(_with_officers, kind.is_not(None)).group_by(kind)
    return {row.todo: row.number for row in await tx.execute(counted)}


_open_steps = (
    mirror.c.lapor_id.is_not(None),
    ~mirror.c.sealed,
    step.c.state.in_(["queued", "unclear"]),
    step.c.kind.in_(["follow_up", "pass_on"]),
)


async def steps_to_type(tx: UnitOfWork, limit: int) -> Sequence[Row[Any]]:
    """Return open steps of complaints that are at LAPOR!, the oldest first, each with its complaint's columns."""
    columns = (mirror.c.ticket, mirror.c.lapor_id, mirror.c.agency_key)
    found = select(step, *columns).join(mirror, mirror.c.complaint_id == step.c.complaint_id).where(*_open_steps)
    return (await tx.execute(found.order_by(step.c.made_at, step.c.place).limit(limit))).all()


async def count_steps_to_type(tx: UnitOfWork) -> int:
    """Return how many of them there are."""
    counted = select(func.count()).join_from(step, mirror, mirror.c.complaint_id == step.c.complaint_id)
    return await tx.scalar(counted.where(*_open_steps)) or 0


_visible = notice.c.complaint_id.is_(None) | notice.c.complaint_id.not_in(
    select(mirror.c.complaint_id).where(mirror.c.sealed)
)
_to_settle = (notice.c.settled_at.is_(None), notice.c.kind.not_in(_STANDING_NOTICES), _visible)


async def notices_to_settle(tx: UnitOfWork, limit: int) -> Sequence[Row[Any]]:
    """Return notices of which the complaint's state says nothing, the oldest first."""
    return (await tx.execute(select(notice).where(*_to_settle).order_by(notice.c.raised_at).limit(limit))).all()


async def count_notices_to_settle(tx: UnitOfWork) -> int:
    """Return how many of them there are."""
    return await tx.scalar(select(func.count()).select_from(notice).where(*_to_settle)) or 0


async def find_notice(tx: UnitOfWork, notice_id: UUID) -> Row[Any] | None:
    """Return a notice that is about nothing sealed."""
    return (await tx.execute(select(notice).where(notice.c.id == notice_id, _visible))).first()


_arrived_unsealed = incoming.c.complaint_id.is_(None) | incoming.c.complaint_id.not_in(
    select(mirror.c.complaint_id).where(mirror.c.sealed)
)


async def arrivals(tx: UnitOfWork, state: str | None, limit: int) -> Sequence[Row[Any]]:
    """Return what arrived, the newest first; nothing of what was sealed here."""
    found = select(incoming).where(_arrived_unsealed)
    if state is not None:
        found = found.where(incoming.c.state == state)
    return (await tx.execute(found.order_by(incoming.c.arrived_at.desc()).limit(limit))).all()


async def lock_arrival(tx: UnitOfWork, number: str) -> Row[Any] | None:
    """Lock and return what arrived under this number; nothing of what was sealed here."""
    found = select(incoming).where(incoming.c.lapor_id == number, _arrived_unsealed)
    return (await tx.execute(found.with_for_update())).first()


async def names_of(tx: UnitOfWork, wanted: Mapping[str, Iterable[int]]) -> Mapping[tuple[str, str], str]:
    """Return what LAPOR! calls its own ids, by kind and id, as far as its lists were read."""
    any_of = [
        and_(master.c.kind == kind, master.c.id.in_([str(one) for one in ids])) for kind, ids in wanted.items() if ids
    ]
    if not any_of:
        return {}
    found = await tx.execute(select(master.c.kind, master.c.id, master.c.name).where(or_(*any_of)))
    return {(row.kind, row.id): row.name for row in found}


async def reserve_numbers(tx: UnitOfWork, numbers: Iterable[str]) -> None:
    """Let nobody else give these numbers of LAPOR! to a complaint until the transaction ends."""
    for number in sorted(set(numbers)):
        await tx.execute(select(func.pg_advisory_xact_lock(_NUMBERS, func.hashtext(number))))


async def owner_of(tx: UnitOfWork, number: str) -> Row[Any, Any, Any] | None:
    """Return ticket, complaint and seal of who has a number of LAPOR!, or is the arrival of that number."""
    ours = select(mirror.c.ticket, mirror.c.complaint_id, mirror.c.sealed).where(mirror.c.lapor_id == number)
    found = (await tx.execute(ours)).first()
    if found is not None:
        return found
    arrived = (
        select(incoming.c.ticket, incoming.c.complaint_id, func.coalesce(mirror.c.sealed, False).label("sealed"))
        .join_from(incoming, mirror, mirror.c.complaint_id == incoming.c.complaint_id, isouter=True)
        .where(incoming.c.lapor_id == number, incoming.c.state.in_(["queued", "accepted"]))
    )
    return (await tx.execute(arrived)).first()


async def keep_act(
    tx: UnitOfWork, complaint_id: UUID | None, what: str, account_id: UUID, now: datetime, detail: str
) -> None:
    """Write down what an officer did."""
    values = {
        "id": new_id(),
        "complaint_id": complaint_id,
        "what": what,
        "account_id": account_id,
        "at": now,
        "detail": detail,
    }
    await tx.execute(insert(act).values(values))


async def acts_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return what officers did with a complaint, the newest first."""
    return (
        await tx.execute(select(act).where(act.c.complaint_id == complaint_id).order_by(act.c.at.desc(), act.c.id))
    ).all()
