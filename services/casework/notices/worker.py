"""The mailing loop, an edge: it opens the transactions and calls the mail server between two of them."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog

from services.casework.notices import figures
from services.casework.notices.dispatch import Claim, Dispatch, Moved
from services.casework.notices.gathering import Gathering
from services.casework.notices.mail import MailServer
from shared.calendar.working import CalendarDataError
from shared.channels import Remedy, SendError
from shared.core.errors import whereabouts
from shared.core.times import Clock, utc_now
from shared.db import Database, may_pass

log = structlog.get_logger()

_SEND_S = 120.0
"""The server's own time-outs are shorter; beyond this we do not know what became of it."""
_IDLE_S = 15.0
_FINISH_S = 8.0


class Worker:
    """Gathers and mails until it is cancelled; then it finishes the mail in hand. Without a server it counts only."""

    def __init__(
        self,
        database: Database,
        gathering: Gathering,
        dispatch: Dispatch,
        server: MailServer | None,
        *,
        idle: float = _IDLE_S,
        clock: Clock = utc_now,
    ) -> None:
        """Take the parts; `idle` in seconds."""
        self._database = database
        self._gathering = gathering
        self._dispatch = dispatch
        self._server = server
        self._idle = idle
        self._clock = clock
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Mail until cancelled. What is in hand then is finished and recorded, within a few seconds."""
        self._stopping.clear()
        loop = asyncio.create_task(self._loop())
        try:
            await asyncio.shield(loop)
        finally:
            self._stopping.set()
            await asyncio.wait([loop], timeout=_FINISH_S)
            loop.cancel()

    async def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.turn()
            except CalendarDataError as error:
                log.error("notices.calendar_ends", remedy=str(error))  # noqa: TRY400 - it says what to do
            except Exception as error:
                if not may_pass(error):
                    raise
                log.warning("notices.database_unavailable", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._idle)

    async def turn(self) -> None:
        """Clear up, gather all that is due, and mail it: no digest leaves while another process still fills some."""
        await self._database.run(lambda tx: self._dispatch.switched(tx, on=self._server is not None))
        if self._server is not None:
            while (moved := await self._database.run(self._dispatch.clear_up)) is not None:
                figures.tell(moved)
            while (gathered := await self._database.run(self._gathering.gather)) is not None and gathered.looked_at:
                figures.count(gathered)
            while gathered is not None and not self._stopping.is_set() and await self.send_next():
                pass
        figures.show(await self._database.run(self._dispatch.standing))

    async def send_next(self) -> bool:
        """Mail, or settle, one digest that is due; False when there is none."""
        claim = await self._database.run(self._dispatch.claim)
        if claim is None:
            return False
        if not isinstance(claim, Claim):
            figures.tell(claim)
            return True
        error = await self._hand_over(claim)
        figures.tell(await self._keep(claim, error))
        if error is not None and error.remedy is Remedy.PAUSE:
            log.error("mail.rests", reason=error.reason)
        return True

    async def _hand_over(self, claim: Claim) -> SendError | None:
        """Mail it, once. What nobody foresaw may have gone out."""
        assert self._server is not None, "nothing is claimed without one"  # noqa: S101 - for the type
        now = self._clock()
        if now > claim.until - timedelta(seconds=_SEND_S):  # a machine that slept: it may be another's by now
            return SendError("held_too_long", Remedy.RETRY)
        try:
            async with asyncio.timeout(_SEND_S):
                await self._server.send(claim.mail, now)
        except SendError as error:
            return error
        except TimeoutError:
            return SendError("no_answer_in_time", Remedy.UNKNOWN)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not stop the others
            log.error("digest.sender_failed", **whereabouts(error))  # noqa: TRY400 - a trace may quote
            return SendError("sender_failed", Remedy.UNKNOWN)
        return None

    async def _keep(self, claim: Claim, error: SendError | None) -> Moved | None:
        """Record what came of it: nobody else knows it."""

        def waiting(trouble: Exception) -> None:
            log.warning("digest.not_recorded_yet", digest_id=str(claim.digest_id), error=type(trouble).__name__)

        return await self._database.insist(
            lambda tx: self._dispatch.record(tx, claim, error), pause=1.0, waiting=waiting
        )
