"""Raw requests are kept for a time and then emptied: the row stays in the ledger, what it held is gone for good.

What providers said of messages that nobody of ours sent goes altogether, after a day.
"""

from datetime import timedelta
from functools import partial

import structlog

from services.intake.ledger import repository
from services.intake.reports.repository import forget_early
from shared.core.times import Clock, utc_now
from shared.db import Database
from shared.db.looping import loop

log = structlog.get_logger()

_AT_ONCE = 500
_EVERY_S = 3600.0
_EARLY = timedelta(days=1)
"""Replies tell in seconds what the provider calls them; after an outage within its length."""


class Forgetting:
    """Empties what is older than the retention; what is parked waits for a person, however long."""

    def __init__(self, database: Database, retention: timedelta, *, clock: Clock = utc_now) -> None:
        """Take how long requests are kept."""
        self._database = database
        self._retention = retention
        self._clock = clock

    async def run(self) -> None:
        """Look every hour until cancelled."""
        await loop([(self.forget, _EVERY_S), (self.forget_reports, _EVERY_S)], trouble="ledger.database_unavailable")

    async def forget(self) -> int:
        """Empty every request whose time is over; return how many."""
        before, count = self._clock() - self._retention, 0
        while batch := await self._database.run(partial(repository.forget_requests, before=before, at_most=_AT_ONCE)):
            count += batch
        if count:
            log.info("ledger.requests_forgotten", count=count)
        return count

    async def forget_reports(self) -> None:
        """Forget what was said under names that no reply of ours ever got."""
        await self._database.run(partial(forget_early, before=self._clock() - _EARLY))
