"""The end of uploads whose words never came, or came long ago."""

import structlog

from services.intake.uploads.service import UploadService
from shared.db import Database
from shared.db.looping import loop

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
        await loop([(self.sweep, _EVERY_S)], trouble="upload.database_unavailable")

    async def sweep(self) -> int:
        """Delete everything that is due; return how many uploads that were."""
        count = 0
        while gone := await self._database.run(self._service.sweep):
            count += gone
        if count:
            log.info("upload.expired", count=count)
        return count
