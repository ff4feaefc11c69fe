"""Every SQL statement of replies."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Row,
    Text,
    Uuid,
    case,
    cast,
    column,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert

from services.replies.models import account, complaint, reply, resolution, template
from services.replies.rules import BY_HAND, DAY, HOUR, NOTICES, RECEIPTS, WAITING, Kind, Recent
from shared.db import UnitOfWork

_KINDS: dict[Kind, ColumnElement[bool]] = {
    "receipt": (reply.c.template == "acknowledgement") & ~reply.c.urgent,
    "prompt": reply.c.complaint_id.is_(None) & ~reply.c.urgent,
    "notice": reply.c.template.in_(NOTICES) & ~reply.c.urgent,
    "emergency": reply.c.urgent,
}
_OPEN = ("queued", "sending", "unknown")


async def keep_complaint(tx: UnitOfWork, **values: object) -> None:
    """Remember a complaint, once."""
    await tx.execute(insert(complaint).values(values).on_conflict_do_nothing())


async def complaint_of(tx: UnitOfWork, complaint_id: UUID) -> Row[Any] | None:
    """Return what is known of a complaint."""
    return (await tx.execute(select(complaint).where(complaint.c.complaint_id == complaint_id))).first()


async def seal(tx: UnitOfWork, complaint_id: UUID) -> bool:
    """Remember that a complaint is the Inspectorate's now; False when that was known."""
    sealed = update(complaint).where(complaint.c.complaint_id == complaint_id, ~complaint.c.sealed).values(sealed=True)
    return await tx.scalar(sealed.returning(complaint.c.complaint_id)) is not None


