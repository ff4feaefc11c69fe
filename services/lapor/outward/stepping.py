"""One step at LAPOR! after the other: files before a complaint, dispositions and follow-ups after it.

A step is claimed in one transaction, done outside of any, recorded in another. Of one that may have arrived, LAPOR! is
asked before it is tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy import Row

from services.lapor import keeping, repository, rules
from services.lapor.keeping import Policy
from services.lapor.outward.steps import Next, Patience, StepKind, after_call, after_check
from services.lapor.outward.telling import SENDS
from services.lapor.wire import repository as wire
from services.lapor.wire.exchanges import Exchange
from services.lapor.wire.port import FollowUps, FollowUpsOutcome, LookOutcome, Refused, Status, StepOutcome
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that this worker does; `check`: it may have arrived, so look first."""

    id: UUID
    complaint_id: UUID
    ticket: str
    claim: UUID
    begin_by: datetime
    kind: StepKind
    check: bool
    attempts: int
    payload: dict[str, Any]
    lapor_id: str
    institution_id: int
    """Of the agency that it is: who speaks."""

    @property
    def told(self) -> tuple[str, ...]:
        """The words that it carries."""
        return tuple(str(self.payload[name]) for name in ("content", "words") if name in self.payload)


class Stepping:
    """Claims steps and records what came of them."""

    def __init__(self, policy: Policy, clock: Clock = utc_now) -> None:
        """Take the policy and a clock."""
        self._policy = policy
        self._clock = clock
        self._patience = Patience(retry_s=policy.retry_s, settle_s=policy.settle_s)

    async def claim_step(self, tx: UnitOfWork, *, fresh: bool = False) -> Step | datetime | None:
        """Take the step whose turn it is; a time instead when this hour's calls are spent until then."""
        now = self._clock()
        found = await repository.next_step(tx, now, fresh=fresh)
        if found is None:
            return None
        row, mirror = found
        if await self._is_obsolete(tx, row, mirror, now):
            return await self.claim_step(tx, fresh=fresh)
        empty_until = await repository.spend(tx, SENDS, now, self._policy.sends_per_hour)
        if empty_until is not None:
            return empty_until
        check = row.state == "unclear"
        claim, attempts = new_id(), row.attempts + (not check)
        until = now + timedelta(seconds=self._policy.lease_s)
        state = "unclear" if check else "calling"
        await repository.change_step(
            tx, row.id, state=state, claim=claim, claimed_until=until, due_at=until, attempts=attempts
        )
        return Step(
            id=row.id,
            complaint_id=row.complaint_id,
            ticket=mirror.ticket,
            claim=claim,
            begin_by=now + timedelta(seconds=self._policy.begin_s),
            kind=cast("StepKind", row.kind),
            check=check,
            attempts=attempts,
            payload=_as_secret_as_now(row.payload, mirror),
            lapor_id=mirror.lapor_id or "",
            institution_id=self._policy.institution_of(mirror.agency_key, now),
        )

    async def _is_obsolete(self, tx: UnitOfWork, row: Row[Any], mirror: Row[Any], now: datetime) -> bool:
        """Leave out a disposition to whom it is not any more, or who has it already."""
        if row.kind != "pass_on" or row.state == "unclear":
            return False
        wanted = row.payload["institution_id"]
        if wanted == self._policy.institution_of(mirror.agency_key, now) and wanted != mirror.institution_id:
            return False
        over = {"state": "left_out", "reason": "not its institution any more, or it has it", "due_at": None}
        await repository.change_step(tx, row.id, **over, payload=None, settled_at=now)
        return True

    async def record_step(
        self, tx: UnitOfWork, step: Step, outcome: StepOutcome, exchanges: Sequence[Exchange] = ()
    ) -> str:
        """Write down what came of a step; return the state in which it stands now."""
        next_ = after_call(step.kind, outcome, step.attempts, self._patience, *step.told)
        return await self._record(tx, step, next_, exchanges)

    async def record_check(
        self,
        tx: UnitOfWork,
        step: Step,
        seen: LookOutcome | FollowUpsOutcome,
        exchanges: Sequence[Exchange] = (),
    ) -> str:
        """Write down whether what may have arrived was seen at LAPOR!."""
        found, reference = _seen(step, seen)
        next_ = after_check(
            found=found,
            reference=reference,
            attempts=step.attempts,
            patience=self._patience,
            doubts=step.payload.get("doubts", 0),
            gone=isinstance(seen, Refused),
        )
        return await self._record(tx, step, next_, exchanges)

    async def _record(self, tx: UnitOfWork, step: Step, next_: Next, exchanges: Sequence[Exchange]) -> str:
        mirror = await keeping.known(tx, step.complaint_id)
        await wire.keep_exchanges(tx, step.complaint_id, exchanges)
        row = await repository.lock_step(tx, step.id)
        if row is None or row.claim != step.claim or row.state not in {"calling", "unclear"}:
            log.warning("lapor.step_was_settled_meanwhile", ticket=step.ticket, kind=step.kind)
            return str(row.state) if row else "gone"
        now = self._clock()
        over = next_.state in {"done", "left_out"}
        doubted = {"doubts": step.payload.get("doubts", 0) + 1} if next_.state == "unclear" and not step.check else {}
        await repository.change_step(
            tx,
            step.id,
            state=next_.state,
            reason=next_.reason,
            reference=next_.reference,
            due_at=None if next_.wait_s is None else now + timedelta(seconds=next_.wait_s),
            claimed_until=None,
            settled_at=now if over else None,
            payload=repository.remembered(row) if over else {**row.payload, **doubted},
        )
        if next_.state == "left_out":
            await keeping.notice(tx, mirror, f"{step.kind}_left_out", now, detail=next_.reason or "")
        elif next_.state == "done" and step.kind == "pass_on":
            await repository.change(tx, step.complaint_id, institution_id=step.payload["institution_id"])
        return next_.state

    async def leave_out(self, tx: UnitOfWork, step: Step, reason: str) -> None:
        """Go on without a file whose content is not in the house."""
        await self._record(tx, step, Next(state="left_out", reason=reason), ())

    async def revive(self, tx: UnitOfWork) -> int:
        """Take up the steps of workers that died in mid-call."""
        return await repository.revive_lost_steps(tx, self._clock(), timedelta(seconds=self._policy.settle_s))


def _as_secret_as_now(payload: dict[str, Any], mirror: Row[Any]) -> dict[str, Any]:
    """Hide a follow-up whose complaint was hidden since it was queued."""
    return {**payload, "secret": payload["secret"] or mirror.secret} if "secret" in payload else payload


def _seen(step: Step, seen: LookOutcome | FollowUpsOutcome) -> tuple[bool | None, str | None]:
    if isinstance(seen, Status):
        return seen.institution_id == step.payload["institution_id"], None
    if isinstance(seen, FollowUps):
        wanted = rules.digest(step.payload["content"])
        same = next((one.id for one in seen.items if rules.digest(one.content) == wanted), None)
        return same is not None, same
    return None, None
