"""Every SQL statement about notices and digests."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    Uuid,
    any_,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import case as sql_case
from sqlalchemy.dialects.postgresql import ARRAY, insert

from services.casework.models import case, deadline, digest, digest_notice, mail_server, notice
from services.casework.notices.rules import Audience, Person, Step
from shared.core.ids import new_id
from shared.db import UnitOfWork

_OWED = exists(
    select(literal(1)).where(
        deadline.c.complaint_id == notice.c.complaint_id,
        deadline.c.clock == notice.c.clock,
        deadline.c.due_at == notice.c.due_at,
        deadline.c.settled_at.is_(None),
    )
)
_STOPPED = exists(
    select(literal(1)).where(
        deadline.c.complaint_id == notice.c.complaint_id,
        deadline.c.clock == notice.c.clock,
        deadline.c.outcome == "stopped",
        deadline.c.settled_at.is_(None),
    )
)
_STEPS = select(
    *(notice.c[name] for name in ("id", "clock", "step", "audience", "due_at", "noticed_at", "problem")),
    *(case.c[name] for name in ("ticket", "agency_name", "regency", "sealed", "emergency", "urgency")),
    sql_case((notice.c.agency_key.is_not(None), case.c.agency_key)).label("agency_key"),
    _OWED.label("owed"),
    _STOPPED.label("stopped"),
).join(case, case.c.complaint_id == notice.c.complaint_id)


async def take_gathering(tx: UnitOfWork) -> bool:
    """Be the one who gathers until the transaction ends; False while another is."""
    return await tx.scalar(select(mail_server.c.id).with_for_update(skip_locked=True)) is not None


async def lock_untold(tx: UnitOfWork, now: datetime, limit: int) -> list[Step]:
    """Return steps whose telling is to be looked at, the oldest first."""
    due = or_(notice.c.tell_at.is_(None), notice.c.tell_at <= now)
    wanted = _STEPS.where(notice.c.told_at.is_(None), due).order_by(notice.c.noticed_at).limit(limit)
    return await _steps(tx, wanted.with_for_update(of=notice, skip_locked=True))


async def untold(tx: UnitOfWork, limit: int) -> list[Step]:
    """Return steps that nobody was told of yet, the oldest first."""
    return await _steps(tx, _STEPS.where(notice.c.told_at.is_(None)).order_by(notice.c.noticed_at).limit(limit))


async def steps_of(tx: UnitOfWork, digest_id: UUID) -> list[Step]:
    """Return the steps of a digest, as they stand now."""
    linked = _STEPS.join(digest_notice, digest_notice.c.notice_id == notice.c.id)
    return await _steps(tx, linked.where(digest_notice.c.digest_id == digest_id))


async def _steps(tx: UnitOfWork, wanted: Select[Any]) -> list[Step]:
    return [Step(**row._mapping) for row in await tx.execute(wanted)]  # noqa: SLF001 - its documented accessor


async def people(
    tx: UnitOfWork, audience: Audience, agency_keys: Collection[str], regencies: Collection[str]
) -> list[Person]:
    """Ask identity who has this role and an e-mail, for these agencies and regions; once per binding."""
    asked = func.identity.people_to_tell(
        cast(sorted(agency_keys), ARRAY(Text)), cast(sorted(regencies), ARRAY(Text)), cast(audience, Text)
    )
    row = asked.table_valued(
        *(column("account_id", Uuid), column("display_name", Text), column("email", Text)),
        *(column("role", Text), column("agency_key", Text), column("region_code", Text)),
    ).render_derived("person")
    found = await tx.execute(select(row))
    return [
        Person(
            account_id=one.account_id,
            name=one.display_name,
            email=one.email,
            agency_key=one.agency_key,
            region_code=one.region_code,
        )
        for one in found
    ]


async def links_of(tx: UnitOfWork, notice_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Return in which digests notices are or were: notice_id, account_id, state, reason, expires_at."""
    wanted = select(
        digest_notice.c.notice_id,
        *(digest.c[name] for name in ("account_id", "state", "reason", "expires_at")),
    ).join(digest, digest.c.id == digest_notice.c.digest_id)
    return (await tx.execute(wanted.where(_among(digest_notice.c.notice_id, notice_ids)))).all()


async def lock_digests(tx: UnitOfWork, accounts: Collection[UUID], days: Collection[date]) -> list[Row[Any]]:
    """Return the digests of people on some days, in order; none of them is sent meanwhile."""
    wanted = select(digest).where(_among(digest.c.account_id, accounts), digest.c.day.in_(days))
    return list((await tx.execute(wanted.order_by(digest.c.id).with_for_update())).all())