async def unseal(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Remember that the Inspectorate opened a complaint."""
    await tx.execute(update(complaint).where(complaint.c.complaint_id == complaint_id).values(sealed=False))


async def mark(tx: UnitOfWork, complaint_id: UUID, *, anonymous: bool, secret: bool) -> None:
    """Remember who may know of a complaint."""
    marked = update(complaint).where(complaint.c.complaint_id == complaint_id)
    await tx.execute(marked.values(anonymous=anonymous, secret=secret))


async def remember_agency(tx: UnitOfWork, complaint_id: UUID, key: str) -> None:
    """Remember which agency its citizen was told of."""
    await tx.execute(update(complaint).where(complaint.c.complaint_id == complaint_id).values(agency=key))


async def remember_answer(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Remember that there is an answer to rate."""
    await tx.execute(update(complaint).where(complaint.c.complaint_id == complaint_id).values(answered=True))


async def asked_to_rate(tx: UnitOfWork, complaint_id: UUID) -> bool:
    """Tell whether an answer that its citizen has, or will have, asks for a rating."""
    mine = (reply.c.complaint_id == complaint_id, reply.c.template == "answer", reply.c.facts["rate"].as_boolean())
    return bool(await tx.scalar(select(exists().where(*mine, reply.c.state.not_in(["failed", "withheld"])))))


async def was_receipted(tx: UnitOfWork, complaint_id: UUID) -> bool:
    """Tell whether its citizen has, or will have, the receipt: whoever knows no ticket is told nothing by it."""
    mine = (reply.c.complaint_id == complaint_id, reply.c.template.in_(RECEIPTS))
    return bool(await tx.scalar(select(exists().where(*mine, reply.c.state.not_in(["failed", "withheld"])))))


async def lock_open_words(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return what is to be said of a complaint, is not gone yet, and names more than a private text does."""
    mine = (reply.c.complaint_id == complaint_id, reply.c.state == "queued")
    telling = or_(reply.c.place != "private", reply.c.place.is_(None) & ~reply.c.confidential)
    return (await tx.execute(select(reply).where(*mine, telling).with_for_update())).all()


async def language_of(tx: UnitOfWork, conversation_id: UUID) -> str | None:
    """Return the language of the latest complaint of a conversation."""
    latest = select(complaint.c.language).where(complaint.c.conversation_id == conversation_id)
    found: str | None = await tx.scalar(latest.order_by(complaint.c.received_at.desc()).limit(1))
    return found


async def own_texts(tx: UnitOfWork) -> Sequence[Row[Any]]:
    """Return what operators wrote instead of the shipped texts, as it stands now."""
    key = (template.c.event, template.c.place, template.c.language)
    found = select(template).ext(distinct_on(*key)).order_by(*key, template.c.version.desc()).subquery()
    return (await tx.execute(select(found).where(found.c.text.is_not(None)))).all()


async def wake(tx: UnitOfWork, conversation_id: UUID, now: datetime) -> None:
    """Let what waited for this citizen's next word go."""
    waiting = (reply.c.state == "queued", reply.c.reason == WAITING, reply.c.conversation_id == conversation_id)
    await tx.execute(update(reply).where(*waiting).values(due_at=now))


async def hear_from(tx: UnitOfWork, conversation_id: UUID, surface: str, written_at: datetime) -> None:
    """Remember when this person last wrote on this surface."""
    theirs = (complaint.c.conversation_id == conversation_id, complaint.c.surface == surface)
    later = update(complaint).where(*theirs, complaint.c.written_at < written_at)
    await tx.execute(later.values(written_at=written_at))


async def waiting_commenters(tx: UnitOfWork, channel: str, name: str) -> Sequence[UUID]:
    """Return whose comments to one of our accounts have an answer that waits for their next word."""
    found = (
        select(complaint.c.reporter)
        .join(reply, reply.c.complaint_id == complaint.c.complaint_id)
        .where(reply.c.state == "queued", reply.c.reason == WAITING)
        .where(complaint.c.surface == "comment", complaint.c.channel == channel, complaint.c.account == name)
    )
    return (await tx.execute(found.distinct())).scalars().all()


async def same_person(tx: UnitOfWork, reporter: UUID, among: Sequence[UUID]) -> set[UUID]:
    """Return which references are the same account's as this one; the vault keeps a record of what it tells."""
    given = (cast(reporter, Uuid), cast(list(among), ARRAY(Uuid)), cast("next_word", Text))
    found = func.vault.same_person(*given).table_valued(column("same", Uuid))
    return {row.same for row in await tx.execute(select(found))}


async def hear_directly(tx: UnitOfWork, reporters: Collection[UUID], written_at: datetime, now: datetime) -> None:
    """Remember when commenters wrote to us in private, and let what waits for them go."""
    theirs = complaint.c.reporter.in_(reporters)
    latest = func.greatest(complaint.c.direct_at, written_at)
    await tx.execute(update(complaint).where(theirs).values(direct_at=latest))
    waiting = (reply.c.state == "queued", reply.c.reason == WAITING, reply.c.recipient.in_(reporters))
    await tx.execute(update(reply).where(*waiting).values(due_at=now))


async def last_written(tx: UnitOfWork, conversation_id: UUID, surface: str) -> datetime | None:
    """Return when this person last wrote on this surface."""
    same = (complaint.c.conversation_id == conversation_id, complaint.c.surface == surface)
    latest: datetime | None = await tx.scalar(select(func.max(complaint.c.written_at)).where(*same))
    return latest


async def add_reply(tx: UnitOfWork, **values: object) -> bool:
    """Insert a reply; False when the same cause has told the same person the same thing before."""
    added = insert(reply).values(values).on_conflict_do_nothing(index_elements=["cause", "recipient", "template"])
    return await tx.scalar(added.returning(reply.c.id)) is not None


async def lock_due(tx: UnitOfWork, now: datetime, channels: Collection[str]) -> Row[Any] | None:
    """Return the next reply to send, emergencies first, then answers; no other worker sees it meanwhile."""
    paused = select(account.c.account).where(
        account.c.channel == reply.c.channel, account.c.account == reply.c.account, account.c.paused_until > now
    )
    due = select(reply).where(reply.c.state == "queued", reply.c.due_at <= now, reply.c.channel.in_(channels))
    due = due.where(~exists(paused)).order_by(reply.c.urgent.desc(), reply.c.by_officer.desc(), reply.c.due_at)
    due = due.order_by(reply.c.id).limit(1)
    return (await tx.execute(due.with_for_update(skip_locked=True))).first()


async def lock_reply(tx: UnitOfWork, reply_id: UUID) -> Row[Any] | None:
    """Return a reply; nobody else changes it until the transaction ends."""
    return (await tx.execute(select(reply).where(reply.c.id == reply_id).with_for_update())).first()


async def lock_overdue(tx: UnitOfWork, now: datetime, *, ahead: timedelta) -> Row[Any] | None:
    """Return a reply whose sender never said what came of it; one claimed until so far ahead had a wrong clock."""
    claimed = reply.c.claimed_until
    over = or_(claimed < now, claimed > func.greatest(now, func.now()) + ahead)
    overdue = select(reply).where(reply.c.state == "sending", over).limit(1)
    return (await tx.execute(overdue.with_for_update(skip_locked=True))).first()


async def bring_back(tx: UnitOfWork, now: datetime, *, longest: timedelta, pause: timedelta) -> int:
    """Let nothing wait longer than it may from now on, because a clock that ran ahead dated it; return how many rows.

    A reply that was never tried, and waits for nothing, is due at once. Now is the later of our clock and PostgreSQL's.
    """
    latest: ColumnElement[datetime] = func.greatest(now, func.now())
    due = latest + case(((reply.c.attempts == 0) & reply.c.reason.is_(None), timedelta(0)), else_=longest)
    replies = update(reply).where(reply.c.state == "queued", reply.c.due_at > due).values(due_at=due)
    resting = update(account).where(account.c.paused_until > latest + pause).values(paused_until=latest + pause)
    return sum([(await tx.execute(statement)).rowcount for statement in (replies, resting)])


async def lock_resolved(tx: UnitOfWork) -> Row[Any] | None:
    """Return an unknown reply of which an operator said what it is."""
    resolved = select(reply).where(reply.c.state == "unknown", reply.c.resolution.is_not(None)).limit(1)
    return (await tx.execute(resolved.with_for_update(skip_locked=True))).first()


async def lock_account(tx: UnitOfWork, channel: str, name: str) -> Row[Any]:
    """Return one of our accounts; only one reply of it is let through at a time."""
    await tx.execute(insert(account).values(channel=channel, account=name).on_conflict_do_nothing())
    wanted = select(account).where(account.c.channel == channel, account.c.account == name)
    return (await tx.execute(wanted.with_for_update())).one()


async def pause_account(tx: UnitOfWork, channel: str, name: str, *, until: datetime, reason: str | None) -> None:
    """Let an account rest."""
    rest = update(account).where(account.c.channel == channel, account.c.account == name)
    await tx.execute(rest.values(paused_until=until, paused_reason=reason))


async def resume_account(tx: UnitOfWork, channel: str, name: str) -> None:
    """Let an account work again, if it rests."""
    rested = (account.c.channel == channel, account.c.account == name, account.c.paused_until.is_not(None))
    await tx.execute(update(account).where(*rested).values(paused_until=None, paused_reason=None))


async def recent(tx: UnitOfWork, row: Row[Any], now: datetime, kind: Kind, thread: bytes | None) -> Recent:
    """Count what the reply's account said by itself and was let through; hold its lock."""
    this_hour = reply.c.admitted_at > now - HOUR
    budget = reply.c.template.in_(NOTICES) == (kind == "notice")  # notices take no receipt's place
    mine = (reply.c.conversation_id == row.conversation_id) & _KINDS[kind]
    found = select(
        func.count().filter(mine, this_hour).label("conversation_hour"),
        func.count().filter(mine).label("conversation_day"),
        func.count().filter(reply.c.thread_digest == cast(thread, LargeBinary), this_hour).label("thread_hour"),
        func.count().filter(this_hour, budget, ~reply.c.urgent).label("account_hour"),
        func.count().filter(this_hour, reply.c.urgent).label("account_emergencies_hour"),
    ).where(
        reply.c.channel == row.channel,
        reply.c.account == row.account,
        reply.c.template.not_in(BY_HAND),
        reply.c.admitted_at > now - DAY,
    )
    counted = (await tx.execute(found)).one()
    return Recent(**counted._mapping)  # noqa: SLF001 - its documented accessor


async def look_up(tx: UnitOfWork, reporter: UUID, purpose: str) -> bytes | None:
    """Return where a citizen is answered, encrypted; the vault keeps a record of the look.

    Who said STOP is found for the purpose `asked` alone: the answer to a command.
    """
    looked = func.vault.return_address(cast(reporter, Uuid), cast(purpose, Text), type_=LargeBinary)
    return await tx.scalar(select(looked))


async def look_elsewhere(
    tx: UnitOfWork, reporter: UUID, complaint_id: UUID, purpose: str
) -> Sequence[tuple[UUID, bytes]]:
    """Return other addresses that are the same citizen's by their own word, encrypted, the newest first."""
    given = (cast(reporter, Uuid), cast(complaint_id, Uuid), cast(purpose, Text))
    found = func.vault.other_addresses(*given).table_valued(column("other", Uuid), column("sealed", LargeBinary))
    return [(row.other, row.sealed) for row in (await tx.execute(select(found)))]


async def written_by(tx: UnitOfWork, reporter: UUID) -> datetime | None:
    """Return when the person behind a reference last wrote there, as far as replies knows."""
    theirs = select(complaint.c.conversation_id, complaint.c.surface).where(complaint.c.reporter == reporter)
    row = (await tx.execute(theirs)).first()
    if row is not None:
        return await last_written(tx, row.conversation_id, row.surface)
    prompted: datetime | None = await tx.scalar(select(reply.c.written_at).where(reply.c.recipient == reporter))
    return prompted


async def spoke_privately(tx: UnitOfWork, row: Row[Any]) -> bool:
    """Tell whether the one private reply to a comment is gone, or may be."""
    others = (reply.c.complaint_id == row.complaint_id, reply.c.id != row.id, reply.c.detour.is_(None))
    gone = reply.c.confidential & reply.c.state.in_(["sending", "sent", "unknown"])
    return bool(await tx.scalar(select(exists().where(*others, gone))))


async def keep_resolution(tx: UnitOfWork, **values: object) -> None:
    """Remember who said what became of a reply."""
    await tx.execute(insert(resolution).values(values))


async def replies_of(
    tx: UnitOfWork, ticket: str | None, state: str | None, *, sealed: bool, limit: int
) -> Sequence[Row[Any]]:
    """Return messages, the newest first, and whether each is of a sealed complaint; `sealed`: those too."""
    found = select(reply, complaint.c.sealed).outerjoin(complaint, complaint.c.complaint_id == reply.c.complaint_id)
    if ticket is not None:
        found = found.where(reply.c.ticket == ticket)
    if state is not None:
        found = found.where(reply.c.state == state)
    if not sealed:
        found = found.where(complaint.c.sealed.is_not(True))
    return (await tx.execute(found.order_by(reply.c.created_at.desc(), reply.c.id.desc()).limit(limit))).all()


async def push_token(tx: UnitOfWork, devices: Sequence[bytes]) -> bytes | None:
    """Return where a device's app is woken, encrypted (its name hashed under each key)."""
    found = func.vault.push_token(cast(list(devices), ARRAY(LargeBinary)), type_=LargeBinary)
    return await tx.scalar(select(found))


async def forget_push_token(tx: UnitOfWork, devices: Sequence[bytes]) -> None:
    """Delete a token that its provider calls dead."""
    await tx.execute(select(func.vault.forget_push_token(cast(list(devices), ARRAY(LargeBinary)))))


async def change(tx: UnitOfWork, reply_id: UUID, **values: object) -> None:
    """Write how a reply goes."""
    await tx.execute(update(reply).where(reply.c.id == reply_id).values(values))


async def open_replies(tx: UnitOfWork) -> dict[tuple[str, str], int]:
    """Count what is not settled yet, by channel and state; nobody asks what became of an unknown prompt."""
    forgotten = (reply.c.state == "unknown") & reply.c.complaint_id.is_(None)
    found = select(reply.c.channel, reply.c.state, func.count()).where(reply.c.state.in_(_OPEN), ~forgotten)
    rows = await tx.execute(found.group_by(reply.c.channel, reply.c.state))
    return {(channel, state): count for channel, state, count in rows}


async def paused_accounts(tx: UnitOfWork) -> Sequence[Row[Any]]:
    """Return our accounts that rest."""
    return (await tx.execute(select(account).where(account.c.paused_until.is_not(None)))).all()
