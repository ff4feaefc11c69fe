"""Lapor's use cases. Each method runs inside one transaction that the edge opened, and none of them calls out.

A push is three of them and a call between: `claim_push` commits `posting`, then the worker posts, then `record_push`
says what came of it. What is found in `posting` after its time may have arrived, and is posted by nobody any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row

from services.lapor import repository, rules
from services.lapor.port import (
    Busy,
    Created,
    CreateOutcome,
    Locked,
    LookOutcome,
    NotSent,
    Refused,
    Report,
    Status,
    Unclear,
)
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.core.masking import mask, mask_version
from shared.core.times import WITA, Clock, utc_now
from shared.db import UnitOfWork
from shared.events import (
    Actor,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintMarked,
    ComplaintMirrored,
    ComplaintMirrorStatusChanged,
    ComplaintReceived,
    ComplaintUnsealed,
    ComplaintVerified,
    ComplaintWithdrawn,
)

log = structlog.get_logger()

_MIRROR = Actor(kind="machine", id="lapor.mirror")
_OPERATOR = Actor(kind="operator", id="lapor.resolve")
_NOT_YET_TOLD = {"waiting", "queued", "refused"}
_MAY_BE_NUMBERED = {"queued", "refused", "perhaps_created"}
_MAY_BE_QUEUED_AGAIN = {"refused", "perhaps_created"}
_WORDS_COUNT = _NOT_YET_TOLD | {"posting", "perhaps_created"}
"""Where what is said now may still be told."""
_NO_WORDS: dict[str, Any] = {"text": None, "said": None}
_SEALED: dict[str, Any] = {"state": "withheld", "reason": "sealed", "due_at": None, **_NO_WORDS}
_WAS_SEALED = "was_sealed"
"""The Inspectorate opened it, and its words are gone: who wants it at LAPOR! types it in there."""
_WITHDRAWN: dict[str, Any] = {**_SEALED, "reason": "withdrawn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How patient the mirror is, in seconds, and whose institution an agency is at LAPOR!."""

    institution_id: int
    institution_ids: Mapping[str, int] = field(default_factory=dict)
    lease_s: float
    begin_s: float
    retry_s: float
    look_every_s: float
    look_again_s: float
    looks_per_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A complaint that this worker, and no other, may post once."""

    complaint_id: UUID
    ticket: str
    claim: UUID
    begin_by: datetime
    """Later nobody may begin: the claim would end in mid-call, and a person might have said to tell it again."""
    attempts: int
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A complaint at LAPOR! that this worker looks at."""

    complaint_id: UUID
    ticket: str
    claim: UUID
    lapor_id: str


