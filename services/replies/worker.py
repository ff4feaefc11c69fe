"""The sending loop: an edge like the consumers. It opens the transactions and calls the channel between two of them."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import structlog

from services.replies import figures
from services.replies.dispatch import Claim, Dispatch, Objection, Result
from services.replies.moves import Moved
from services.replies.resolving import Resolving
from shared.channels import Remedy, ReplySender, SendError
from shared.core.errors import whereabouts
from shared.core.times import Clock, utc_now
from shared.db import Database, may_pass

log = structlog.get_logger()

_SEND_S = 60.0
"""The senders' own time-outs are shorter; beyond this we do not know what became of it."""
_IDLE_S = 0.5
_FIGURES_EVERY = 20
_TROUBLE_S = 1.0
_FINISH_S = 8.0


class Worker:
    """Sends what is due, several at once, until it is cancelled; then it finishes what it has in hand."""

    def __init__(
        self,
        database: Database,
        dispatch: Dispatch,
        resolving: Resolving,
        senders: Mapping[str, ReplySender],
        *,
        at_once: int = 1,
        idle: float = _IDLE_S,
        trouble: float = _TROUBLE_S,
        finish: float = _FINISH_S,
        clock: Clock = utc_now,
    ) -> None:
        """Take the senders by channel; `idle`, `trouble` and `finish` in seconds."""
        self._database = database
        self._dispatch = dispatch
        self._resolving = resolving
        self._senders = senders
        self._at_once = at_once
        self._idle = idle
        self._trouble = trouble
        self._finish = finish
        self._clock = clock
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Send until cancelled. Whatever is in hand then is finished and recorded, within a few seconds."""
        self._stopping.clear()
        loops = [asyncio.create_task(self._send_all()) for _ in range(self._at_once)]
        loops.append(asyncio.create_task(self._tidy()))
        try:
            done, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            done.pop().result()
        finally:
            self._stopping.set()
            _, unfinished = await asyncio.wait(loops, timeout=self._finish)
            for loop in unfinished:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            for sender in self._senders.values():  # here, for until now they were in use
                await sender.close()

    async def send_next(self) -> bool:
        """Send, or settle, one reply that is due; False when there is none."""
        claim = await self._database.run(self._dispatch.claim)
        if claim is None:
            return False
        if isinstance(claim, Moved):
            figures.tell(claim)
            return True
        result = await self._hand_over(claim)
        figures.tell(await self._keep(claim, result))
        if isinstance(result, SendError | Objection):
            figures.count_trouble(claim.channel, result)
        if isinstance(result, SendError) and result.remedy is Remedy.PAUSE:
            account = claim.outbound.address.account
            log.error("reply.account_paused", channel=claim.channel, account=account, reason=result.reason)
        return True

    async def _send_all(self) -> None:
        while not self._stopping.is_set():
            try:
                if await self.send_next():
                    continue
                pause = self._idle
            except Exception as error:
                if not may_pass(error):
                    raise
                log.warning("replies.database_unavailable", error=type(error).__name__)
                pause = self._trouble
            await self._rest(pause)

    async def _hand_over(self, claim: Claim) -> Result:
        """Ask the channel, then have it send, once. What nobody foresaw may have gone out."""
        if self._clock() > claim.until - timedelta(seconds=_SEND_S):  # a machine that slept: it may be another's by now
            return SendError("held_too_long", Remedy.RETRY)
        sender = self._senders[claim.channel]
        try:
            reason = sender.objection(claim.outbound, self._clock())
            if reason is not None:
                return Objection(reason)
            async with asyncio.timeout(_SEND_S):
                return await sender.send(claim.outbound)
        except SendError as error:
            return error
        except TimeoutError:
            return SendError("no_answer_in_time", Remedy.UNKNOWN)
        except Exception as error:  # noqa: BLE001 - a mistake in one channel must not stop the others
            log.error("reply.sender_failed", channel=claim.channel, **whereabouts(error))  # noqa: TRY400 - a trace may quote
            return SendError("sender_failed", Remedy.UNKNOWN)

    async def _keep(self, claim: Claim, result: Result) -> Moved | None:
        """Record what came of it: nobody else knows it."""

        def waiting(error: Exception) -> None:
            log.warning("reply.not_recorded_yet", reply_id=str(claim.reply_id), error=type(error).__name__)

        return await self._database.insist(
            lambda tx: self._dispatch.record(tx, claim, result), pause=self._trouble, waiting=waiting
        )

    async def _tidy(self) -> None:
        """Settle what senders left behind and what operators typed; show the figures."""
        turns = 0
        while not self._stopping.is_set():
            try:
                for settle in (self._dispatch.expire, self._resolving.resolve):
                    while (moved := await self._database.run(settle)) is not None:
                        figures.tell(moved)
                if turns % _FIGURES_EVERY == 0:
                    if count := await self._database.run(self._dispatch.bring_back):
                        log.warning("replies.dated_ahead", count=count)
                    figures.show(await self._database.run(self._dispatch.standing))
            except Exception as error:
                if not may_pass(error):
                    raise
                log.warning("replies.database_unavailable", error=type(error).__name__)
            turns += 1
            await self._rest(self._idle)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
