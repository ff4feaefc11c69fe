"""Telling LAPOR! of a complaint: a push is two of these methods and a call between. None of them calls out.

`claim_push` commits `posting`, then the worker posts, then `record_push` says what came of it. What is found in
`posting` after its time may have arrived, and is posted by nobody any more (decision 0016).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row

from services.lapor import keeping, repository, rules
from services.lapor.keeping import MAY_BE_NUMBERED, MAY_BE_QUEUED_AGAIN, MIRROR, NO_WORDS, OPEN_AGAIN, Policy, known
from services.lapor.notices import repository as notices
from services.lapor.outward import outgoing
from services.lapor.wire import repository as wire
from services.lapor.wire.exchanges import Exchange
from services.lapor.wire.port import Busy, Created, CreateOutcome, Locked, NotSent, Refused, Report, Unclear
from shared.core.ids import new_id
from shared.core.times import WITA, Clock, utc_now
from shared.db import UnitOfWork
from shared.events import Actor

log = structlog.get_logger()

_OPERATOR = Actor(kind="operator", id="lapor.resolve")
SENDS = "sends"


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


class Telling:
    """Posts complaints, once each, and acts on what a person found out about doubtful ones."""

    def __init__(self, policy: Policy, clock: Clock = utc_now) -> None:
        """Take the policy and a clock."""
        self._policy = policy
        self._clock = clock

    async def claim_push(self, tx: UnitOfWork, *, fresh: bool = False) -> Push | datetime | None:
        """Take the complaint whose turn it is; from the commit on nobody else ever posts it by itself.

        A time instead when this hour's calls are spent until then. `fresh`: the newest, not the longest waiting.
        """
        now = self._clock()
        row = await repository.next_to_push(tx, now, fresh=fresh)
        if row is None:
            return None
        empty_until = await repository.spend(tx, SENDS, now, self._policy.sends_per_hour)
        if empty_until is not None:
            return empty_until
        push = Push(
            complaint_id=row.complaint_id,
            ticket=row.ticket,
            claim=new_id(),
            begin_by=now + timedelta(seconds=self._policy.begin_s),
            attempts=row.attempts + 1,
            report=await report_of(tx, row, self._policy, now),
        )
        await repository.change(
            tx,
            row.complaint_id,
            state="posting",
            claim=push.claim,
            claimed_until=now + timedelta(seconds=self._policy.lease_s),
            attempts=push.attempts,
            posted_at=now,
            institution_id=push.report.institution_id,
            told_digest=rules.digest(push.report.content),
        )
        return push

    async def record_push(
        self, tx: UnitOfWork, push: Push, outcome: CreateOutcome, exchanges: Sequence[Exchange] = ()
    ) -> str:
        """Write down what came of a push; return the state in which the complaint stands now."""
        row = await known(tx, push.complaint_id)
        await wire.keep_exchanges(tx, push.complaint_id, exchanges)
        if row.claim != push.claim or row.state not in {"posting", "perhaps_created"} or row.verdict:
            found = outcome.lapor_id if isinstance(outcome, Created) else None
            log.error("lapor.answer_came_too_late", ticket=push.ticket, state=row.state, lapor_id=found)
            if found is not None and found != row.lapor_id:
                await keeping.notice(tx, row, "perhaps_double", self._clock(), detail=found)
            return str(row.state)
        if isinstance(outcome, Created):
            return await self.number_by(tx, row, outcome.lapor_id, MIRROR)
        changes = self._after_trouble(push, outcome)
        if changes["state"] == "queued":
            changes |= self._instead_of_queueing(row)
        await repository.change(tx, row.complaint_id, claimed_until=None, missed=0, **changes)
        if changes["state"] == "withheld":
            await repository.drop_steps(tx, row.complaint_id, changes["reason"], self._clock())
        if changes["state"] in {"perhaps_created", "refused", "to_review"}:
            await keeping.notice(tx, row, changes["state"], self._clock())
        return str(changes["state"])

    def _after_trouble(self, push: Push, outcome: NotSent | Busy | Locked | Refused | Unclear) -> dict[str, Any]:
        told = (push.report.title, push.report.content)
        match outcome:
            case Unclear(reason):
                return {"state": "perhaps_created", "reason": rules.redacted(reason, *told), "due_at": None}
            case Refused(status, message):
                words = f"HTTP {status}: {rules.redacted(message, *told)}"
                return {"state": "refused", "reason": words, "due_at": None}
            case Locked(status):
                return self._again(rules.locked_words(status), push.attempts, None)
            case Busy(retry_after_s):
                return self._again("HTTP 429: LAPOR! asks us to wait", push.attempts, retry_after_s)
            case NotSent(reason):
                return self._again(f"no connection ({reason})", push.attempts, None)

    def _again(self, reason: str, attempts: int, retry_after_s: float | None) -> dict[str, Any]:
        wait = timedelta(seconds=rules.wait(attempts, self._policy.retry_s, retry_after_s))
        return {"state": "queued", "reason": reason, "due_at": self._clock() + wait}

    def _instead_of_queueing(self, row: Row[Any]) -> dict[str, Any]:
        """Return what is due where it may not go again: its words are gone, or nobody saw what they say by now."""
        if row.text is None:
            return {"state": "withheld", "reason": keeping.reason_to_stay(row), "due_at": None, **NO_WORDS}
        if self._policy.wants_to_see(row):
            return {"state": "to_review", "due_at": None}
        return {}

    async def number_by(self, tx: UnitOfWork, row: Row[Any], lapor_id: str, actor: Actor) -> str:
        """Write down a number that LAPOR! told or somebody found there, and pass it on where it is not its agency's."""
        now = self._clock()
        state = await keeping.number(tx, row, lapor_id, actor, now, self._policy.look_every_s)
        wanted = self._policy.institution_of(row.agency_key, now)
        if state == "created" and await outgoing.heading_for(tx, row) not in {None, wanted}:
            await outgoing.add_disposition(tx, row, wanted, "Diteruskan kepada instansi yang berwenang.", now)
        return state

    async def give_up_lost_pushes(self, tx: UnitOfWork) -> None:
        """Hand the pushes of workers that died in mid-call to a person."""
        now = self._clock()
        for row in await repository.give_up_lost_claims(tx, now, "we were interrupted while posting"):
            await keeping.notice(tx, row, "perhaps_created", now)
            log.error("lapor.perhaps_created", ticket=row.ticket, reason="interrupted")

    async def follow_verdict(self, tx: UnitOfWork) -> bool:
        """Act on what an operator typed about one complaint; False when there is none to act on."""
        row = await repository.next_verdict(tx)
        if row is None:
            return False
        cleared = {"verdict": None, "verdict_number": None}
        await repository.change(tx, row.complaint_id, **cleared)
        if row.verdict == "created" and may_be_numbered(row):
            await self.number_by(tx, row, row.verdict_number, _OPERATOR)
        elif row.verdict == "not_created" and row.state in MAY_BE_QUEUED_AGAIN:
            await self.tell_again(tx, row, "a person saw that it is not there")
        else:
            log.warning("lapor.verdict_ignored", ticket=row.ticket, state=row.state, verdict=row.verdict)
        return True

    async def tell_again(self, tx: UnitOfWork, row: Row[Any], reason: str) -> None:
        """Queue what is certainly not at LAPOR!; what has a number there is."""
        if row.lapor_id is not None:
            log.error("lapor.not_told_again", ticket=row.ticket, lapor_id=row.lapor_id)
            return
        now = self._clock()
        again = {"state": "queued", "reason": reason, "due_at": now, "missed": 0, "taken_by": None, "taken_at": None}
        again |= {"released_at": row.released_at or now}
        by_hand = {"state": "by_hand", "due_at": None} if self._policy.is_by_hand(row) else {}
        again |= self._instead_of_queueing(row) or by_hand
        await repository.change(tx, row.complaint_id, **again)
        if again["state"] == "withheld":
            await repository.drop_steps(tx, row.complaint_id, str(again["reason"]), now)
        elif again["state"] == "queued":
            await outgoing.add_uploads(tx, row, now)
        elif again["state"] == "to_review":
            await keeping.notice(tx, row, "to_review", now)
        await notices.settle_notices(tx, row.complaint_id, ("perhaps_created", "refused", "in_hand"), "lapor", now)

    async def bring_back(self, tx: UnitOfWork) -> int:
        """Let a clock that ran ahead hold nothing up; return how many complaints that were."""
        look_s = rules.longest_look(self._policy.look_every_s, self._policy.look_again_s)
        push, look = timedelta(seconds=rules.LONGEST_PAUSE_S), timedelta(seconds=look_s)
        return await repository.bring_back(tx, self._clock(), push=push, look=look)


