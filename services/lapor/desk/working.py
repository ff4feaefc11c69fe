"""The work list: all that an officer must type or decide, the oldest first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from services.lapor.desk import advice
from services.lapor.desk import repository as desk
from services.lapor.desk.access import require_seeing, require_typing
from services.lapor.desk.naming import Defaults, Form, Names, forms
from services.lapor.desk.schemas import NamedOut, NoticeOut, WorkKind, WorkListOut, WorkOut
from services.lapor.desk.showing import attachments_out, since_of, step_out, told_out, words_out
from services.lapor.keeping import Policy
from shared.core.times import WITA, Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal

LATE = timedelta(minutes=15)
"""What is so long overdue is offered for typing: the API seems down."""
MOST_EXPORTED = 5_000
_FIRST = datetime.min.replace(tzinfo=UTC)


class Working:
    """Shows the work list."""

    def __init__(self, policy: Policy, defaults: Defaults, clock: Clock = utc_now) -> None:
        """Take what names the ids."""
        self._policy = policy
        self._defaults = defaults
        self._clock = clock

    async def show(self, tx: UnitOfWork, reader: Principal, *, kind: WorkKind | None, limit: int) -> WorkListOut:
        """Return what waits, the oldest first. Raises `ForbiddenError`."""
        require_seeing(reader)
        now = self._clock()
        overdue = None if self._policy.by_hand else now - LATE
        wanted = {kind} if kind else {*desk.WAITING, "follow_up", "notice"}
        items = await self._complaints(tx, reader, [one for one in desk.WAITING if one in wanted], overdue, limit)
        if "follow_up" in wanted and self._policy.by_hand:
            items += await self._steps(tx, reader, limit)
        if "notice" in wanted:
            items += [_of_notice(row) for row in await desk.notices_to_settle(tx, limit)]
        items.sort(key=lambda one: one.since or _FIRST)
        return WorkListOut(items=items[:limit], counts=await self._counts(tx, overdue), by_hand=self._policy.by_hand)

    async def to_type(self, tx: UnitOfWork, reader: Principal) -> list[tuple[Row[Any], Form]]:
        """Return what is to be typed in, for a file. Raises `ForbiddenError`."""
        require_typing(reader)
        now = self._clock()
        overdue = None if self._policy.by_hand else now - LATE
        rows = await desk.waiting(tx, ["type_in"], overdue, MOST_EXPORTED)
        told = await forms(tx, rows, self._policy, self._defaults, now)
        return list(zip(rows, told, strict=True))

    async def _counts(self, tx: UnitOfWork, overdue: datetime | None) -> dict[str, int]:
        counts: Mapping[str, int] = await desk.count_waiting(tx, overdue)
        follow_ups = await desk.count_steps_to_type(tx) if self._policy.by_hand else 0
        return {
            **{kind: counts.get(kind, 0) for kind in desk.WAITING},
            "follow_up": follow_ups,
            "notice": await desk.count_notices_to_settle(tx),
        }

    async def _complaints(
        self, tx: UnitOfWork, reader: Principal, kinds: Sequence[str], overdue: datetime | None, limit: int
    ) -> list[WorkOut]:
        if not kinds:
            return []
        rows = await desk.waiting(tx, kinds, overdue, limit)
        told = await forms(tx, rows, self._policy, self._defaults, self._clock())
        return [self._of_complaint(row, form, reader) for row, form in zip(rows, told, strict=True)]

    def _of_complaint(self, row: Row[Any], form: Form, reader: Principal) -> WorkOut:
        told = told_out(row, form, reader)
        queued = row.state == "queued"
        match row.todo:
            case "review":
                steps = advice.of_review()
            case "check":
                named, words = _named(form), row.text is not None
                steps = advice.of_checking(row.ticket, row.posted_at, named, told.title, words=words)
            case _:
                refused = row.state == "refused"
                steps = advice.of_typing(queued=queued, words=row.text is not None, refused=refused)
        return WorkOut(
            kind=row.todo,
            ticket=row.ticket,
            since=since_of(row),
            state=row.state,
            reason=row.reason,
            api_seems_down=queued and not self._policy.by_hand,
            taken_at=row.taken_at if row.taken_by else None,
            taken_by_you=row.taken_by == reader.account_id,
            advice=steps,
            told=told,
            attachments=attachments_out(row.files),
            **words_out(row, reader),
        )

    async def _steps(self, tx: UnitOfWork, reader: Principal, limit: int) -> list[WorkOut]:
        rows = await desk.steps_to_type(tx, limit)
        targets = {row.payload["institution_id"] for row in rows if row.kind == "pass_on"}
        known = await desk.names_of(tx, {"institutions": targets})
        names = Names(self._policy, self._clock().astimezone(WITA).date(), known)
        return [self._of_step(row, reader, names) for row in rows]

    def _of_step(self, row: Row[Any], reader: Principal, names: Names) -> WorkOut:
        target = names.named("institutions", row.payload.get("institution_id"))
        institution = NamedOut.model_validate(target) if target.id else None
        return WorkOut(
            kind="follow_up",
            ticket=row.ticket,
            since=row.made_at,
            state=row.state,
            reason=row.reason,
            number=row.lapor_id,
            advice=advice.of_step(row.kind, row.lapor_id, target.name or f"instansi {target.id}"),
            step=step_out(row, reader, institution),
        )


def _of_notice(row: Row[Any]) -> WorkOut:
    return WorkOut(
        kind="notice",
        ticket=row.ticket,
        since=row.raised_at,
        advice=advice.of_notice(row.kind),
        notice=NoticeOut.model_validate(row),
    )


def _named(form: Form) -> str:
    return form.institution.name or f"instansi {form.institution.id}"
