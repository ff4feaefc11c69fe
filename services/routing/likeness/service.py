"""Compare a decided complaint with those near it, and announce what is alike."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.routing import repository as complaints
from services.routing.likeness import repository
from services.routing.likeness.rules import Alike, Compared, judge, telling_words
from services.routing.repository import Known
from services.routing.rules.text import normalize
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.directory import Directory
from shared.directory.regions import regency_of
from shared.events import ComplaintFoundSimilar, ComplaintWithdrawn, SimilarComplaint

_LEASE = timedelta(minutes=10)
_MOST = 5


class LikenessService:
    """Finds what is alike; each use case is one transaction's work."""

    def __init__(self, directory: Directory, clock: Clock = utc_now) -> None:
        """Take the directory, which has the affairs' names, and a clock."""
        self._directory = directory
        self._clock = clock

    async def claim(self, tx: UnitOfWork) -> UUID | None:
        """Take the complaint that has waited longest; None when none waits."""
        now = self._clock()
        return await repository.claim(tx, now, now + _LEASE)

    async def compare(self, tx: UnitOfWork, complaint_id: UUID) -> None:
        """Compare it, unless it was taken back meanwhile; announce those that were not announced before.

        One without a regency is like nothing.
        """
        known = await complaints.lock(tx, complaint_id)
        if known is None or not await repository.done(tx, complaint_id):
            return
        decided = None if known.sealed else known.decided
        code, affair = (decided.get("region"), decided.get("affair")) if decided else (None, None)
        regency = code and regency_of(code)
        if not code or not regency or not affair:
            await repository.forget(tx, complaint_id)
            return
        one = _compared(known, code)
        words = telling_words(normalize(await complaints.words_of(tx, complaint_id)))
        told = await repository.keep(tx, one, regency=regency, affair=affair, words=words)
        near = await repository.nearest(tx, one, regency=regency, affair=affair, words=words)
        name = self._directory.affairs[affair].name
        alike = [judged for other, share in near if (judged := judge(one, other, share, name))]
        new = [one for one in alike if one.other.complaint_id not in told]
        new = sorted(new, key=lambda one: (-one.score, one.other.complaint_id))[:_MOST]
        if new:
            await repository.tell(tx, complaint_id, [one.other.complaint_id for one in new])
            self._announce(tx, one, new)

    def _announce(self, tx: UnitOfWork, one: Compared, alike: Sequence[Alike]) -> None:
        now = self._clock()
        similar = tuple(
            SimilarComplaint(
                complaint_id=found.other.complaint_id,
                ticket=found.other.ticket,
                score=found.score,
                reasons=found.reasons,
            )
            for found in alike
        )
        event = ComplaintFoundSimilar(complaint_id=one.complaint_id, ticket=one.ticket, similar=similar, found_at=now)
        tx.publish(event, time=now)


async def hear_withdrawal(tx: UnitOfWork, event: ComplaintWithdrawn, *, now: datetime) -> None:  # noqa: ARG001
    """Compare nothing with what its citizen took back; once it is taken up again, it is decided and compared anew."""
    if await complaints.lock(tx, event.complaint_id):
        await repository.put_aside(tx, event.complaint_id)


def _compared(known: Known, code: str) -> Compared:
    point = known.place.coordinates
    return Compared(
        complaint_id=known.complaint_id,
        ticket=known.ticket,
        place_code=code,
        point=point.point if point else None,
        received_at=known.received_at,
    )
