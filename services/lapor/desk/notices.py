"""Notices: what waits for a person, and that it is settled."""

from uuid import UUID

from services.lapor.desk import repository as desk
from services.lapor.desk.access import canonical, require_seeing, unknown_ticket
from services.lapor.desk.acting import keep_act
from services.lapor.desk.schemas import NoticeOut, NoticesOut
from services.lapor.notices import repository as notices
from shared.core.errors import NotFoundError
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal


class Noticing:
    """Shows and settles notices."""

    def __init__(self, clock: Clock = utc_now) -> None:
        """Take the clock."""
        self._clock = clock

    async def show(self, tx: UnitOfWork, reader: Principal, *, ticket: str | None, limit: int) -> NoticesOut:
        """Return open notices, the newest first: all, or of a complaint. Raises `ForbiddenError`, `NotFoundError`."""
        require_seeing(reader)
        about = None
        if ticket is not None:
            row = await desk.find(tx, canonical(ticket))
            if row is None:
                raise unknown_ticket()
            about = row.complaint_id
        rows = await notices.open_notices(tx, limit, about)
        return NoticesOut(items=[NoticeOut.model_validate(row) for row in rows])

    async def settle(self, tx: UnitOfWork, officer: Principal, notice_id: UUID) -> NoticeOut:
        """Call a notice settled. Raises `ForbiddenError` and `NotFoundError`."""
        require_seeing(officer)
        found = await desk.find_notice(tx, notice_id)
        if found is None:
            raise NotFoundError("no_such_notice", "Periksa nomor pemberitahuannya; pemberitahuan itu tidak ada")
        now = self._clock()
        by = f"officer:{officer.account_id}"
        settled = await notices.settle_notice(tx, notice_id, by, now)
        if settled is None:
            return NoticeOut.model_validate(await desk.find_notice(tx, notice_id))
        about = None if found.ticket is None else await desk.find(tx, found.ticket)
        await keep_act(tx, officer, "settle_notice", now, about=about, detail=found.kind)
        return NoticeOut.model_validate(settled)
