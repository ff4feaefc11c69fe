"""The loops over what waits: an edge like the doors. Providers are asked between two transactions, never inside one."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from services.intake.accepting import surely
from services.intake.conversation import limits
from services.intake.passing import will_pass
from services.intake.waiting import repository
from services.intake.waiting.agency import AgencyMessages
from services.intake.waiting.amendments import Amendments
from services.intake.waiting.held import Held
from services.intake.waiting.parts import PartError, Parts
from services.intake.waiting.pointers import DOOR, LONGEST_WAIT, Claim, Pointers, Resolved, Result
from services.intake.waiting.trouble import MessageError
from shared.channels import MessageReader, Remedy, SendError
from shared.core.errors import whereabouts
from shared.core.times import Clock, utc_now
from shared.db import Database
from shared.db.looping import loop
from shared.telemetry import metrics

log = structlog.get_logger()

_IDLE_S = 0.5
_TIDY_S = 15.0
_ASK_S = 60.0
_PASS_OVER = timedelta(minutes=10)
"""How long a line of parts that we cannot join, or a message that we cannot go on with, is left alone."""


class WaitingWorker:
    """Goes on with what waited, until it is cancelled; several processes may do it at once."""

    def __init__(
        self,
        database: Database,
        parts: Parts,
        held: Held,
        agency: AgencyMessages,
        amendments: Amendments,
        pointers: Pointers,
        readers: Mapping[str, MessageReader],
        *,
        clock: Clock = utc_now,
    ) -> None:
        """Take everything; open nothing. `readers` by channel; a pointer of any other channel has only its fallback."""
        self._database = database
        self._parts = parts
        self._held = held
        self._agency = agency
        self._amendments = amendments
        self._pointers = pointers
        self._readers = readers
        self._clock = clock
        self._passed_over: dict[bytes, datetime] = {}
        self._left_alone: dict[str, datetime] = {}

    async def run(self) -> None:
        """Work until cancelled; a question that is under way then has some seconds, and is asked anew otherwise."""
        steps = [(self.join_next, _IDLE_S), (self.amend_next, _IDLE_S), (self.ask_next, _IDLE_S), (self.tidy, _TIDY_S)]
        try:
            await loop(steps, trouble="intake.waiting_unavailable", passes=will_pass)
        finally:
            for reader in self._readers.values():
                await reader.close()

    async def join_next(self) -> bool:
        """Join the pieces of one message; False when none is ready."""
        now = self._clock()
        self._passed_over = {line: until for line, until in self._passed_over.items() if until > now}
        try:
            joined = await surely(self._database, partial(self._parts.join, but=list(self._passed_over)))
        except PartError as error:
            cause = error.__cause__ or error
            log.error("intake.parts_not_joined", **whereabouts(cause))  # noqa: TRY400 - a trace may quote
            self._passed_over[error.line] = now + _PASS_OVER
            return True
        if joined is not None:
            _count("parts", joined.channel, joined.outcome)
        return joined is not None

    async def amend_next(self) -> bool:
        """Apply one edit or withdrawal; False when none can be."""
        but = self._broken()
        try:
            amended = await self._database.run(partial(self._amendments.apply, but=but)) or await surely(
                self._database, partial(self._amendments.adopt, but=but)
            )
        except MessageError as error:
            return self._leave_alone(error, "intake.amendment_not_applied")
        if amended is not None:
            _count("amendments", amended.channel, amended.outcome)
        return amended is not None

    async def ask_next(self) -> bool:
        """Ask a provider for one message; False when none is due."""
        claim = await self._database.run(self._pointers.claim)
        if claim is None:
            return False
        resolved = await self._record(claim, await self._ask(claim))
        if resolved is not None:
            _count("pointers", resolved.channel, resolved.outcome, resolved.reason)
            if resolved.outcome == "given_up":
                log.error("intake.pointer_given_up", channel=resolved.channel, reason=resolved.reason)
            if resolved.outcome == "parked":
                metrics.DOOR_OUTCOMES.labels(channel=resolved.channel, outcome="parked", reason=resolved.reason).inc()
                log.error("intake.request_parked", reason=resolved.reason, where=DOOR)
        return True

    async def tidy(self) -> bool:
        """End what waited long enough, and show the figures."""
        await self._bring_back()
        while (kept := await self._database.run(self._held.give_up)) > 0:
            metrics.WAITED.labels(what="held", channel="", outcome="no_words_came", reason="").inc(kept)
        while await self._recognize_next():
            pass
        for channel in await self._database.run(self._amendments.give_up):
            _count("amendments", channel, "given_up")
            log.error("intake.amendment_given_up", channel=channel)
        standing = await self._database.run(repository.standing)
        now = self._clock()
        for what, (number, since) in standing.items():
            metrics.WAITING.labels(what=what).set(number)
            metrics.WAITING_AGE.labels(what=what).set(0 if since is None else (now - since).total_seconds())
        return False

    async def _bring_back(self) -> None:
        """Let a clock that ran ahead hold nothing up until its own time comes."""
        bring_back = partial(
            repository.bring_back,
            now=self._clock(),
            hold=limits.HOLD,
            own=limits.OWN_REPLY_WAIT,
            parts=limits.PARTS_WAIT,
            ask=LONGEST_WAIT,
        )
        count = await self._database.run(bring_back)
        if count:
            log.warning("intake.dated_ahead", count=count)

    async def _recognize_next(self) -> bool:
        try:
            recognized = await self._database.run(partial(self._agency.settle, but=self._broken()))
        except MessageError as error:
            return self._leave_alone(error, "intake.agency_message_not_settled")
        if recognized is not None:
            _count("agency_messages", recognized.channel, recognized.outcome)
        return recognized is not None

    def _broken(self) -> list[str]:
        """Name the messages that our own mistakes keep from going on: they must not hold up the others."""
        now = self._clock()
        self._left_alone = {name: until for name, until in self._left_alone.items() if until > now}
        return list(self._left_alone)

    def _leave_alone(self, error: MessageError, event: str) -> bool:
        log.error(event, **whereabouts(error.__cause__ or error))
        self._left_alone[error.provider_message_id] = self._clock() + _PASS_OVER
        return True

    async def _ask(self, claim: Claim) -> Result:
        reader = self._readers.get(claim.channel)
        if reader is None:
            return SendError("no_reader", Remedy.GIVE_UP)
        try:
            async with asyncio.timeout(_ASK_S):
                return await reader.resolve(claim.pointer)
        except SendError as error:
            return error
        except TimeoutError:
            return SendError("no_answer_in_time", Remedy.RETRY)
        except Exception as error:  # noqa: BLE001 - a mistake in one channel must not stop the others
            log.error("intake.reader_failed", channel=claim.channel, **whereabouts(error))  # noqa: TRY400 - a trace may quote
            return SendError("reader_failed", Remedy.RETRY)

    async def _record(self, claim: Claim, result: Result) -> Resolved | None:
        try:
            return await surely(self._database, partial(self._pointers.record, claim=claim, result=result))
        except Exception as error:
            if will_pass(error):
                raise
            log.error("intake.pointer_not_accepted", channel=claim.channel, **whereabouts(error))  # noqa: TRY400 - as above
        try:
            return await surely(self._database, partial(self._pointers.put_off, claim=claim, result=result))
        except Exception as error:
            if will_pass(error):
                raise
            log.error("intake.fallback_not_accepted", channel=claim.channel, **whereabouts(error))  # noqa: TRY400 - as above
        bare = partial(self._pointers.put_off, claim=claim, result=result, fallback=False)
        return await surely(self._database, bare)


def _count(what: str, channel: str, outcome: str, reason: str = "") -> None:
    metrics.WAITED.labels(what=what, channel=channel, outcome=outcome, reason=reason).inc()
    log.info("intake.waited", what=what, channel=channel, outcome=outcome, reason=reason)
