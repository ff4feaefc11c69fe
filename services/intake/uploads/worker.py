"""The end of uploads whose words never came, or came long ago."""

import asyncio

import structlog

from services.intake.uploads.service import UploadService
from shared.db import Database, may_pass

log = structlog.get_logger()

_EVERY_S = 300.0


class UploadSweep:
    """Deletes uploads whose time is over, until it is cancelled."""

    def __init__(self, service: UploadService, database: Database) -> None:
        """Take both; open nothing."""
        self._service = service
        self._database = database

    async def run(self) -> None:
        """Look every five minutes."""
        while True:
            try:
                await self.sweep()
            except Exception as error:
                if not may_pass(error):
                    raise
                log.warning("upload.database_unavailable", error=type(error).__name__)
            await asyncio.sleep(_EVERY_S)

    async def sweep(self) -> int:
        """Delete everything that is due; return how many uploads that were."""
        count = 0
        while gone := await self._database.run(self._service.sweep):
            count += gone
        if count:
            log.info("upload.expired", count=count)
        return count
