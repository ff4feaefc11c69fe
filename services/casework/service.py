"""Casework's use cases. Each method runs inside one transaction that the edge opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework import conversation, repository, rules
from services.casework.conflicts import (
    may_not_verify,
    no_precondition,
    refused,
    role_sees_no_case,
    stale,
    unknown_case,
    wrong_state,
)
from services.casework.moves import move, say_verified
from services.casework.rules import Move, VerificationPolicy
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.core.ticket import InvalidTicketError, parse_ticket
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import (
    Actor,
    AgencyRef,
    CaseState,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintReceived,
    ComplaintRouted,
    Place,
)
from shared.security import Principal

_OPENING = Actor(kind="machine", id="casework.open")
_FOLLOWING = Actor(kind="machine", id="casework.follow_routing")
_CONFIDENT = Actor(kind="machine", id="policy.confident_routing")
_VERIFIED = "Terverifikasi"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case with its history, messages and answers, oldest first, and what became of its attachments."""

    case: Row[Any]
    history: Sequence[Row[Any]]
    answers: Sequence[Row[Any]]
    messages: Sequence[Row[Any]]
    attachments: Sequence[Row[Any]]


class CaseworkService:
    """Opens cases, assigns them, and carries out what officers decide."""

    def __init__(
        self, *, policy: VerificationPolicy = "by_officer", confident: float = 1.0, clock: Clock = utc_now
    ) -> None:
        """Take the policy of verification, how sure routing must be for it (0 to 1), and a clock."""
        self._policy = policy
        self._confident = confident
        self._clock = clock

    async def open(self, tx: UnitOfWork, event: ComplaintReceived) -> None:
        """Open the case of a complaint, once, with its first message."""
        region_code, place_name = _place(event.place)
        opened = await repository.open_case(
            tx,
            complaint_id=event.complaint_id,
            ticket=event.ticket,
            channel=event.channel,
            text=event.text,
            attachments=[attachment.model_dump(mode="json") for attachment in event.attachments],
            anonymous=event.anonymous,
            secret=event.secret,
            sealed=event.sealed,
            emergency=event.emergency,
            region_code=region_code,
            place_name=place_name,
            state="received",
            version=1,
            received_at=event.received_at,
        )
        if opened:
            await conversation.keep_first(tx, event)
            await repository.add_transition(
                tx,
                event.complaint_id,
                version=1,
                previous=None,
                state="received",
                actor=_OPENING,
                reason=None,
                at=event.received_at,
            )

    async def follow_routing(self, tx: UnitOfWork, event: ComplaintRouted) -> bool:
        """Assign the case as routing decided; False when what was decided before stands (`rules.follow`).

        Raises `RejectError` for a complaint that has no case.
        """
        row = await repository.lock_case(tx, event.complaint_id)
        if row is None:
            raise RejectError("routed, but casework never heard that it was received")
        followed = rules.follow(
            row.state,
            current=row.agency_key,
            wanted=event.agency.key,
            newer=row.routed_at is None or row.routed_at < event.decided_at,
            touched=await repository.officers_moved(tx, row.complaint_id),
            sealed=row.sealed,
            withdrawn=row.withdrawn_at is not None,
        )
        state = None if followed is None else rules.target(row.state, followed)
        if state is None:
            return False
        now = self._clock()
        _say_assigned(tx, row, event, now)
        await self._assign(tx, row, event, state, now, reason=_why_moved(row, event))
        return True

    async def _assign(
        self,
        tx: UnitOfWork,
        row: Row[Any],
        event: ComplaintRouted,
        state: CaseState,
        now: datetime,
        *,
        reason: str | None,
    ) -> None:
        region_code, place_name = _place(event.place)
        changes: dict[str, Any] = {
            "region_code": region_code or row.region_code,
            "place_name": place_name or row.place_name,
            "agency_key": event.agency.key,
            "agency_name": event.agency.name,
            "affair": event.affair,
            "level": event.level,
            "confidence": event.confidence,
            "reasons": list(event.reasons),
            "assigned_at": now,
            "routed_at": event.decided_at,
            "taken_by": None,
            "closed_at": None,
        }
        verifies = row.verified_at is None and rules.verifies_itself(
            self._policy, confidence=event.confidence, enough=self._confident, sealed=row.sealed
        )
        if verifies:
            changes["verified_at"] = now
        await move(tx, row, state, _FOLLOWING, now, reason=reason, **changes)
        if verifies:
            say_verified(tx, row, _CONFIDENT, row.version + 1, now)

    async def queue(
        self,
        tx: UnitOfWork,
        principal: Principal,
        *,
        state: CaseState | None,
        before: tuple[bool, datetime, UUID] | None,
        limit: int,
    ) -> Sequence[Row[Any]]:
        """Return the cases that a principal sees: open emergencies, then the newest.

        Raises `ForbiddenError` for a role that sees none.
        """
        scope = rules.scope(principal)
        if scope is None:
            raise role_sees_no_case()
        return await repository.queue(tx, scope, state=state, before=before, limit=limit)

    async def show(self, tx: UnitOfWork, principal: Principal, ticket: str) -> CaseView:
        """Return a case. Raises `NotFoundError`, also for one that the principal may not see."""
        return await _view(tx, await self._seen(tx, principal, ticket))

    async def take(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None
    ) -> CaseView:
        """Start working on a case. `expected`: the versions that the officer may have read (If-Match)."""
        row, state = await self._prepare(tx, principal, ticket, "take", expected)
        now, officer = self._clock(), _officer(principal)
        verified_at = row.verified_at or now
        await move(tx, row, state, officer, now, taken_by=principal.account_id, verified_at=verified_at)
        if row.verified_at is None:  # whoever takes it says that it is a complaint
            say_verified(tx, row, officer, row.version + 1, now)
        return await self.show(tx, principal, ticket)

    async def verify(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None
    ) -> CaseView:
        """Say that it is a complaint: from now on it may leave for LAPOR! and the regions. Once; the state stays."""
        row = await self._seen(tx, principal, ticket, lock=True)
        if not rules.may_verify(principal, agency_key=row.agency_key, sealed=row.sealed):
            raise may_not_verify()
        await self._require_version(tx, row, expected)
        if row.verified_at is None:
            now, officer, version = self._clock(), _officer(principal), row.version + 1
            await repository.move_case(tx, row.complaint_id, state=row.state, version=version, verified_at=now)
            await repository.add_transition(
                tx,
                row.complaint_id,
                version=version,
                previous=row.state,
                state=row.state,
                actor=officer,
                reason=_VERIFIED,
                at=now,
            )
            say_verified(tx, row, officer, version, now)
        return await self.show(tx, principal, ticket)

    async def answer(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None, text: str
    ) -> CaseView:
        """Answer the citizen in the name of the agency (tindak lanjut)."""
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
        tx.publish(
            ComplaintAnswered(
                complaint_id=row.complaint_id,
                ticket=row.ticket,
                agency=AgencyRef(key=row.agency_key, name=row.agency_name),
                text=text,
                actor=_officer(principal),
                answered_at=now,
            ),
            time=now,
        )
        await move(tx, row, state, _officer(principal), now, answered_at=now)
        return await self.show(tx, principal, ticket)

    async def close(
        self, tx: UnitOfWork, principal: Principal, ticket: str, expected: Collection[int] | None, reason: str | None
    ) -> CaseView:
        """Close an answered case."""
        row, state = await self._prepare(tx, principal, ticket, "close", expected)
        now = self._clock()
        await move(tx, row, state, _officer(principal), now, reason=reason, closed_at=now)
        return await self.show(tx, principal, ticket)

    async def _seen(self, tx: UnitOfWork, principal: Principal, ticket: str, *, lock: bool = False) -> Row[Any]:
        try:
            row = await repository.case_by_ticket(tx, parse_ticket(ticket), lock=lock)
        except InvalidTicketError:
            row = None
        scope = rules.scope(principal)
        if row is None or scope is None or not scope.covers(row.agency_key, sealed=row.sealed):
            raise unknown_case()
        return row

    async def _prepare(
        self, tx: UnitOfWork, principal: Principal, ticket: str, wanted: Move, expected: Collection[int] | None
    ) -> tuple[Row[Any], CaseState]:
        """Lock the case and check, in this order: seen, allowed, a version given, still that version, a legal move."""
        row = await self._seen(tx, principal, ticket, lock=True)
        if not rules.may(principal, wanted, agency_key=row.agency_key, sealed=row.sealed):
            raise refused(wanted)
        await self._require_version(tx, row, expected)
        state = rules.target(row.state, wanted)
        if state is None:
            raise wrong_state(row, await repository.last_transition(tx, row.complaint_id))
        return row, state

    async def _require_version(self, tx: UnitOfWork, row: Row[Any], expected: Collection[int] | None) -> None:
        if expected is None:
            raise no_precondition(row)
        if row.version not in expected:
            raise stale(row, await repository.last_transition(tx, row.complaint_id))


