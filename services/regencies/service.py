"""Regencies' use cases: learn a fact about a complaint, and tell the regions what it changes for them."""

from services.regencies import repository
from services.regencies.complaint import Complaint, after, opened
from services.regencies.rules import tell
from shared.core.errors import RejectError
from shared.core.masking import mask, mask_version
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.directory import Directory
from shared.events import ComplaintAmended, ComplaintAppended, ComplaintEvent, ComplaintReceived


class RegenciesService:
    """Keeps what the regions may know, and announces each change of it on the topics of those that it concerns."""

    def __init__(self, directory: Directory, clock: Clock = utc_now) -> None:
        """Take the directory, which knows whose agency is whose, and a clock."""
        self._directory = directory
        self._clock = clock

    async def open(self, tx: UnitOfWork, event: ComplaintReceived) -> None:
        """Take note of a new complaint, once; its words are masked before anything is kept."""
        if await repository.lock(tx, event.complaint_id) is None:
            text = None if event.secret or event.sealed else mask(event.text)
            await repository.keep(tx, opened(event, text=text, mask_version=mask_version()))

    async def follow(self, tx: UnitOfWork, event: ComplaintEvent) -> None:
        """Learn a later fact; a region hears of it only when what it may know has changed.

        Raises `RejectError` for a complaint that was never received here.
        """
        before = await repository.lock(tx, event.complaint_id)
        if before is None:
            raise RejectError("regencies never heard that this complaint was received")
        await self._tell(tx, after(before, event, masked=_masked(before, event), mask_version=mask_version()))

    async def _tell(self, tx: UnitOfWork, complaint: Complaint) -> None:
        now = self._clock()
        told, events = tell(complaint, self._directory, now)
        await repository.keep(tx, told)
        for event in events:
            tx.publish(event, time=now)


def _masked(complaint: Complaint, event: ComplaintEvent) -> str | None:
    """Return the words of a later message as a region may read them; None where nobody may, or there are none."""
    if not isinstance(event, ComplaintAppended | ComplaintAmended) or complaint.secret or event.sealed:
        return None
    return mask(event.text or "")
