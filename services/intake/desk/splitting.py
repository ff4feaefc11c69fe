"""One message that holds two complaints for two agencies: an officer opens a further one of the same reporter.

Its words are the officer's excerpt: shortened and put together, the citizen's own stay with the original, which the
event names. What the citizen says later without a ticket goes where it went before: to the complaint that was the
newest of their conversation (decision 0024). Under its ticket, or as an answer to its receipt, it reaches the new one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.intake.announcements import place_of
from services.intake.conversation.emergency import is_emergency
from services.intake.conversation.words import read
from services.intake.desk import repository
from services.intake.desk.schemas import SplitIn
from services.intake.tickets import canonical, unknown_ticket
from shared.core.errors import ConflictError, ForbiddenError, ProblemError
from shared.core.ids import new_id, random_id
from shared.core.sealing import must_seal
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import AttachmentRef, ComplaintReceived
from shared.security import Principal, Role

RULE = "split"


class UnknownAttachmentError(ProblemError):
    """An id that is no stored attachment of the original."""

    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The complaint that was opened; `new` when it was opened now."""

    ticket: str
    new: bool


class Splitting:
    """Splits complaints. `split` runs inside one transaction of the edge."""

    def __init__(self, *, clock: Clock = utc_now) -> None:
        """Take the clock."""
        self._clock = clock

    async def split(self, tx: UnitOfWork, principal: Principal, ticket: str, key: str, form: SplitIn) -> Split:
        """Open a further complaint; the same key of the same officer opens no second one of this ticket.

        It inherits reporter, channel, surface, address, flags and times: the law's days count from when the citizen
        complained. Raises 403, 404, 409 (withdrawn; the key was used for other words), 422 (an attachment).
        """
        if not principal.province_wide:
            raise ForbiddenError("role_splits_no_complaints", "Pengaduan dipecah oleh koordinator atau Inspektorat")
        original = await repository.lock_original(tx, canonical(ticket))
        if original is None or (original.sealed and principal.role is not Role.INSPECTORATE):
            raise unknown_ticket()
        provider_message_id = f"split/{original.ticket}/{principal.account_id}/{key}"
        before = await repository.split_before(tx, original, provider_message_id)
        if before is not None:
            return _again(before, form)
        if original.cancelled_at is not None:
            raise ConflictError("complaint_withdrawn", "Pelapor sudah membatalkan pengaduan ini")
        new = _complaint_of(original, form)
        opened = await repository.add_complaint(tx, new)
        message_id, reporter = new_id(), random_id()
        given = {"provider_message_id": provider_message_id, "fingerprint": _fingerprint(form), "rule": RULE}
        await repository.add_split_message(tx, original, new, id=message_id, reporter=reporter, **given)
        attachments = await repository.refer_to_attachments(tx, original, new, message_id, form.attachments)
        _require_all(form, attachments)
        tx.publish(_received(original, new, opened, reporter, message_id, attachments))
        await repository.record_act(
            tx,
            principal,
            "split",
            self._clock(),
            complaint_id=new.id,
            message_id=message_id,
            other_complaint_id=original.complaint_id,
            reason=form.reason,
        )
        return Split(ticket=opened, new=True)


def _again(before: Row[Any], form: SplitIn) -> Split:
    if before.fingerprint != _fingerprint(form):
        raise ConflictError(
            "idempotency_key_reused", "Idempotency-Key ini sudah dipakai untuk pemecahan lain; buat kunci baru"
        )
    return Split(ticket=before.ticket, new=False)


def _fingerprint(form: SplitIn) -> str:
    return hashlib.sha256(form.model_dump_json().encode()).hexdigest()


def _complaint_of(original: Row[Any], form: SplitIn) -> repository.NewComplaint:
    return repository.NewComplaint(
        id=new_id(),
        conversation_id=original.conversation_id,
        channel=original.channel,
        text=form.text,
        anonymous=original.anonymous,
        secret=original.secret,
        sealed=original.sealed or must_seal(form.text),
        emergency=is_emergency(read(form.text)),
        received_at=original.received_at,
    )


def _require_all(form: SplitIn, attachments: Sequence[Row[Any]]) -> None:
    found = {one.source for one in attachments}
    if unknown := [str(one) for one in form.attachments if one not in found]:
        raise UnknownAttachmentError(
            "unknown_attachment",
            "Lampiran ini bukan dari pelapor aduan ini, atau isinya tidak tersimpan",
            ", ".join(unknown),
            unknown=unknown,
        )


def _received(
    original: Row[Any],
    new: repository.NewComplaint,
    ticket: str,
    reporter: UUID,
    message_id: UUID,
    attachments: Sequence[Row[Any]],
) -> ComplaintReceived:
    return ComplaintReceived(
        complaint_id=new.id,
        ticket=ticket,
        channel=new.channel,
        account=original.account,
        surface=original.surface,
        conversation_id=new.conversation_id,
        message_id=message_id,
        text=new.text,
        language="id",
        attachments=tuple(
            AttachmentRef(id=one.id, kind=one.kind, media_type=one.media_type, sha256=one.sha256, size=one.size)
            for one in attachments
        ),
        place=place_of(original.place),
        event_time=original.event_time,
        received_at=new.received_at,
        reporter=reporter,
        anonymous=new.anonymous,
        secret=new.secret,
        sealed=new.sealed,
        emergency=new.emergency,
        rule=RULE,
        split_from=original.ticket,
    )
