"""The worker that compares: behind the decisions, so that no complaint waits for it."""

import asyncio

import structlog

from services.routing.likeness.service import LikenessService
from shared.core.errors import whereabouts
from shared.db import Database, may_pass
from shared.db.looping import loop

log = structlog.get_logger()

_IDLE_S = 1.0
_REST_S = 0.03
"""After each: decisions have the processor first, on a day on which everybody writes."""


class Comparing:
    """Compares one complaint after the other; several processes may do it at once."""

    def __init__(self, database: Database, service: LikenessService) -> None:
        """Take both; open nothing."""
        self._database = database
        self._service = service

    async def run(self) -> None:
        """Compare until cancelled."""
        await loop([(self.compare_one, _IDLE_S)], trouble="routing.comparing_waits")

    async def compare_one(self) -> bool:
        """Compare one complaint; False when none waits. One that breaks our code comes again in ten minutes."""
        complaint_id = await self._database.run(self._service.claim)
        if complaint_id is None:
            return False
        try:
            await self._database.run(lambda tx: self._service.compare(tx, complaint_id))
        except Exception as error:
            if may_pass(error):
                raise
            log.error("routing.comparing_failed", complaint_id=str(complaint_id), **whereabouts(error))  # noqa: TRY400 - a trace may quote
        await asyncio.sleep(_REST_S)
        return True
