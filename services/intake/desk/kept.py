"""What became no complaint (small talk, spam, a photo without words): officers look through it, and may make one.

The coordinator sees what is not sealed, the Inspectorate everything; words are judged as those of a complaint are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row

from services.intake.announcements import place_of
from services.intake.conversation.emergency import is_emergency
from services.intake.conversation.words import read
from services.intake.desk import repository
from services.intake.drafts import LONGEST_TEXT
from services.intake.media.repository import record_looks
from services.intake.reporters.repository import join_persons
from services.intake.repository import ComplaintOf, complaints_of
from services.intake.tickets import canonical, unknown_ticket
from shared.core.errors import ConflictError, ForbiddenError, NotFoundError
from shared.core.ids import new_id
from shared.core.sealing import must_seal
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import AttachmentRef, ComplaintReceived
from shared.security import Principal, Role

RULE = "made_by_officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message without a complaint, and what came along."""

    row: Row[Any]
    attachments: Sequence[Row[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The complaint that a message is in; `new` when it was made of it now."""

    ticket: str
    new: bool


class KeptMessages:
    """What officers may do with them. Each method runs inside one transaction of the edge."""

    def __init__(self, *, clock: Clock = utc_now) -> None:
        """Take the clock."""
        self._clock = clock

    async def look(
        self,
        tx: UnitOfWork,
        principal: Principal,
        *,
        disposition: Literal["kept", "held"],
        before: UUID | None,
        limit: int,
    ) -> tuple[list[Kept], UUID | None]:
        """Return a page of them, newest first, and where the next begins; sealed ones may leave a page short.

        A look at those is recorded: their words are shown.
        """
        _require_sight(principal)
        rows = await repository.kept_messages(tx, disposition=disposition, before=before, limit=limit + 1)
        page = [row for row in rows[:limit] if _sees(principal, row)]
        if sealed := [row.id for row in page if _sealed(row)]:
            await record_looks(tx, principal, "message", None, *sealed)
        attachments = await repository.attachments_of(tx, [row.id for row in page])
        following = rows[limit - 1].id if len(rows) > limit else None
        return [Kept(row=row, attachments=attachments[row.id]) for row in page], following

    async def make_complaint(self, tx: UnitOfWork, principal: Principal, message_id: UUID) -> Made:
        """Make a complaint of a message, once; what is in one already stays there. Raises 403, 404, 409."""
        _require_sight(principal)
        row = await repository.lock_message(tx, message_id)
        if row is None or not _sees(principal, row):
            raise NotFoundError("unknown_message", "Pesan tidak ditemukan")
        if row.ticket is not None:
            return Made(ticket=row.ticket, new=False)
        if row.withdrawn_at is not None:
            raise ConflictError("message_withdrawn", "Pengirim sudah menarik pesan ini")
        new = _complaint_of(row)
        ticket = await repository.add_complaint(tx, new)
        said_at = row.event_time or row.received_at
        await repository.open_message(tx, row, new.id, rule=RULE, said_at=said_at)
        attachments = (await repository.attachments_of(tx, [row.id]))[row.id]
        tx.publish(_received(row, new, ticket, attachments))
        await repository.record_act(
            tx, principal, "made_complaint", self._clock(), complaint_id=new.id, message_id=row.id
        )
        return Made(ticket=ticket, new=True)

    async def join_reporters(self, tx: UnitOfWork, principal: Principal, ticket: str, other: str) -> bool:
        """Note that two complaints come from one person; False when that is known. Raises 403, 404."""
        _require_sight(principal)
        wanted = [canonical(ticket), canonical(other)]
        found = {one.ticket: one for one in (await complaints_of(tx, tickets=wanted)).values()}
        one, two = (_seen(principal, found.get(ticket)) for ticket in wanted)
        if one.person_id == two.person_id:
            return False
        await join_persons(tx, one.person_id, two.person_id)
        await repository.record_act(
            tx, principal, "joined_reporters", self._clock(), complaint_id=one.id, other_complaint_id=two.id
        )
        return True


def _require_sight(principal: Principal) -> None:
    if not principal.province_wide:
        raise ForbiddenError("role_sees_no_messages", "Pesan ini dilihat oleh koordinator atau Inspektorat")


def _sees(principal: Principal, row: Row[Any]) -> bool:
    return principal.role is Role.INSPECTORATE or not _sealed(row)


def _sealed(row: Row[Any]) -> bool:
    if row.sealed is not None:
        return bool(row.sealed)
    return must_seal(row.text, row.edited_text or "", (row.place or {}).get("description") or "")


def _seen(principal: Principal, found: ComplaintOf | None) -> ComplaintOf:
    if found is None or (found.sealed and principal.role is not Role.INSPECTORATE):
        raise unknown_ticket()
    return found


def _words(row: Row[Any]) -> str:
    """Return what the citizen says now: the newest edit, otherwise what was written first."""
    return str(row.text if row.edited_text is None else row.edited_text)


def _complaint_of(row: Row[Any]) -> repository.NewComplaint:
    words = _words(row)
    return repository.NewComplaint(
        id=new_id(),
        conversation_id=row.conversation_id,
        channel=row.channel,
        text=words[:LONGEST_TEXT],
        sealed=_sealed(row),
        emergency=is_emergency(read(words)),
        received_at=row.received_at,
    )


def _received(
    row: Row[Any], new: repository.NewComplaint, ticket: str, attachments: Sequence[Row[Any]]
) -> ComplaintReceived:
    return ComplaintReceived(
        complaint_id=new.id,
        ticket=ticket,
        channel=row.channel,
        account=row.account,
        surface=row.surface,
        conversation_id=row.conversation_id,
        message_id=row.id,
        text=new.text,
        text_truncated=len(_words(row)) > LONGEST_TEXT,
        language="id",
        attachments=tuple(
            AttachmentRef(id=one.id, kind=one.kind, media_type=one.media_type, sha256=one.sha256, size=one.size)
            for one in attachments
        ),
        place=place_of(row.place),
        event_time=row.event_time,
        received_at=row.received_at,
        reporter=row.reporter,
        anonymous=False,
        secret=False,
        sealed=new.sealed,
        emergency=new.emergency,
        rule=RULE,
    )
