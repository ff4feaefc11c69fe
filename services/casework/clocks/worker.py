"""The clocks' workers: loops beside the consumer. Several processes may run them at once."""

from collections import Counter
from datetime import timedelta

import structlog

from services.casework.clocks import repository
from services.casework.clocks.due import Due
from services.casework.clocks.recomputing import Recomputing
from shared.core.times import Clock, utc_now
from shared.db import Database
from shared.db.looping import loop
from shared.telemetry import metrics

log = structlog.get_logger()

_IDLE_S = 1.0
_SAMPLE_S = 15.0
_RECOMPUTE_S = 60.0
"""What is to be computed again waits for that: where who was at it died, not for long."""


class ClockWorker:
    """Does what is due until it is cancelled, and shows how clocks stand."""

    def __init__(
        self, database: Database, due: Due, recomputing: Recomputing, *, at_once: int = 2, clock: Clock = utc_now
    ) -> None:
        """Take everything; open nothing. `at_once`: so many transactions beside each other."""
        self._database = database
        self._due = due
        self._recomputing = recomputing
        self._at_once = at_once
        self._clock = clock

    async def run(self) -> None:
        """Work until cancelled. What was not committed then is still due."""
        await loop(
            [
                *((self.handle_due, _IDLE_S) for _ in range(self._at_once)),
                (self.recompute, _RECOMPUTE_S),
                (self.sample, _SAMPLE_S),
            ],
            trouble="clocks.database_unavailable",
        )

    async def handle_due(self) -> int:
        """Do a batch of what is due; return how much."""
        done = await self._database.run(self._due.handle)
        for (clock, what), count in Counter(done).items():
            metrics.CLOCKS_HANDLED.labels(clock=clock, what=what).inc(count)
        return len(done)

    async def recompute(self) -> bool:
        """Compute a batch again that was computed by other calendars, limits or steps; False when there is none."""
        return await self._database.run(self._recomputing.step)

    async def sample(self) -> bool:
        """Show what is overdue or has no known limit, and how far behind the workers are."""
        async with self._database.transaction() as tx:
            counted = await repository.count_to_be_seen(tx)
            oldest = await repository.oldest_due(tx)
        for gauge, outcome in ((metrics.CLOCKS_OVERDUE, "missed"), (metrics.CLOCKS_UNKNOWN, "unknown")):
            gauge.clear()
            for (clock, found), count in counted.items():
                if found == outcome:
                    gauge.labels(clock=clock).set(count)
        if unknown := sum(count for (_, found), count in counted.items() if found == "unknown"):
            log.warning("clocks.limit_unknown", count=unknown)
        behind = self._clock() - oldest if oldest else timedelta(0)
        metrics.CLOCKS_LAG.set(max(0.0, behind.total_seconds()))
        return False
