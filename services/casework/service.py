"""Casework's use cases. Each method runs inside one transaction that the edge opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework import conversation, disposition, following, matters, remarks, repository, rules, seen
from services.casework.bodies import MarkIn
from services.casework.clocks import keeping
from services.casework.clocks import repository as clocks
from services.casework.clocks.plan import owed
from services.casework.conflicts import refused, role_sees_no_case, wrong_state
from services.casework.looks.service import record as record_look
from services.casework.mirroring import service as mirroring
from services.casework.mirroring.repository import mirror_of
from services.casework.orders import Act, Order
from services.casework.queue.filters import Filters
from services.casework.queue.repository import page as queue_page
from services.casework.rules import Move, Policy, ReopenLimit, Scope
from shared.core.times import Clock, utc_now
from shared.db import Record, UnitOfWork
from shared.directory import Directory
from shared.directory.regions import regency_of
from shared.events import Actor, ComplaintMirrorFollowedUp, ComplaintReceived, ComplaintRouted
from shared.security import Principal

_OPENING = Actor(kind="machine", id="casework.open")
_BY_OFFICER = Policy()
_REOPENING = ReopenLimit()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case with all that happened, oldest first, what became of its attachments, and others like it.

    `lapor`: as it stands there; `moves`: what whoever looks may do with it now; `names`: of the accounts that did
    something.
    """

    case: Row[Any]
    history: Sequence[Record]
    answers: Sequence[Row[Any]]
    follow_ups: Sequence[Row[Any]]
    notes: Sequence[Record]
    replies: Sequence[Record]
    messages: Sequence[Row[Any]]
    attachments: Sequence[Record]
    similar: Sequence[Row[Any]]
    clocks: Sequence[Record]
    notices: Sequence[Record]
    lapor: Row[Any] | None
    moves: Sequence[Move]
    names: Mapping[UUID, str]


