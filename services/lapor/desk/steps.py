"""Follow-ups and dispositions that an officer writes at LAPOR! himself, and steps that are left out."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.lapor import repository
from services.lapor.desk.access import require_typing, unfit
from services.lapor.desk.acting import keep_act, locked
from shared.core.errors import ConflictError, NotFoundError
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal

_OPEN = frozenset({"queued", "unclear"})
_BY_HAND = "an officer typed it in"
_LEFT = "an officer left it out"


class StepsByHand:
    """Settles steps by an officer's word."""

    def __init__(self, clock: Clock = utc_now) -> None:
        """Take the clock."""
        self._clock = clock

    async def done(self, tx: UnitOfWork, officer: Principal, ticket: str, step_id: UUID) -> None:
        """Call a step done that an officer typed in. Raises 403, 404, 409."""
        require_typing(officer)
        row, step = await self._locked(tx, ticket, step_id)
        if step.state == "done":
            return
        if row.lapor_id is None or step.kind == "upload":
            raise unfit(row)
        await self._settle(tx, step, "done", _BY_HAND)
        if step.kind == "pass_on":
            await repository.change(tx, row.complaint_id, institution_id=step.payload["institution_id"])
        await keep_act(tx, officer, "step_done", self._clock(), about=row, detail=step.kind)

    async def leave_out(self, tx: UnitOfWork, officer: Principal, ticket: str, step_id: UUID) -> None:
        """Let a step never be done. Raises 403, 404, 409."""
        require_typing(officer)
        row, step = await self._locked(tx, ticket, step_id)
        if step.state == "left_out":
            return
        await self._settle(tx, step, "left_out", _LEFT)
        await keep_act(tx, officer, "step_left_out", self._clock(), about=row, detail=step.kind)

    async def _locked(self, tx: UnitOfWork, ticket: str, step_id: UUID) -> tuple[Row[Any], Row[Any]]:
        row = await locked(tx, ticket)
        step = await repository.lock_step(tx, step_id)
        if step is None or step.complaint_id != row.complaint_id:
            raise NotFoundError("no_such_step", "Periksa nomor langkahnya; langkah itu tidak ada pada aduan ini")
        return row, step

    async def _settle(self, tx: UnitOfWork, step: Row[Any], state: str, reason: str) -> None:
        if step.state not in _OPEN:
            raise ConflictError(
                "step_state_unfit", "Langkah ini sedang dikerjakan atau sudah selesai", state=step.state
            )
        await repository.change_step(
            tx,
            step.id,
            state=state,
            reason=reason,
            due_at=None,
            claimed_until=None,
            settled_at=self._clock(),
            payload=repository.remembered(step),
        )
