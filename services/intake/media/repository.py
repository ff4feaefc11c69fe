"""Every SQL statement about attachments and their contents."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Row, Text, Uuid, cast, func, literal, null, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from services.intake.models import attachment, complaint, message
from shared.db import UnitOfWork
from shared.security import Principal

_WAITING = ("wanted", "fetching")
_BRING_BACK = text("""
    UPDATE intake.attachment AS a SET due_at = t.now + CAST(:first AS interval)
    FROM (SELECT greatest(CAST(:now AS timestamptz), now()) AS now) AS t
    WHERE a.state IN ('wanted', 'fetching')
      AND a.due_at > t.now + CASE a.attempts WHEN 0 THEN CAST(:first AS interval) ELSE CAST(:longest AS interval) END
""")


async def lock_due(tx: UnitOfWork, now: datetime) -> Row[Any] | None:
    """Return the next attachment to fetch, or one whose worker never came back; no other worker sees it meanwhile."""
    due = select(attachment).where(attachment.c.state.in_(_WAITING), attachment.c.due_at <= now)
    due = due.order_by(attachment.c.due_at).limit(1)
    return (await tx.execute(due.with_for_update(skip_locked=True))).first()


async def bring_back(tx: UnitOfWork, now: datetime, *, first: timedelta, longest: timedelta) -> int:
    """Let nothing wait longer than it may from now on, because a clock that ran ahead dated it; return how many rows.

    `first` is the longest wait before the first attempt. Now is the later of our clock and PostgreSQL's.
    """
    told = {"now": now, "first": first, "longest": longest}
    return (await tx.execute(_BRING_BACK, told)).rowcount


async def lock_stale(tx: UnitOfWork, now: datetime) -> Row[Any] | None:
    """Return an attachment whose content may not be kept any longer."""
    stale = select(attachment).where(attachment.c.state == "stored", attachment.c.keep_until <= now).limit(1)
    return (await tx.execute(stale.with_for_update(skip_locked=True))).first()


async def lock_attachment(tx: UnitOfWork, attachment_id: UUID) -> Row[Any] | None:
    """Return an attachment; nobody else changes it until the transaction ends."""
    wanted = select(attachment).where(attachment.c.id == attachment_id).with_for_update()
    return (await tx.execute(wanted)).first()


async def change(tx: UnitOfWork, attachment_id: UUID, **values: object) -> None:
    """Write how an attachment goes."""
    given = {name: null() if value is None else value for name, value in values.items()}  # no `null` of JSON's
    await tx.execute(update(attachment).where(attachment.c.id == attachment_id).values(given))


async def is_sealed(tx: UnitOfWork, complaint_id: UUID) -> bool:
    """Say whether only the Inspectorate may know of a complaint."""
    return bool((await tx.execute(select(complaint.c.sealed).where(complaint.c.id == complaint_id))).scalar())


async def view(tx: UnitOfWork, attachment_id: UUID) -> Row[Any] | None:
    """Return an attachment with what decides who may see it: its complaint's seal and agency, its message's words."""
    found = (
        select(attachment, complaint.c.sealed, complaint.c.agency_key, message.c.text.label("words"))
        .outerjoin(message, message.c.id == attachment.c.message_id)
        .outerjoin(complaint, complaint.c.id == attachment.c.complaint_id)
        .where(attachment.c.id == attachment_id)
    )
    return (await tx.execute(found)).first()


async def record_looks(
    tx: UnitOfWork, principal: Principal, what: Literal["attachment", "message"], complaint_id: UUID | None, *ids: UUID
) -> None:
    """Write down, in the log that the Inspectorate reads, that an officer looks at sealed attachments or messages."""
    told = (cast(principal.account_id, Uuid), cast(principal.role.value, Text), cast(what, Text))
    about = (cast(complaint_id, Uuid), cast(list(ids), ARRAY(Uuid())))
    await tx.execute(select(func.casework.record_looks(*told, *about)))


async def ticket_of(tx: UnitOfWork, complaint_id: UUID) -> str:
    """Return a complaint's ticket."""
    found = await tx.execute(select(complaint.c.ticket).where(complaint.c.id == complaint_id))
    return str(found.scalar_one())


async def hold(tx: UnitOfWork, hashes: Sequence[str]) -> None:
    """Keep contents from being deleted until the transaction ends: take this before a content is written."""
    names = func.unnest(_texts(sorted(set(hashes)))).column_valued("name")
    await tx.execute(select(func.pg_advisory_xact_lock_shared(_lock_of(names))))


async def seize(tx: UnitOfWork, sha256: str) -> bool:
    """Tell whether nobody holds a content; then nobody can before the transaction ends."""
    return bool(await tx.scalar(select(func.pg_try_advisory_xact_lock(_lock_of(literal(sha256))))))


async def is_named(tx: UnitOfWork, sha256: str, *, but: UUID | None = None) -> bool:
    """Tell whether some attachment (but that one) still needs a content."""
    found = select(attachment.c.id).where(attachment.c.sha256 == sha256, attachment.c.state == "stored")
    if but is not None:
        found = found.where(attachment.c.id != but)
    return await tx.scalar(found.limit(1)) is not None


def _texts(values: Sequence[str]) -> Any:
    return literal(list(values), ARRAY(Text()))


def _lock_of(name: Any) -> Any:
    """Name the lock of a content: 64 bits of its hash."""
    return func.hashtextextended(name, cast(0, BigInteger))