async def add_digest(tx: UnitOfWork, **values: object) -> Row[Any]:
    """Add a digest that waits to be sent."""
    added = insert(digest).values(id=new_id(), state="queued", **values).returning(digest)
    row: Row[Any] = (await tx.execute(added)).one()
    return row


async def link(tx: UnitOfWork, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Put notices into digests, as pairs of digest and notice."""
    rows = [{"digest_id": one, "notice_id": other} for one, other in pairs]
    if rows:
        await tx.execute(insert(digest_notice).on_conflict_do_nothing(), rows)


async def put_off(tx: UnitOfWork, when: Mapping[datetime, Collection[UUID]]) -> None:
    """Look at notices again at these times."""
    for at, ids in when.items():
        await tx.execute(update(notice).where(_among(notice.c.id, ids), notice.c.told_at.is_(None)).values(tell_at=at))


async def settle(tx: UnitOfWork, ids: Collection[UUID], now: datetime) -> None:
    """Call notices told."""
    if ids:
        await tx.execute(update(notice).where(_among(notice.c.id, ids), notice.c.told_at.is_(None)).values(told_at=now))


async def settle_told(tx: UnitOfWork, ids: Collection[UUID], now: datetime) -> None:
    """Call notices told unless they wait in somebody else's digest as well."""
    both = digest_notice.join(digest, digest.c.id == digest_notice.c.digest_id)
    waits = select(literal(1)).select_from(both).where(digest_notice.c.notice_id == notice.c.id, _open(now))
    told = update(notice).where(_among(notice.c.id, ids), notice.c.told_at.is_(None), ~exists(waits))
    await tx.execute(told.values(told_at=now))


async def note_problems(tx: UnitOfWork, problems: Mapping[str | None, Collection[UUID]]) -> None:
    """Keep why somebody else is told, or nobody; None where that is over."""
    for problem, ids in problems.items():
        await tx.execute(update(notice).where(_among(notice.c.id, ids)).values(problem=problem))


def _among(one: ColumnElement[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """Compare with a list of any length: `IN` takes 32,767 at most."""
    return one == any_(cast(list(ids), ARRAY(Uuid)))


def _open(now: datetime) -> ColumnElement[bool]:
    return or_(digest.c.state == "sending", digest.c.state.in_(["queued", "unknown"]) & (digest.c.expires_at > now))


async def lock_due(tx: UnitOfWork, now: datetime, *, most_lost: int) -> Row[Any] | None:
    """Return the next digest to send, urgent ones first; no other worker sees it meanwhile."""
    ready = (digest.c.state == "queued") | ((digest.c.state == "unknown") & (digest.c.lost < most_lost))
    due = select(digest).where(ready, digest.c.due_at <= now, digest.c.expires_at > now)
    due = due.order_by(digest.c.kind.desc(), digest.c.due_at).limit(1)
    return (await tx.execute(due.with_for_update(skip_locked=True))).first()


async def lock_digest(tx: UnitOfWork, digest_id: UUID) -> Row[Any] | None:
    """Return a digest; nobody else changes it until the transaction ends."""
    return (await tx.execute(select(digest).where(digest.c.id == digest_id).with_for_update())).first()


async def lock_left(tx: UnitOfWork, now: datetime) -> Row[Any] | None:
    """Return a digest whose sender never said what came of it, or that did not get out on its day."""
    left = ((digest.c.state == "sending") & (digest.c.claimed_until < now)) | (
        (digest.c.state == "queued") & (digest.c.expires_at <= now)
    )
    return (await tx.execute(select(digest).where(left).limit(1).with_for_update(skip_locked=True))).first()


async def change(tx: UnitOfWork, digest_id: UUID, **values: object) -> None:
    """Write how a digest goes."""
    await tx.execute(update(digest).where(digest.c.id == digest_id).values(values))


async def note_server(tx: UnitOfWork, *, reason: str | None, paused_until: datetime | None) -> None:
    """Keep why nobody is mailed; None when somebody is."""
    await tx.execute(update(mail_server).values(reason=reason, paused_until=paused_until))


async def server(tx: UnitOfWork) -> Row[Any]:
    """Return how the mail server stands."""
    return (await tx.execute(select(mail_server))).one()


async def waiting(tx: UnitOfWork) -> Sequence[Row[Any]]:
    """Count what nobody was told of yet, by audience: untold, and of these how many nobody is there for."""
    nobody = func.count().filter(notice.c.problem.is_not(None)).label("nobody")
    wanted = select(notice.c.audience, func.count().label("untold"), nobody).where(notice.c.told_at.is_(None))
    return (await tx.execute(wanted.group_by(notice.c.audience))).all()
