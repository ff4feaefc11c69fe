"""Casework's use cases. Each method runs inside one transaction that the edge opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework import conversation, disposition, following, matters, repository, rules, seen
from services.casework.conflicts import may_not_verify, refused, role_sees_no_case, wrong_state
from services.casework.disposition import Choice
from services.casework.moves import move, say_answered, say_verified
from services.casework.rules import Move, Policy
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.directory import Directory
from shared.events import Actor, AgencyRef, CaseState, ComplaintReceived, ComplaintRouted
from shared.security import Principal

_OPENING = Actor(kind="machine", id="casework.open")
_VERIFIED = "Terverifikasi"
_BY_OFFICER = Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case with history, messages and answers, oldest first, what became of its attachments, and others like it."""

    case: Row[Any]
    history: Sequence[Row[Any]]
    answers: Sequence[Row[Any]]
    messages: Sequence[Row[Any]]
    attachments: Sequence[Row[Any]]
    similar: Sequence[Row[Any]]


class CaseworkService:
    """Opens cases, assigns them, and carries out what officers decide."""

    def __init__(
        self,
        *,
        policy: Policy = _BY_OFFICER,
        directory: Directory,
        clock: Clock = utc_now,
    ) -> None:
        """Take how far routing is followed; `directory` holds the agencies that officers choose from."""
        self._policy = policy
        self._directory = directory
        self._clock = clock

    async def open(self, tx: UnitOfWork, events: Sequence[ComplaintReceived]) -> None:
        """Open the cases of complaints, each once, with its first message."""
        opened = await repository.open_cases(tx, [_received(event) for event in events])
        new = [event for event in events if event.complaint_id in opened]
        conversation.keep_first(tx, new)
        repository.add_transitions(tx, [_opening(event) for event in new])

    async def follow_routing(self, tx: UnitOfWork, events: Sequence[ComplaintRouted]) -> set[UUID]:
        """Assign cases as routing decided; return those of which what was decided before stands (`following.py`)."""
        return await following.follow_routing(tx, events, self._policy, self._clock())

    async def queue(
        self,
        tx: UnitOfWork,
        principal: Principal,
        *,
        state: CaseState | None,
        waiting_for: str | None = None,
        before: tuple[bool, datetime, UUID] | None,
        limit: int,
    ) -> Sequence[Row[Any]]:
        """Return the cases that a principal sees: open emergencies, then the newest.

        Raises `ForbiddenError` for a role that sees none.
        """
        scope = rules.scope(principal)
        if scope is None:
            raise role_sees_no_case()
        return await repository.queue(tx, scope, state=state, waiting_for=waiting_for, before=before, limit=limit)

    async def show(self, tx: UnitOfWork, principal: Principal, ticket: str) -> CaseView:
        """Return a case. Raises `NotFoundError`, also for one that the principal may not see."""
        return await _view(tx, principal, await seen.find(tx, principal, ticket))

    async def take(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None
    ) -> CaseView:
        """Start working on a case. `expected`: the versions that the officer may have read (If-Match)."""
        row, state = await self._prepare(tx, principal, ticket, "take", expected)
        now, officer = self._clock(), seen.officer(principal)
        verified_at = row.verified_at or now
        await move(tx, row, state, officer, now, taken_by=principal.account_id, verified_at=verified_at)
        if row.verified_at is None:  # whoever takes it says that it is a complaint
            say_verified(tx, row, officer, row.version + 1, now)
        return await self.show(tx, principal, ticket)

    async def verify(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None
    ) -> CaseView:
        """Say that it is a complaint: from now on it may leave for LAPOR! and the regions. Once; the state stays."""
        row = await seen.find(tx, principal, ticket, lock=True)
        if not rules.may_verify(principal, agency_key=row.agency_key, sealed=row.sealed):
            raise may_not_verify()
        await seen.require_version(tx, row, expected)
        if row.verified_at is None:
            now, officer = self._clock(), seen.officer(principal)
            await move(tx, row, row.state, officer, now, reason=_VERIFIED, verified_at=now)
            say_verified(tx, row, officer, row.version + 1, now)
        return await self.show(tx, principal, ticket)

    async def answer(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None, text: str
    ) -> CaseView:
        """Answer the citizen in the name of the agency (tindak lanjut), and those who reported the same thing."""
        await seen.lock_with_companions(tx, ticket)
        row, state = await self._prepare(tx, principal, ticket, "answer", expected)
        now = self._clock()
        await repository.add_answer(
            tx,
            id=new_id(),
            complaint_id=row.complaint_id,
            agency_key=row.agency_key,
            agency_name=row.agency_name,
            text=text,
            answered_by=principal.account_id,
            answered_at=now,
        )
        actor = seen.officer(principal)
        say_answered(tx, row, AgencyRef(key=row.agency_key, name=row.agency_name), text, actor, now)
        await move(tx, row, state, actor, now, answered_at=now)
        await matters.answer_together(tx, row, text, actor, principal.account_id, now)
        return await self.show(tx, principal, ticket)

    async def assign(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None, choice: Choice
    ) -> CaseView:
        """Give it to the agency that an officer chose, who thereby says that it is a complaint (disposisi)."""
        row, state = await self._prepare(tx, principal, ticket, "assign", expected)
        now, officer = self._clock(), seen.officer(principal)
        chosen = disposition.chosen(row, choice, self._directory, officer, now)
        also = {"assigned_by": principal.account_id, "verified_at": row.verified_at or now}
        await disposition.assign(tx, row, chosen, state, now, reason=chosen.reasons[0], **also)
        if row.verified_at is None:
            say_verified(tx, row, officer, row.version + 1, now)
        return await self.show(tx, principal, ticket)

    async def join(
        self,
        tx: UnitOfWork,
        principal: Principal,
        tickets: tuple[str, str],
        expected: Collection[int] | None,
        reason: str | None,
    ) -> CaseView:
        """Put two cases under one matter (`matters.join`); `expected` is about the first."""
        await matters.join(tx, principal, tickets, expected, reason, self._clock())
        return await self.show(tx, principal, tickets[0])

    async def separate(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None, reason: str | None
    ) -> CaseView:
        """Take a case out of its matter (`matters.separate`)."""
        await matters.separate(tx, principal, ticket, expected, reason, self._clock())
        return await self.show(tx, principal, ticket)

    async def close(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None, reason: str | None
    ) -> CaseView:
        """Close an answered case."""
        row, state = await self._prepare(tx, principal, ticket, "close", expected)
        now = self._clock()
        await move(tx, row, state, seen.officer(principal), now, reason=reason, closed_at=now)
        return await self.show(tx, principal, ticket)

    async def _prepare(
        self, tx: UnitOfWork, principal: Principal, ticket: str, wanted: Move, expected: Collection[int] | None
    ) -> tuple[Row[Any], CaseState]:
        """Lock the case and check, in this order: seen, allowed, a version given, still that version, a legal move."""
        row = await seen.find(tx, principal, ticket, lock=True)
        if not rules.may(principal, wanted, agency_key=row.agency_key, sealed=row.sealed):
            raise refused(wanted)
        await seen.require_version(tx, row, expected)
        state = rules.target(row.state, wanted)
        if state is None:
            raise wrong_state(row, await repository.last_transition(tx, row.complaint_id))
        return row, state


