"""Every SQL statement of replies."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Row, Text, Uuid, case, cast, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from services.replies.models import account, complaint, reply
from services.replies.rules import DAY, HOUR, Kind, Recent
from shared.db import UnitOfWork

_KINDS: dict[Kind, ColumnElement[bool]] = {
    "receipt": (reply.c.template == "acknowledgement") & ~reply.c.urgent,
    "prompt": reply.c.template.not_in(["acknowledgement", "answer"]) & ~reply.c.urgent,
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


async def lock_open_receipts(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return the receipts of a complaint that are not gone yet and that others than its citizen might read."""
    mine = (reply.c.complaint_id == complaint_id, reply.c.state == "queued", ~reply.c.confidential)
    return (await tx.execute(select(reply).where(*mine).with_for_update())).all()


async def hear_from(tx: UnitOfWork, conversation_id: UUID, surface: str, written_at: datetime) -> None:
    """Remember when this person last wrote on this surface."""
    theirs = (complaint.c.conversation_id == conversation_id, complaint.c.surface == surface)
    later = update(complaint).where(*theirs, complaint.c.written_at < written_at)
    await tx.execute(later.values(written_at=written_at))


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
    due = due.limit(1)
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

    A reply that was never tried is due at once. Now is the later of our clock and PostgreSQL's.
    """
    latest: ColumnElement[datetime] = func.greatest(now, func.now())
    due = latest + case((reply.c.attempts == 0, timedelta(0)), else_=longest)
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
    mine = (reply.c.conversation_id == row.conversation_id) & _KINDS[kind]
    found = select(
        func.count().filter(mine, this_hour).label("conversation_hour"),
        func.count().filter(mine).label("conversation_day"),
        func.count().filter(reply.c.thread_digest == cast(thread, LargeBinary), this_hour).label("thread_hour"),
        func.count().filter(this_hour, ~reply.c.urgent).label("account_hour"),
        func.count().filter(this_hour, reply.c.urgent).label("account_emergencies_hour"),
    ).where(
        reply.c.channel == row.channel,
        reply.c.account == row.account,
        reply.c.template != "answer",
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