def may_be_numbered(row: Row[Any]) -> bool:
    """Tell whether a complaint may get its number by a person's word."""
    return row.state in MAY_BE_NUMBERED or (row.state == "withheld" and row.reason in OPEN_AGAIN)


async def report_of(tx: UnitOfWork, row: Row[Any], policy: Policy, now: datetime) -> Report:
    """Write what LAPOR! gets of a complaint, by the mappings of today and with the files that are there."""
    steps = await repository.steps_of(tx, row.complaint_id)
    files = [step.reference for step in steps if step.kind == "upload" and step.state == "done" and step.reference]
    return report_with(row, policy, now, files)


def report_with(row: Row[Any], policy: Policy, now: datetime, files: Sequence[str] = ()) -> Report:
    """Write what LAPOR! gets of a complaint, with the files that it holds already."""
    today = now.astimezone(WITA).date()
    return rules.report(
        ticket=row.ticket,
        text=row.text or "",
        attachments=row.attachments,
        anonymous=row.anonymous,
        secret=row.secret,
        personal=row.personal,
        happened_on=row.happened_on,
        institution_id=policy.institution_of(row.agency_key, now) if policy.direct else policy.institution_id,
        topic_id=policy.ids.topic(row.affair, on=today),
        location_id=policy.ids.location(row.region_code, on=today),
        files=files,
    )
