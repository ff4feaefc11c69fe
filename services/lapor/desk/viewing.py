"""How complaints stand at LAPOR!: all of them in pages, and everything of one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from services.lapor import repository
from services.lapor.desk import repository as desk
from services.lapor.desk.access import canonical, require_seeing, sees_words, unknown_ticket
from services.lapor.desk.naming import Defaults, forms
from services.lapor.desk.schemas import (
    ActOut,
    ExchangeOut,
    HeardOut,
    MirrorDetailOut,
    MirrorsOut,
    NoticeOut,
    State,
)
from services.lapor.desk.showing import attachments_out, mirror_out, standing, step_out, told_out, words_out
from services.lapor.keeping import Policy
from services.lapor.notices import repository as notices
from services.lapor.outward.telling import report_of
from services.lapor.wire import repository as wire
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal

_MOST = 50
"""Exchanges and notices of one complaint."""


class Viewing:
    """Shows mirrors; it changes nothing."""

    def __init__(self, policy: Policy, defaults: Defaults, clock: Clock = utc_now) -> None:
        """Take what names the ids."""
        self._policy = policy
        self._defaults = defaults
        self._clock = clock

    async def page(
        self, tx: UnitOfWork, reader: Principal, *, state: State | None, before: str | None, limit: int
    ) -> MirrorsOut:
        """Return a page of complaints, the newest first. Raises `ForbiddenError`, and `NotFoundError` for `before`."""
        require_seeing(reader)
        rows = await desk.mirrors(tx, state, None if before is None else canonical(before), limit + 1)
        shown = rows[:limit]
        return MirrorsOut(
            items=[mirror_out(row, reader) for row in shown],
            next_before=shown[-1].ticket if len(rows) > limit else None,
        )

    async def one(self, tx: UnitOfWork, reader: Principal, ticket: str) -> MirrorDetailOut:
        """Return all that is known of a complaint. Raises `ForbiddenError` and `NotFoundError`."""
        require_seeing(reader)
        row = await desk.find(tx, canonical(ticket))
        if row is None:
            raise unknown_ticket()
        now = self._clock()
        report = await report_of(tx, row, self._policy, now)
        (form,) = await forms(tx, [row], self._policy, self._defaults, now, reports=[report])
        steps = await repository.steps_of(tx, row.complaint_id)
        exchanges = await wire.exchanges_of(tx, row.complaint_id, _MOST)
        raised = await notices.open_notices(tx, _MOST, row.complaint_id)
        heard = await desk.heard_of(tx, row.complaint_id)
        return MirrorDetailOut(
            **standing(row, reader),
            **words_out(row, reader),
            told=told_out(row, form, reader),
            attachments=attachments_out(row.files),
            steps=[step_out(step, reader) for step in steps],
            exchanges=[ExchangeOut.model_validate(one) for one in exchanges],
            notices=[NoticeOut.model_validate(one) for one in raised],
            heard=[HeardOut.model_validate(one) for one in heard],
            acts=_acts(await desk.acts_of(tx, row.complaint_id), reader),
        )


def _acts(rows: Sequence[Row[Any]], reader: Principal) -> list[ActOut]:
    words = sees_words(reader)
    return [
        ActOut(what=row.what, account_id=row.account_id, at=row.at, detail=row.detail if words else None)
        for row in rows
    ]
