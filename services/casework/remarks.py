"""What officers say of a case in whatever state it is: that it is a complaint, who may see it, and notes."""

from collections.abc import Collection
from datetime import datetime

from services.casework import repository, rules, seen
from services.casework.bodies import MarkIn
from services.casework.conflicts import may_not_mark, may_not_note, may_not_verify, wish_of_the_citizen
from services.casework.moves import DEALT_WITH, move, say_verified
from shared.core.ids import new_id
from shared.db import UnitOfWork
from shared.events import ComplaintMarked, ComplaintNoted
from shared.security import Principal

_VERIFIED = "Terverifikasi"
_ALARM_WORDS = {True: "Ditandai darurat.", False: "Bukan keadaan darurat."}
_URGENT = "mendesak"
"""What routing calls every emergency."""


async def verify(
    tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None, now: datetime
) -> None:
    """Say that it is a complaint: from now on it may leave for LAPOR! and the regions. Once; the state stays."""
    row = await seen.find(tx, principal, ticket, lock=True)
    if not rules.may_remark(principal, agency_key=row.agency_key, sealed=row.sealed):
        raise may_not_verify()
    await seen.require_version(tx, row, expected)
    if row.verified_at is None:
        officer = seen.officer(principal)
        await move(tx, row, "verify", row.state, officer, now, reason=_VERIFIED, verified_at=now)
        say_verified(tx, row, officer, row.version + 1, now)


async def mark(
    tx: UnitOfWork,
    principal: Principal,
    ticket: str,
    expected: Collection[int] | None,
    given: MarkIn,
    now: datetime,
) -> None:
    """Hide the reporter (anonim) or the report (rahasia), or take back what an officer hid; say if it is an emergency.

    An administrator must hide what names third persons or holds confidential facts (Perpres 76/2013). Nothing new is no
    change. What is no emergency loses the urgency that came with it, unless an officer had chosen whose it is.
    """
    row = await seen.find(tx, principal, ticket, lock=True)
    if not rules.may_remark(principal, agency_key=row.agency_key, sealed=row.sealed):
        raise may_not_mark()
    await seen.require_version(tx, row, expected)
    if (given.anonymous is False and row.anonymous_by_citizen) or (given.secret is False and row.secret_by_citizen):
        raise wish_of_the_citizen()
    anonymous = row.anonymous if given.anonymous is None else given.anonymous
    secret = row.secret if given.secret is None else given.secret
    emergency = row.emergency if given.emergency is None else given.emergency
    if (anonymous, secret, emergency) == (row.anonymous, row.secret, row.emergency):
        return
    alarmed = emergency != row.emergency
    officer = seen.officer(principal)
    tx.publish(
        ComplaintMarked(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            anonymous=anonymous,
            secret=secret,
            emergency=emergency if alarmed else None,
            reason=given.reason,
            actor=officer,
            marked_at=now,
        ),
        time=now,
    )
    hidden = (anonymous, secret) != (row.anonymous, row.secret)
    words = (
        _words(anonymous=anonymous, secret=secret) if hidden else "",
        _ALARM_WORDS[emergency] if alarmed else "",
        given.reason,
    )
    calmed = alarmed and not emergency and row.urgency == _URGENT and row.assigned_by is None
    await move(
        tx,
        row,
        "mark",
        row.state,
        officer,
        now,
        reason=" ".join(filter(None, words)),
        anonymous=anonymous,
        secret=secret,
        emergency=emergency,
        urgency=None if calmed else row.urgency,
    )


async def note(tx: UnitOfWork, principal: Principal, ticket: str, text: str, now: datetime) -> None:
    """Write something down for colleagues, who know the news then. No version changes: a note decides nothing."""
    row = await seen.find(tx, principal, ticket)
    if not rules.may_remark(principal, agency_key=row.agency_key, sealed=row.sealed):
        raise may_not_note()
    note_id = new_id()
    await repository.add_note(
        tx,
        id=note_id,
        complaint_id=row.complaint_id,
        text=text,
        noted_by=principal.account_id,
        noted_at=now,
    )
    await repository.note(tx, row.complaint_id, **DEALT_WITH)
    noted = ComplaintNoted(
        complaint_id=row.complaint_id,
        ticket=row.ticket,
        note_id=note_id,
        actor=seen.officer(principal),
        noted_at=now,
    )
    tx.publish(noted, time=now)


def _words(*, anonymous: bool, secret: bool) -> str:
    hidden = " dan ".join(name for name, is_so in (("anonim", anonymous), ("rahasia", secret)) if is_so)
    return f"Ditandai {hidden}." if hidden else "Tidak lagi anonim atau rahasia."