def _received(event: ComplaintReceived) -> dict[str, object]:
    region_code, place_name = disposition.named(event.place)
    return {
        "complaint_id": event.complaint_id,
        "ticket": event.ticket,
        "channel": event.channel,
        "text": event.text,
        "attachments": event.attachments,
        "anonymous": event.anonymous,
        "secret": event.secret,
        "sealed": event.sealed,
        "emergency": event.emergency,
        "region_code": region_code,
        "place_name": place_name,
        "state": "received",
        "version": 1,
        "received_at": event.received_at,
    }


def _opening(event: ComplaintReceived) -> dict[str, object]:
    return {
        "complaint_id": event.complaint_id,
        "version": 1,
        "previous": None,
        "state": "received",
        "actor_kind": _OPENING.kind,
        "actor_id": _OPENING.id,
        "reason": None,
        "at": event.received_at,
    }


async def _view(tx: UnitOfWork, principal: Principal, row: Row[Any]) -> CaseView:
    scope = rules.scope(principal)
    companions = await repository.companions_of(tx, row)
    return CaseView(
        case=row,
        history=await repository.transitions_of(tx, row.complaint_id),
        answers=await repository.answers_of(tx, row.complaint_id),
        messages=await repository.messages_of(tx, row.complaint_id),
        attachments=await repository.attachments_of(tx, row.complaint_id),
        similar=[one for one in companions if scope is not None and scope.covers(one.agency_key, sealed=False)],
    )