class LaporService:
    """Keeps a row per complaint and moves it along."""

    def __init__(self, policy: Policy, clock: Clock = utc_now) -> None:
        """Take the policy and a clock."""
        self._policy = policy
        self._clock = clock

    # what the house says

    async def receive(self, tx: UnitOfWork, event: ComplaintReceived) -> None:
        """Begin a complaint's mirror. Of a sealed one no word is kept here; of any other the masked ones only."""
        words = "" if event.sealed else event.text
        masked = mask(words)
        said = rules.said_with((), event.message_id, masked)
        told = {"state": "waiting", "text": masked, "said": said, "mask_version": mask_version()}
        await repository.open_mirror(
            tx,
            complaint_id=event.complaint_id,
            ticket=event.ticket,
            **(_SEALED if event.sealed else told),
            personal=masked != words,
            attachments=len(event.attachments),
            anonymous=event.anonymous,
            secret=event.secret,
            happened_on=(event.incident_time or event.received_at).astimezone(WITA).date(),
        )

    async def assign(self, tx: UnitOfWork, event: ComplaintAssigned) -> None:
        """Remember whose it is; a complaint that was sealed meanwhile stays here. Raises `RejectError`."""
        row = await _known(tx, event.complaint_id)
        await repository.change(tx, row.complaint_id, agency_key=event.agency.key)
        if event.sealed:
            await _keep_here(tx, row, _SEALED)

    async def mark(self, tx: UnitOfWork, event: ComplaintMarked) -> None:
        """Remember who may see it, for what is not told yet. Raises `RejectError`."""
        row = await _known(tx, event.complaint_id)
        await repository.change(tx, row.complaint_id, anonymous=event.anonymous, secret=event.secret)

    async def unseal(self, tx: UnitOfWork, event: ComplaintUnsealed) -> None:
        """Say that it may be known by now; it stays here, for its words are gone. Raises `RejectError`."""
        row = await _known(tx, event.complaint_id)
        if row.state == "withheld" and row.reason == _SEALED["reason"]:
            await repository.change(tx, row.complaint_id, reason=_WAS_SEALED)

    async def hear_more(self, tx: UnitOfWork, event: ComplaintAppended) -> None:
        """Add a citizen's further words, masked, to what will be told. Raises `RejectError`."""
        row = await _known(tx, event.complaint_id)
        if event.sealed:
            await _keep_here(tx, row, _SEALED)
        elif event.author == "citizen":
            await self._say(tx, row, event.message_id, event.text, attachments=len(event.attachments))

    async def hear_change(self, tx: UnitOfWork, event: ComplaintAmended) -> None:
        """Let a citizen's message be told as it stands now. Raises `RejectError`."""
        row = await _known(tx, event.complaint_id)
        if event.sealed:
            await _keep_here(tx, row, _SEALED)
        elif event.author == "citizen":
            await self._say(tx, row, event.message_id, event.text or "")

    async def _say(self, tx: UnitOfWork, row: Row[Any], message_id: UUID, words: str, *, attachments: int = 0) -> None:
        if row.text is None or row.state not in _WORDS_COUNT:
            return
        masked = mask(words)
        said = rules.said_with(row.said, message_id, masked)
        await repository.change(
            tx,
            row.complaint_id,
            said=said,
            text=rules.joined(said),
            mask_version=mask_version(),
            personal=row.personal or masked != words,
            attachments=row.attachments + attachments,
        )

    async def withdraw(self, tx: UnitOfWork, event: ComplaintWithdrawn) -> None:
        """Tell LAPOR! nothing of what its citizen has withdrawn, unless it was told before. Raises `RejectError`."""
        row = await _known(tx, event.complaint_id)
        await repository.change(tx, row.complaint_id, withdrawn_at=event.withdrawn_at)
        await _keep_here(tx, row, _WITHDRAWN)

    async def verify(self, tx: UnitOfWork, event: ComplaintVerified) -> None:
        """Queue the complaint: now it may be told. Raises `RejectError`."""
        row = await _known(tx, event.complaint_id)
        changes: dict[str, Any] = {"verified_at": event.verified_at, "traceparent": tx.traceparent}
        if row.state == "waiting":
            changes |= {"state": "queued", "due_at": self._clock()}
        await repository.change(tx, row.complaint_id, **changes)

    # telling LAPOR!

    async def claim_push(self, tx: UnitOfWork) -> Push | None:
        """Take the complaint whose turn it is; from the commit on nobody else ever posts it by itself."""
        now = self._clock()
        row = await repository.next_to_push(tx, now)
        if row is None:
            return None
        push = Push(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            claim=new_id(),
            begin_by=now + timedelta(seconds=self._policy.begin_s),
            attempts=row.attempts + 1,
            report=self._report(row),
        )
        await repository.change(
            tx,
            row.complaint_id,
            state="posting",
            claim=push.claim,
            claimed_until=now + timedelta(seconds=self._policy.lease_s),
            attempts=push.attempts,
            posted_at=now,
        )
        return push

    def _report(self, row: Row[Any]) -> Report:
        policy = self._policy
        return rules.report(
            ticket=row.ticket,
            text=row.text,
            attachments=row.attachments,
            anonymous=row.anonymous,
            secret=row.secret,
            personal=row.personal,
            happened_on=row.happened_on,
            institution_id=policy.institution_ids.get(row.agency_key, policy.institution_id),
        )

    async def record_push(self, tx: UnitOfWork, push: Push, outcome: CreateOutcome) -> str:
        """Write down what came of a push; return the state in which the complaint stands now."""
        row = await _known(tx, push.complaint_id)
        if row.claim != push.claim or row.state not in {"posting", "perhaps_created"} or row.verdict:
            number = outcome.lapor_id if isinstance(outcome, Created) else None
            log.error("lapor.answer_came_too_late", ticket=push.ticket, state=row.state, lapor_id=number)
            return str(row.state)
        if isinstance(outcome, Created):
            return await self._number(tx, row, outcome.lapor_id, _MIRROR)
        changes = self._after_trouble(push, outcome)
        if changes["state"] == "queued" and row.text is None:
            changes = _kept_here(row)
        await repository.change(tx, row.complaint_id, claimed_until=None, **changes)
        return str(changes["state"])

    def _after_trouble(self, push: Push, outcome: NotSent | Busy | Locked | Refused | Unclear) -> dict[str, Any]:
        match outcome:
            case Unclear(reason):
                words = rules.redacted(reason, push.report)
                return {"state": "perhaps_created", "reason": words, "due_at": None}
            case Refused(status, message):
                words = f"HTTP {status}: {rules.redacted(message, push.report)}"
                return {"state": "refused", "reason": words, "due_at": None}
            case Locked(status):
                return self._again(f"HTTP {status}: LAPOR! refuses our secrets", push.attempts, None)
            case Busy(retry_after_s):
                return self._again("HTTP 429: LAPOR! asks us to wait", push.attempts, retry_after_s)
            case NotSent(reason):
                return self._again(f"no connection ({reason})", push.attempts, None)

    def _again(self, reason: str, attempts: int, retry_after_s: float | None) -> dict[str, Any]:
        wait = timedelta(seconds=rules.wait(attempts, self._policy.retry_s, retry_after_s))
        return {"state": "queued", "reason": reason, "due_at": self._clock() + wait}

    async def _number(self, tx: UnitOfWork, row: Row[Any], lapor_id: str, actor: Actor) -> str:
        """Write LAPOR!'s number down and announce it; a number that another complaint has proves nothing."""
        if await repository.number_is_taken(tx, lapor_id, row.complaint_id):
            reason = f"number {lapor_id} belongs to another complaint"
            log.error("lapor.number_taken", ticket=row.ticket, lapor_id=lapor_id)
            await repository.change(
                tx, row.complaint_id, state="perhaps_created", reason=reason, due_at=None, claimed_until=None
            )
            return "perhaps_created"
        now = self._clock()
        await repository.change(
            tx,
            row.complaint_id,
            state="created",
            reason=None,
            lapor_id=lapor_id,
            mirrored_at=now,
            claimed_until=None,
            due_at=now + timedelta(seconds=self._policy.look_every_s),
        )
        tx.publish(
            ComplaintMirrored(
                complaint_id=row.complaint_id, ticket=row.ticket, lapor_id=lapor_id, actor=actor, mirrored_at=now
            ),
            time=now,
            traceparent=row.traceparent,
        )
        return "created"

    async def give_up_lost_pushes(self, tx: UnitOfWork) -> None:
        """Hand the pushes of workers that died in mid-call to a person."""
        for ticket in await repository.give_up_lost_claims(tx, self._clock(), "we were interrupted while posting"):
            log.error("lapor.perhaps_created", ticket=ticket, reason="interrupted")

    async def follow_verdict(self, tx: UnitOfWork) -> bool:
        """Act on what a person found out about one complaint; False when there is none to act on."""
        row = await repository.next_verdict(tx)
        if row is None:
            return False
        if row.verdict == "created" and (row.state in _MAY_BE_NUMBERED or row.reason == _WAS_SEALED):
            await self._number(tx, row, row.verdict_number, _OPERATOR)
        elif row.verdict == "not_created" and row.state in _MAY_BE_QUEUED_AGAIN:
            again = {"state": "queued", "reason": "a person saw that it is not there", "due_at": self._clock()}
            await repository.change(tx, row.complaint_id, **(_kept_here(row) if row.text is None else again))
        else:
            log.warning("lapor.verdict_ignored", ticket=row.ticket, state=row.state, verdict=row.verdict)
        await repository.change(tx, row.complaint_id, verdict=None, verdict_number=None)
        return True

    # looking what became of it

    async def claim_look(self, tx: UnitOfWork) -> Look | datetime | None:
        """Take the complaint to look at next; a time instead when this hour's looks are spent until then."""
        now = self._clock()
        row = await repository.next_to_look_at(tx, now)
        if row is None:
            return None
        empty_until = await repository.spend(tx, "looks", now, self._policy.looks_per_hour)
        if empty_until is not None:
            return empty_until
        claim = new_id()
        until = now + timedelta(seconds=self._policy.lease_s)
        await repository.change(tx, row.complaint_id, claim=claim, claimed_until=until)
        return Look(complaint_id=row.complaint_id, ticket=row.ticket, claim=claim, lapor_id=row.lapor_id)

    async def record_look(self, tx: UnitOfWork, look: Look, outcome: LookOutcome) -> bool:
        """Write down what was seen; announce it, and return True, only when LAPOR! shows another status than before."""
        row = await _known(tx, look.complaint_id)
        if row.claim != look.claim:
            return False
        now = self._clock()
        if not isinstance(outcome, Status):
            again = timedelta(seconds=max(self._policy.look_again_s, _asked(outcome)))
            await repository.change(
                tx, row.complaint_id, due_at=now + again, claimed_until=None, reason=f"look failed: {_kind(outcome)}"
            )
            return False
        changed: bool = outcome.name != row.status
        await repository.change(
            tx,
            row.complaint_id,
            state="tracked",
            reason=None,
            status=outcome.name,
            status_since=outcome.since or (now if changed else row.status_since),
            looked_at=now,
            claimed_until=None,
            due_at=now + timedelta(seconds=rules.next_look(outcome.name, self._policy.look_every_s)),
        )
        if changed:
            self._announce_status(tx, row, outcome.name, now)
        return changed

    def _announce_status(self, tx: UnitOfWork, row: Row[Any], status: str, now: datetime) -> None:
        state = rules.state_of(status)
        if state is None:
            log.warning("lapor.unknown_status", ticket=row.ticket, lapor_id=row.lapor_id)
        tx.publish(
            ComplaintMirrorStatusChanged(
                complaint_id=row.complaint_id,
                ticket=row.ticket,
                lapor_id=row.lapor_id,
                status=status,
                state=state,
                seen_at=now,
            ),
            time=now,
            traceparent=row.traceparent,
        )

    async def bring_back(self, tx: UnitOfWork) -> int:
        """Let a clock that ran ahead hold nothing up; return how many complaints that were."""
        look_s = rules.longest_look(self._policy.look_every_s, self._policy.look_again_s)
        push, look = timedelta(seconds=rules.LONGEST_PAUSE_S), timedelta(seconds=look_s)
        return await repository.bring_back(tx, self._clock(), push=push, look=look)

    async def count_by_state(self, tx: UnitOfWork) -> Mapping[str, int]:
        """Return how many complaints stand in each state."""
        return await repository.count_by_state(tx)


async def _known(tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
    row = await repository.lock(tx, complaint_id)
    if row is None:
        raise RejectError("lapor never heard that this complaint was received")
    return row


async def _keep_here(tx: UnitOfWork, row: Row[Any], here: dict[str, Any]) -> None:
    """Let a complaint stay in the house, without a word kept here; what may have left is only not told again."""
    if row.state == "withheld" and row.reason != _WAS_SEALED:
        return
    if row.state in {*_NOT_YET_TOLD, "withheld"}:
        await repository.change(tx, row.complaint_id, verdict=None, **here)
        return
    if here is _SEALED:
        log.error("lapor.sealed_too_late", ticket=row.ticket, state=row.state)
    await repository.change(tx, row.complaint_id, **_NO_WORDS)


def _kept_here(row: Row[Any]) -> dict[str, Any]:
    """Return why a complaint whose words are gone stays in the house."""
    return _WITHDRAWN if row.withdrawn_at is not None else _SEALED


def _kind(outcome: LookOutcome) -> str:
    return f"HTTP {outcome.status}" if isinstance(outcome, Refused | Locked) else type(outcome).__name__


def _asked(outcome: LookOutcome) -> float:
    return (outcome.retry_after_s or 0.0) if isinstance(outcome, Busy) else 0.0
