"""The mirror's workers: claim in one transaction, call outside of any, record in another."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import structlog

from services.lapor.circuit import Circuit
from services.lapor.port import Created, CreateOutcome, LookOutcome, NotSent, Port, Unclear
from services.lapor.service import LaporService, Look, Push
from shared.core.errors import whereabouts
from shared.core.times import Clock, utc_now
from shared.db import Database, UnitOfWork, may_pass
from shared.telemetry import metrics

log = structlog.get_logger()
T = TypeVar("T")

_IDLE_S = 0.5
_TROUBLE_S = 1.0
_SAMPLE_S = 15.0
_LAST_WORDS_S = 8.0
"""Less than what a stopping process gives its workers: a call in flight is waited for, so that its answer is kept."""


class Mirror:
    """Pushes what is due and looks at what was pushed, one at a time; several processes may do it at once."""

    def __init__(
        self, database: Database, service: LaporService, port: Port, circuit: Circuit, clock: Clock = utc_now
    ) -> None:
        """Take everything; open nothing."""
        self._database = database
        self._service = service
        self._port = port
        self._circuit = circuit
        self._clock = clock
        self._looks_rest_until: datetime | None = None

    async def push(self) -> None:
        """Tell LAPOR! what is due, until cancelled."""
        await _for_ever(self.push_one, _IDLE_S)

    async def look(self) -> None:
        """Read back what LAPOR! made of it, until cancelled."""
        await _for_ever(self.look_at_one, _IDLE_S)

    async def sample(self) -> None:
        """Show how many complaints stand where, and bring back what is dated ahead, until cancelled."""
        await _for_ever(self._sample, _SAMPLE_S)

    async def push_one(self) -> bool:
        """Act on one verdict, if there is one, and push one complaint; False when there was nothing to do."""
        acted = await self._database.run(self._tidy)
        if self._circuit.rests:
            return acted
        push = await self._database.run(self._service.claim_push)
        if push is None:
            return acted
        await _finished(self._tell(push))
        return True

    async def look_at_one(self) -> bool:
        """Look at one complaint; False when none is due, or no look may be taken now."""
        now = self._clock()
        if self._circuit.rests or (self._looks_rest_until is not None and now < self._looks_rest_until):
            return False
        look = await self._database.run(self._service.claim_look)
        if look is None:
            return False
        if isinstance(look, datetime):
            self._looks_rest_until = look
            log.warning("lapor.looks_spent", until=look.isoformat())
            return False
        outcome = await self._ask(self._port.status(look.lapor_id))
        await self._record_look(look, outcome)
        return True

    async def _tidy(self, tx: UnitOfWork) -> bool:
        await self._service.give_up_lost_pushes(tx)
        return await self._service.follow_verdict(tx)

    async def _tell(self, push: Push) -> None:
        outcome = await self._create(push)
        number = outcome.lapor_id if isinstance(outcome, Created) else None
        log.info("lapor.posted", ticket=push.ticket, outcome=_name(outcome), lapor_id=number, attempt=push.attempts)
        state = await self._surely(lambda tx: self._service.record_push(tx, push, outcome))
        self._circuit.heed(outcome)
        metrics.LAPOR_CALLS.labels(call="create", outcome=_name(outcome)).inc()
        if state == "perhaps_created":
            log.error("lapor.perhaps_created", ticket=push.ticket, reason=_name(outcome))

    async def _create(self, push: Push) -> CreateOutcome:
        """Post it, unless this process slept since it took it (a paused machine): it may be another's by now."""
        if self._clock() > push.begin_by:
            return NotSent("held too long")
        return await self._ask(self._port.create(push.report))

    async def _record_look(self, look: Look, outcome: LookOutcome) -> None:
        await self._surely(lambda tx: self._service.record_look(tx, look, outcome))
        self._circuit.heed(outcome)
        metrics.LAPOR_CALLS.labels(call="status", outcome=_name(outcome)).inc()

    async def _sample(self) -> bool:
        if brought := await self._database.run(self._service.bring_back):
            log.warning("lapor.dated_ahead", count=brought)
        counted = await self._database.run(self._service.count_by_state)
        metrics.LAPOR_MIRRORS.clear()
        for state, number in counted.items():
            metrics.LAPOR_MIRRORS.labels(state=state).set(number)
        return False

    async def _ask(self, call: Awaitable[T]) -> T | Unclear:
        """Wait for LAPOR!'s answer; one that breaks our own reading of it leaves everything open too."""
        try:
            return await call
        except Exception as error:  # noqa: BLE001 - whatever it was, the complaint may be there
            log.error("lapor.answer_broke_us", **whereabouts(error))  # noqa: TRY400 - the trace may quote the answer
            return Unclear(type(error).__name__)

    async def _surely(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Record what LAPOR! said: it is known nowhere else."""
        return await self._database.insist(work, pause=_TROUBLE_S, waiting=_database_away)


async def _for_ever(step: Callable[[], Awaitable[bool]], idle_s: float) -> None:
    while True:
        try:
            while await step():
                pass
        except Exception as error:
            if not may_pass(error):
                raise
            _database_away(error)
        await asyncio.sleep(idle_s)


def _database_away(error: Exception) -> None:
    log.warning("lapor.database_unavailable", error=type(error).__name__)


async def _finished(work: Awaitable[None]) -> None:
    """Wait for the work; when we are told to stop, give it a last chance to end well."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_LAST_WORDS_S)
        task.cancel()
        raise


def _name(outcome: CreateOutcome | LookOutcome) -> str:
    return type(outcome).__name__.lower()
