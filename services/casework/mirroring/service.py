"""Casework's use cases for what lapor tells: a number, a follow-up, a status. The edge opened the transaction.

What was said before it was heard counts from when it was heard where a citizen's time to object begins with it, and
from when it was written where an agency's limit ends with it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework import repository as cases
from services.casework.conversation import answer_moves
from services.casework.disposition import agency_on
from services.casework.mirroring import repository, rules, words
from services.casework.mirroring.rules import Outcome
from services.casework.moves import move, say_answered
from services.casework.rules import MachineMove
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.db import UnitOfWork
from shared.directory import DESK, Directory
from shared.events import (
    LAPOR,
    Actor,
    AgencyRef,
    ComplaintFollowedUp,
    ComplaintMirrored,
    ComplaintMirrorFollowedUp,
    ComplaintMirrorStatusChanged,
)

THERE = Actor(kind="channel", id=LAPOR)
"""Who acts where LAPOR! is followed; lapor knows its own echo by it."""
_ACTION = "other"
"""LAPOR! does not say of which kind a follow-up is."""
_SOMEBODY = "SP4N-LAPOR!"
"""Who did it, where LAPOR! names nobody."""


async def hear_number(tx: UnitOfWork, event: ComplaintMirrored) -> None:
    """Keep under which number LAPOR! has it. Raises `RejectError` without a case; so does everything below."""
    row = await _case(tx, event.complaint_id)
    await repository.keep(tx, row.complaint_id, lapor_id=event.lapor_id, mirrored_at=event.mirrored_at)


async def hear_follow_up(
    tx: UnitOfWork, event: ComplaintMirrorFollowedUp, heard_at: datetime, directory: Directory
) -> None:
    """Keep what an institution did, once; tell the citizen, and count it as the agency's where that has the case."""
    row = await _case(tx, event.complaint_id)
    if not await repository.add_follow_up(
        tx,
        id=event.follow_up_id,
        complaint_id=row.complaint_id,
        agency_key=event.agency.key if event.agency else None,
        agency_name=event.agency.name if event.agency else None,
        institution=event.institution.strip() or None,
        action=_ACTION,
        text=event.text.strip(),
        evidence=[],
        files=event.files,
        followed_up_at=event.written_at,
    ):
        return
    does = rules.follow_up(
        row.state,
        sealed=row.sealed,
        withdrawn=row.withdrawn_at is not None,
        written_at=event.written_at,
        reopened_at=row.reopened_at,
        assigned_at=row.assigned_at,
        of_another=event.agency is not None and event.agency.key != row.agency_key,
        of_nobody=_is_nobodys(event),
    )
    if does.told:
        _say_followed_up(tx, row, event, heard_at, directory)
    if does.moves:
        at = max(event.written_at, row.assigned_at)
        because = words.followed_up(event.institution)
        await _move(tx, row, "follow_up_elsewhere", at, because, followed_up_at=row.followed_up_at or at)


async def hear_status(tx: UnitOfWork, event: ComplaintMirrorStatusChanged) -> None:
    """Keep what LAPOR! shows, and do what the table says (`rules.TABLE`); case and history say what that was."""
    row = await _case(tx, event.complaint_id)
    known = await repository.mirror_of(tx, row.complaint_id)
    if known is not None and rules.is_older(event.seen_at, known_seen_at=known.seen_at):
        return
    shown = {"status": event.status, "state": event.state, "since": event.since, "seen_at": event.seen_at}
    if known is not None and (known.status, known.state, known.since) == (event.status, event.state, event.since):
        await repository.keep(tx, row.complaint_id, lapor_id=event.lapor_id, **shown)
        return
    standing = {
        "sealed": row.sealed,
        "withdrawn": row.withdrawn_at is not None,
        "stale": rules.is_stale(
            event.since or event.seen_at,
            known_since=None if known is None else known.since,
            reopened_at=row.reopened_at,
        ),
    }
    outcome = rules.decide(row.state, event.state, **standing)
    because = words.said_of(event.status, outcome, row.state, **standing)
    decided = {"decision": rules.DECIDED[outcome], "words": because}
    await repository.keep(tx, row.complaint_id, lapor_id=event.lapor_id, **shown, **decided)
    await _follow(tx, row, outcome, event.seen_at, because)


async def _follow(tx: UnitOfWork, row: Row[Any], outcome: Outcome, at: datetime, because: str) -> None:
    """Do what was decided. Only what an officer must look at is news, and stands in the queue until one has."""
    match outcome:
        case "nothing":
            if row.mirror is not None:
                await cases.note(tx, row.complaint_id, mirror=None)
        case "begin":
            await _move(tx, row, "begin_elsewhere", max(at, row.assigned_at), because, mirror=None)
        case "answer":
            await _answer(tx, row, at, because)
        case "ours_stands":
            await move(tx, row, "mirror", row.state, THERE, at, reason=because, mirror=None)
        case "conflict" | "unknown_status":
            to_settle = rules.TO_SETTLE[outcome]
            await move(tx, row, "mirror", row.state, THERE, at, reason=because, mirror=to_settle, news=True)


async def _answer(tx: UnitOfWork, row: Row[Any], at: datetime, because: str) -> None:
    """Record and announce that it was declared finished there: nobody hears the same words twice."""
    text = words.finished(
        told=await repository.has_words(tx, row.complaint_id), hidden=bool(row.secret or row.anonymous)
    )
    agency = AgencyRef(key=row.agency_key, name=row.agency_name)
    await cases.add_answer(
        tx,
        id=new_id(),
        complaint_id=row.complaint_id,
        agency_key=agency.key,
        agency_name=agency.name,
        channel=LAPOR,
        text=text,
        answered_at=at,
    )
    say_answered(tx, row, agency, text, THERE, at)
    await answer_moves(tx, row, at, THERE, reason=because, mirror=None)


async def _move(
    tx: UnitOfWork, row: Row[Any], verb: MachineMove, at: datetime, because: str, **changes: object
) -> None:
    """Bring a case that its agency has to `in_progress`."""
    await move(tx, row, verb, "in_progress", THERE, at, reason=because, reason_code=None, **changes)


def _say_followed_up(
    tx: UnitOfWork, row: Row[Any], event: ComplaintMirrorFollowedUp, heard_at: datetime, directory: Directory
) -> None:
    """Announce it as any follow-up; dated when it was heard, lest it be too late to tell its citizen."""
    if row.agency_key is not None:
        has_it = AgencyRef(key=row.agency_key, name=row.agency_name)
    else:
        desk = agency_on(directory, DESK, heard_at)
        has_it = AgencyRef(key=desk.key, name=desk.name)
    institution = _SOMEBODY if _is_nobodys(event) else event.institution
    tx.publish(
        ComplaintFollowedUp(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            follow_up_id=event.follow_up_id,
            agency=event.agency or has_it,
            action=_ACTION,
            text=event.text.strip(),
            actor=THERE,
            followed_up_at=event.written_at,
            institution=None if event.agency else institution,
        ),
        time=heard_at,
    )


def _is_nobodys(event: ComplaintMirrorFollowedUp) -> bool:
    """Tell whether LAPOR! names no institution: the reporter's own comment there, for one."""
    return event.agency is None and not event.institution.strip()


async def _case(tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
    row = await cases.lock_case(tx, complaint_id)
    if row is None:
        raise RejectError("casework never heard that this complaint was received")
    return row