def _say_assigned(tx: UnitOfWork, row: Row[Any], event: ComplaintRouted, now: datetime) -> None:
    tx.publish(
        ComplaintAssigned(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            agency=event.agency,
            affair=event.affair,
            level=event.level,
            place=event.place,
            confidence=event.confidence,
            reasons=event.reasons,
            actor=_FOLLOWING,
            sealed=row.sealed,
            assigned_at=now,
        ),
        time=now,
    )


def _why_moved(row: Row[Any], event: ComplaintRouted) -> str | None:
    """Say in the history why it stands elsewhere now; None for the first assignment."""
    if row.agency_key is None:
        return None
    why = "aduan disegel" if row.sealed else "keterangan tambahan dari pelapor"
    return f"Dialihkan dari {row.agency_name} ke {event.agency.name}: {why}."


async def _view(tx: UnitOfWork, row: Row[Any]) -> CaseView:
    return CaseView(
        case=row,
        history=await repository.transitions_of(tx, row.complaint_id),
        answers=await repository.answers_of(tx, row.complaint_id),
        messages=await repository.messages_of(tx, row.complaint_id),
        attachments=await repository.attachments_of(tx, row.complaint_id),
    )


def _officer(principal: Principal) -> Actor:
    return Actor(kind="officer", id=str(principal.account_id))


def _place(place: Place) -> tuple[str | None, str | None]:
    """Return code and name of the place: as routing found it, else as the citizen gave it."""
    if place.detected is not None:
        return place.detected.region_code, place.detected.name
    return place.given.region_code, place.given.description