class CaseworkService:
    """Opens cases, assigns them, and carries out what officers decide."""

    def __init__(
        self,
        *,
        policy: Policy = _BY_OFFICER,
        reopening: ReopenLimit = _REOPENING,
        directory: Directory,
        clock: Clock = utc_now,
    ) -> None:
        """Take how far routing is followed; `directory` holds the agencies that officers choose from."""
        self._policy = policy
        self._reopening = reopening
        self._directory = directory
        self._clock = clock

    async def open(self, tx: UnitOfWork, events: Sequence[ComplaintReceived]) -> None:
        """Open the cases of complaints, each once, with its first message."""
        rows = [_received(event) for event in events]
        begun = {event.complaint_id: keeping.begin(row) for event, row in zip(events, rows, strict=True)}
        opened = await repository.open_cases(
            tx, [row | {"due_at": owed(begun[event.complaint_id])} for event, row in zip(events, rows, strict=True)]
        )
        new = [event for event in events if event.complaint_id in opened]
        conversation.keep_first(tx, new)
        repository.add_transitions(tx, [_opening(event) for event in new])
        keeping.keep_new(tx, {event.complaint_id: begun[event.complaint_id] for event in new})

    async def follow_routing(self, tx: UnitOfWork, events: Sequence[ComplaintRouted]) -> set[UUID]:
        """Assign cases as routing decided; return those of which what was decided before stands (`following.py`)."""
        return await following.follow_routing(tx, events, self._policy, self._clock())

    async def followed_up_there(self, tx: UnitOfWork, event: ComplaintMirrorFollowedUp, heard_at: datetime) -> None:
        """Keep and tell what an institution did at SP4N-LAPOR! (`mirroring.hear_follow_up`)."""
        await mirroring.hear_follow_up(tx, event, heard_at, self._directory)

    async def queue(self, tx: UnitOfWork, principal: Principal, filters: Filters, *, limit: int) -> Sequence[Row[Any]]:
        """Return the cases that a principal sees and that fit. Raises `ForbiddenError` for a role that sees none."""
        scope = rules.scope(principal)
        if scope is None:
            raise role_sees_no_case()
        scope = replace(scope, agencies=self._agencies(scope))
        return await queue_page(tx, scope, filters, account_id=principal.account_id, now=self._clock(), limit=limit)

    def _agencies(self, scope: Scope) -> frozenset[str] | None:
        """Return the agencies of a scope and of its regions, one by one: the queue looks for each by its key."""
        if scope.agencies is None:
            return None
        there = {one.key for one in self._directory.agencies if regency_of(one.key) in scope.regions}
        return scope.agencies | there

    async def show(self, tx: UnitOfWork, principal: Principal, ticket: str) -> CaseView:
        """Return a case; who looks at a sealed one is written down.

        Raises `NotFoundError`, also for one that the principal may not see.
        """
        return await _shown(tx, principal, await seen.find(tx, principal, ticket))

    async def carry_out(
        self,
        tx: UnitOfWork,
        principal: Principal,
        order: Order,
        ticket: str,
        expected: Collection[int] | None,
        given: object = None,
    ) -> CaseView:
        """Do what an officer orders. `expected`: the versions that they may have read (If-Match).

        Checked in this order: seen, allowed, a version given, still that version, a legal move. Returned as it is
        after that, also to one who gave it out of their sight.
        """
        if order.with_companions:
            await seen.lock_with_companions(tx, ticket)
        row = await seen.find(tx, principal, ticket, lock=True)
        if not rules.may(principal, order.move, agency_key=row.agency_key, sealed=row.sealed):
            raise refused(order.move)
        await seen.require_version(tx, row, expected)
        taken = row.taken_by is not None
        state = rules.target(row.state, order.move, rules.back_to(agency_key=row.agency_key, taken=taken))
        if state is None or order.move not in rules.legal_moves(row.state, taken=taken):
            raise wrong_state(row, await repository.last_transition(tx, row.complaint_id), principal)
        act = Act(
            tx=tx,
            principal=principal,
            officer=seen.officer(principal),
            verb=order.move,
            row=row,
            state=state,
            given=given,
            now=self._clock(),
            directory=self._directory,
            reopening=self._reopening,
        )
        await order.do(act)
        return await _shown(tx, principal, await repository.case_now(tx, row.complaint_id))

    async def verify(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None
    ) -> CaseView:
        """Say that it is a complaint: from now on it may leave for LAPOR! and the regions. Once; the state stays."""
        await remarks.verify(tx, principal, ticket, expected, self._clock())
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

    async def mark(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None, given: MarkIn
    ) -> CaseView:
        """Say who may see it, and whether it is an emergency (`remarks.mark`)."""
        await remarks.mark(tx, principal, ticket, expected, given, self._clock())
        return await self.show(tx, principal, ticket)

    async def note(self, tx: UnitOfWork, principal: Principal, ticket: str, text: str) -> CaseView:
        """Write something down for colleagues (`remarks.note`)."""
        await remarks.note(tx, principal, ticket, text, self._clock())
        return await self.show(tx, principal, ticket)


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
        "anonymous_by_citizen": event.anonymous,
        "secret_by_citizen": event.secret,
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
        "reason": None if event.split_from is None else f"Dipisahkan dari {event.split_from}.",
        "reason_code": None,
        "move": None,
        "at": event.received_at,
    }


async def _shown(tx: UnitOfWork, principal: Principal, row: Row[Any]) -> CaseView:
    if row.sealed:
        await record_look(tx, principal, row, "sealed_case")
    return await _view(tx, principal, row)


async def _view(tx: UnitOfWork, principal: Principal, row: Row[Any]) -> CaseView:
    scope = rules.scope(principal)
    companions = await repository.companions_of(tx, row)
    history = await repository.transitions_of(tx, row.complaint_id)
    answers = await repository.answers_of(tx, row.complaint_id)
    follow_ups = await repository.follow_ups_of(tx, row.complaint_id)
    notes = await repository.notes_of(tx, row.complaint_id)
    accounts = {UUID(one.actor_id) for one in history if one.actor_kind in {"officer", "service"}}
    accounts |= {one.answered_by for one in answers if one.answered_by is not None}
    accounts |= {one.noted_by for one in notes}
    return CaseView(
        case=row,
        history=history,
        answers=answers,
        follow_ups=follow_ups,
        notes=notes,
        replies=await repository.replies_of(tx, row.complaint_id),
        messages=await repository.messages_of(tx, row.complaint_id),
        attachments=await repository.attachments_of(tx, row.complaint_id),
        similar=[
            one
            for one in companions
            if scope is not None and scope.covers(one.agency_key, sealed=False, regency=one.regency)
        ],
        clocks=await clocks.deadlines_of(tx, row.complaint_id),
        notices=await clocks.notices_of(tx, row.complaint_id),
        lapor=await mirror_of(tx, row.complaint_id),
        moves=rules.moves_of(
            principal, row.state, agency_key=row.agency_key, sealed=row.sealed, taken=row.taken_by is not None
        ),
        names=await repository.names_of(tx, accounts) if accounts else {},
    )
