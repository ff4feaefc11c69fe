"""The fetching loop: claim in one transaction, fetch outside of any, record in another; and the end of each content."""

from functools import partial

import structlog

from services.intake.media.fetch import Fetcher
from services.intake.media.outcome import Fetched, Outcome, Unfetched
from services.intake.media.prepare import prepare
from services.intake.media.queue import AttachmentQueue, Claim, Result, Settled, overdue
from shared.contents import AttachmentStore, StoreUnavailableError
from shared.core.errors import whereabouts
from shared.core.times import Clock, utc_now
from shared.db import Database
from shared.db.looping import loop
from shared.telemetry import metrics

log = structlog.get_logger()

_AT_ONCE = 3
"""Contents in memory at a time: of 25 MB each, and once more while they are looked at."""
_IDLE_S = 0.5
_TROUBLE_S = 1.0
_TIDY_S = 60.0
_SWEEPS_EVERY = 24 * 60


class MediaWorker:
    """Fetches what is due, several at once, and deletes what may not be kept any longer, until it is cancelled."""

    def __init__(
        self,
        database: Database,
        queue: AttachmentQueue,
        fetcher: Fetcher,
        store: AttachmentStore,
        *,
        at_once: int = _AT_ONCE,
        clock: Clock = utc_now,
    ) -> None:
        """Take everything; open nothing."""
        self._database = database
        self._queue = queue
        self._fetcher = fetcher
        self._store = store
        self._at_once = at_once
        self._clock = clock
        self._turns = 0

    async def run(self) -> None:
        """Work until cancelled; what is being fetched then has some seconds, and is fetched anew otherwise."""
        steps = [(self.fetch_next, _IDLE_S)] * self._at_once
        try:
            await loop([*steps, (self._tidy, _TIDY_S)], trouble="attachment.database_unavailable")
        finally:
            await self._fetcher.close()

    async def fetch_next(self) -> bool:
        """Fetch, or settle, one attachment that is due; False when there is none."""
        claim = await self._database.run(self._queue.claim)
        if claim is None:
            return False
        if isinstance(claim, Settled):
            _tell(claim)
            return True
        result = await self._look_at(claim, await self._fetcher.fetch(claim.url, claim.policy))
        _tell(await self._record(claim, result))
        return True

    async def _look_at(self, claim: Claim, outcome: Outcome) -> Result:
        """Check and clean what came. A mistake of ours in one content must not stop the others."""
        if not isinstance(outcome, Fetched):
            return outcome
        try:
            return await prepare(
                outcome.content,
                kind=claim.kind,
                claimed=outcome.claimed,
                largest=claim.policy.largest,
                keep_hints=claim.keep_hints,
            )
        except Exception as error:  # noqa: BLE001 - as above
            log.error("attachment.preparing_failed", attachment_id=str(claim.id), **whereabouts(error))  # noqa: TRY400 - a trace may quote
            return Unfetched("failed", "preparing_failed")

    async def _record(self, claim: Claim, result: Result) -> Settled | None:
        def waiting(error: Exception) -> None:
            log.warning("attachment.not_recorded_yet", attachment_id=str(claim.id), error=type(error).__name__)

        try:
            return await self._database.insist(
                lambda tx: self._queue.settle(tx, claim, result), pause=_TROUBLE_S, waiting=waiting
            )
        except StoreUnavailableError as error:
            log.error("attachment.store_unavailable", error=str(error))  # noqa: TRY400 - its text names the cause
            return await self._database.insist(
                lambda tx: self._queue.postpone(tx, claim), pause=_TROUBLE_S, waiting=waiting
            )

    async def expire_all(self) -> int:
        """Delete every content whose time is over; return how many attachments that were."""
        count = 0
        while (settled := await self._database.run(self._queue.expire)) is not None:
            _tell(settled)
            count += 1
        return count

    async def sweep(self) -> int:
        """Delete contents that are a day old and that no attachment names; return how many."""
        count = 0
        async for hashes in self._store.older_than(overdue(self._clock())):
            count += await self._database.run(partial(self._queue.sweep, hashes=hashes))
        if count:
            log.info("attachment.orphans_deleted", count=count)
        return count

    async def _tidy(self) -> bool:
        """Look for what must go: contents past their time every minute, orphans once a day. And what is dated ahead."""
        if count := await self._database.run(self._queue.bring_back):
            log.warning("attachment.dated_ahead", count=count)
        try:
            await self.expire_all()
            if self._turns % _SWEEPS_EVERY == 0:
                await self.sweep()
            self._turns += 1
        except StoreUnavailableError as error:
            log.error("attachment.store_unavailable", error=str(error))  # noqa: TRY400 - its text names the cause
        return False


def _tell(settled: Settled | None) -> None:
    if settled is None:
        return
    metrics.ATTACHMENTS.labels(channel=settled.channel, outcome=settled.outcome, reason=settled.reason).inc()
    log.info("attachment.settled", attachment_id=str(settled.id), outcome=settled.outcome, reason=settled.reason)
