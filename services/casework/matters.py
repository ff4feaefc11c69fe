"""Complaints about the same thing: alike as routing finds, joined as an officer says, and answered together.

Two people's reports stay two cases. What joins them is the matter (perkara), and all are told what one is answered.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.casework import disposition, quality, repository, rules, seen
from services.casework.conflicts import may_not_join, not_joined, same_case, sealed_stands_alone, unknown_case
from services.casework.disposition import Disposition, place_of
from services.casework.moves import move, say_answered
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.db import Record, UnitOfWork
from shared.events import Actor, AgencyRef, ComplaintFoundSimilar, ComplaintJoined, ComplaintSeparated
from shared.security import Principal

_TOGETHER = Actor(kind="machine", id="casework.answer_together")


async def hear_similar(tx: UnitOfWork, event: ComplaintFoundSimilar) -> None:
    """Keep which others may be about the same thing, of a sealed complaint nothing; `RejectError` without a case."""
    row = await repository.lock_case(tx, event.complaint_id)
    if row is None:
        raise RejectError("casework never heard that this complaint was received")
    if not row.sealed:
        for one in event.similar:
            await repository.keep_similar(
                tx, row.complaint_id, one.complaint_id, score=one.score, reasons=list(one.reasons), at=event.found_at
            )


async def join(
    tx: UnitOfWork,
    principal: Principal,
    tickets: tuple[str, str],
    expected: Collection[int] | None,
    reason: str | None,
    now: datetime,
) -> None:
    """Put two cases, and those joined with either, under one matter: the older one's. Once; the states stay."""
    await repository.one_at_a_time(tx)
    pair = [await seen.find(tx, principal, ticket) for ticket in tickets]
    _require_right(principal, pair)
    members = await repository.lock_matters_of(tx, pair)
    case, other = (next(one for one in members if one.complaint_id == row.complaint_id) for row in pair)
    await seen.require_version(tx, case, expected)
    _require_right(principal, (case, other))  # it may have been sealed while we waited
    if case.complaint_id == other.complaint_id:
        raise same_case()
    if case.matter_id is not None and case.matter_id == other.matter_id:
        return
    known = [one.matter_id for one in members if one.matter_id is not None]
    matter_id = min(known, default=None) or new_id()
    if not known:
        await repository.open_matter(tx, id=matter_id, opened_at=now)
    for one in members:
        companions = tuple(each.ticket for each in members if each is not one)
        words = " ".join(filter(None, (f"Satu perkara dengan {', '.join(companions)}.", reason)))
        actor = seen.officer(principal)
        tx.publish(
            ComplaintJoined(
                complaint_id=one.complaint_id,
                ticket=one.ticket,
                matter_id=matter_id,
                with_tickets=companions,
                actor=actor,
                joined_at=now,
            ),
            time=now,
        )
        await move(tx, one, "join", one.state, actor, now, reason=words, matter_id=matter_id)


async def separate(
    tx: UnitOfWork,
    principal: Principal,
    ticket: str,
    expected: Collection[int] | None,
    reason: str | None,
    now: datetime,
) -> None:
    """Take one case out of its matter; those that remain stay joined."""
    await repository.one_at_a_time(tx)
    row = await seen.find(tx, principal, ticket, lock=True)
    _require_right(principal, (row,))
    await seen.require_version(tx, row, expected)
    if row.matter_id is None:
        raise not_joined(row)
    words = " ".join(filter(None, ("Dipisahkan dari perkaranya.", reason)))
    actor = seen.officer(principal)
    tx.publish(
        ComplaintSeparated(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            matter_id=row.matter_id,
            actor=actor,
            reason=reason,
            separated_at=now,
        ),
        time=now,
    )
    await move(tx, row, "separate", row.state, actor, now, reason=words, matter_id=None)


async def answer_together(
    tx: UnitOfWork,
    row: Row[Any],
    text: str,
    actor: Actor,
    answered_by: object,
    now: datetime,
    *,
    warnings: tuple[quality.Warning, ...],
) -> None:
    """Answer the open companions of a case with the same words, which lack the same.

    `seen.lock_with_companions` came first.
    """
    for one in await repository.open_companions(tx, row):
        given = await _given(tx, one, row, now) if one.state == "received" else one
        state = rules.target(given.state, "answer_together")
        if state is None:
            continue
        await repository.add_answer(
            tx,
            id=new_id(),
            complaint_id=one.complaint_id,
            agency_key=row.agency_key,
            agency_name=row.agency_name,
            text=text,
            answered_by=answered_by,
            answered_at=now,
            warnings=list(warnings),
            fingerprint=quality.fingerprint(text),
        )
        agency = AgencyRef(key=row.agency_key, name=row.agency_name)
        say_answered(tx, one, agency, text, actor, now, warnings=warnings)
        reason = f"Dijawab bersama {row.ticket}."
        followed_up_at = given.followed_up_at or now
        await move(
            tx,
            given,
            "answer_together",
            state,
            _TOGETHER,
            now,
            reason=reason,
            answered_at=now,
            followed_up_at=followed_up_at,
            **disposition.WAITS_NO_MORE,
        )


async def _given(tx: UnitOfWork, companion: Row[Any], row: Row[Any], now: datetime) -> Row[Any] | Record:
    """Give what nobody has yet to the agency that answers: it is the same thing."""
    decided = Disposition(
        agency=AgencyRef(key=row.agency_key, name=row.agency_name),
        affair=row.affair,
        level=row.level,
        place=place_of(companion),
        confidence=None,
        reasons=(f"Satu perkara dengan {row.ticket}.",),
        kind=companion.kind,
        urgency=companion.urgency,
        actor=_TOGETHER,
    )
    await disposition.assign(tx, companion, decided, "assigned", now, reason=decided.reasons[0])
    return await repository.lock_case(tx, companion.complaint_id) or companion


def _require_right(principal: Principal, cases: Sequence[Row[Any]]) -> None:
    for one in cases:
        scope = rules.scope(principal)
        if scope is None or not scope.covers(one.agency_key, sealed=one.sealed, regency=one.regency):
            raise unknown_case()
    if any(one.sealed for one in cases):
        raise sealed_stands_alone()
    if not all(rules.may_remark(principal, agency_key=one.agency_key, sealed=one.sealed) for one in cases):
        raise may_not_join()
