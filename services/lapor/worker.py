"""The mirror's workers: claim in one transaction, call outside of any, record in another."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar, cast, get_args

import structlog

from services.lapor.arrivals.arriving import IntakeDoor
from services.lapor.back.looking import Look
from services.lapor.outward.contents import Contents, MissingContentError
from services.lapor.outward.stepping import Step
from services.lapor.outward.telling import Push
from services.lapor.service import LaporService
from services.lapor.wire import exchanges
from services.lapor.wire.circuit import Circuit
from services.lapor.wire.exchanges import Exchange
from services.lapor.wire.port import (
    Created,
    CreateOutcome,
    File,
    FollowUp,
    MasterKind,
    Masters,
    NotSent,
    Outcome,
    Page,
    Port,
    Refused,
    Status,
    StepOutcome,
    Unclear,
)
from shared.contents import StoreUnavailableError
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
_NO_LIST: Final = frozenset({404, 405, 501})
_MOST_LIST_PAGES = 1000
_TURN_S = 60.0
_TIDY_EVERY = 16
"""So often between two things that are sent; and whenever there is none."""


class Mirror:
    """Tells LAPOR! what is due and looks at what became of it, one at a time; several processes may do it at once."""

    def __init__(
        self,
        database: Database,
        service: LaporService,
        port: Port,
        circuit: Circuit,
        contents: Contents,
        clock: Clock = utc_now,
    ) -> None:
        """Take everything; open nothing."""
        self._database = database
        self._service = service
        self._port = port
        self._circuit = circuit
        self._contents = contents
        self._clock = clock
        self._rests: dict[str, datetime] = {}
        """Until when this hour's calls of a kind are spent."""
        self._turn = 0

    async def push(self) -> None:
        """Tell LAPOR! what is due, until cancelled."""
        await for_ever(self.push_one, _IDLE_S)

    async def look(self) -> None:
        """Read back what LAPOR! made of it, until cancelled."""
        await for_ever(self.look_at_one, _IDLE_S)

    async def tidy(self) -> None:
        """Settle what is left behind, and what an operator typed, where nothing is pushed; until cancelled."""
        await for_ever(lambda: self._database.run(self._service.tidy), _IDLE_S)

    async def sample(self) -> None:
        """Show how many complaints stand where, bring back what is dated ahead, forget what is old; until cancelled."""
        await for_ever(self._sample, _SAMPLE_S)

    def read_list(self, every_s: float) -> Callable[[], Coroutine[Any, Any, None]]:
        """Return what reads LAPOR!'s list every so often, one process for all, until cancelled."""
        return self._in_turn("list", self.sweep, every_s)

    def read_masters(self, every_s: float) -> Callable[[], Coroutine[Any, Any, None]]:
        """Return what reads LAPOR!'s own lists of ids every so often, one process for all, until cancelled."""
        return self._in_turn("masters", self._read_masters, every_s)

    def _in_turn(
        self, what: str, step: Callable[[], Awaitable[bool]], every_s: float
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        async def turn() -> bool:
            mine = await self._database.run(lambda tx: self._service.take_turn(tx, what, every_s))
            if mine and await step():
                await self._database.run(lambda tx: self._service.end_turn(tx, what, every_s))
            return False

        return lambda: for_ever(turn, min(every_s, _TURN_S))

    async def push_one(self) -> bool:
        """Do one thing at LAPOR!, or settle one that a person judged; False when there was nothing to do.

        Complaints and steps take turns, and so do the newest and those that wait longest: a backlog holds up nothing
        that is fresh, and what is fresh never holds up a backlog for good.
        """
        self._turn += 1
        if self._turn % _TIDY_EVERY == 0:
            await self._database.run(self._service.tidy)
        return await self._send_one() or await self._database.run(self._service.tidy)

    async def _send_one(self) -> bool:
        if self._circuit.rests or self._is_spent("sends"):
            return False
        fresh = bool(self._turn & 2)
        claims = [self._service.telling.claim_push, self._service.stepping.claim_step]
        for claim in claims if self._turn & 1 else reversed(claims):
            claimed = await self._database.run(partial(claim, fresh=fresh))
            if isinstance(claimed, datetime):
                self._spent("sends", claimed)
                return False
            if claimed is not None:
                await _finished(self._tell(claimed) if isinstance(claimed, Push) else self._do(claimed))
                return True
        return False

    async def look_at_one(self) -> bool:
        """Look at one complaint; False when none is due, or no look may be taken now."""
        if self._circuit.rests or self._is_spent("looks"):
            return False
        self._turn += 1
        fresh = bool(self._turn & 1)
        look = await self._database.run(lambda tx: self._service.looking.claim_look(tx, fresh=fresh))
        if look is None:
            return False
        if isinstance(look, datetime):
            self._spent("looks", look)
            return False
        await self._look(look)
        return True

    async def sweep(self) -> bool:
        """Read LAPOR!'s list once, as far as anything there is new or in doubt; True when it was read."""
        listing = self._service.listing
        sweep = await self._database.run(listing.begin)
        for number in range(1, _MOST_LIST_PAGES + 1):
            if self._circuit.rests:
                return False
            page, said = await self._ask("list", self._port.listed(number))
            if not isinstance(page, Page):
                if not (isinstance(page, Refused) and page.status in _NO_LIST):
                    log.warning("lapor.list_not_read", outcome=_name(page))
                return False
            new = await self._surely(partial(listing.take_in, sweep=sweep, page=page, exchanges=said))
            if new is None:
                log.error("lapor.list_repeats_itself", page=number)
                return False
            sweep.whole = not page.more
            if sweep.whole or sweep.is_enough(new=new):
                break
        again = await self._surely(lambda tx: listing.conclude(tx, sweep))
        if again:
            log.warning("lapor.told_again", count=len(again))
        return True

    async def master(self, kind: MasterKind) -> Outcome:
        """Read and keep one of LAPOR!'s own lists of ids; return what came of it."""
        found, said = await self._ask("masters", self._port.masters(kind))
        if isinstance(found, Masters):
            gone = await self._surely(lambda tx: self._service.keep_masters(tx, kind, found, said))
            log.info("lapor.masters_kept", kind=kind, entries=len(found.items), gone=gone)
        return found

    async def _tell(self, push: Push) -> None:
        outcome, said = await self._create(push)
        number = outcome.lapor_id if isinstance(outcome, Created) else None
        log.info("lapor.posted", ticket=push.ticket, outcome=_name(outcome), lapor_id=number, attempt=push.attempts)
        state = await self._surely(lambda tx: self._service.telling.record_push(tx, push, outcome, said))
        if state == "perhaps_created":
            log.error("lapor.perhaps_created", ticket=push.ticket, reason=_name(outcome))

    async def _create(self, push: Push) -> tuple[CreateOutcome, list[Exchange]]:
        """Post it, unless this process slept since it took it (a paused machine): it may be another's by now."""
        if self._clock() > push.begin_by:
            return NotSent("held too long"), []
        return await self._ask("create", self._port.create(push.report))

    async def _do(self, step: Step) -> None:
        if self._clock() > step.begin_by:
            return  # a machine that slept: whoever finds the step next goes on with it
        if step.check:
            call = self._port.status if step.kind == "pass_on" else self._port.follow_ups
            seen, said = await self._ask("check", call(step.lapor_id))
            state = await self._surely(lambda tx: self._service.stepping.record_check(tx, step, seen, said))
        else:
            try:
                outcome, said = await self._ask(step.kind, await self._call_of(step))
            except MissingContentError as error:
                why = str(error)
                await self._surely(lambda tx: self._service.stepping.leave_out(tx, step, why))
                return
            except StoreUnavailableError as error:
                away = f"attachments: {error}"
                outcome, said = (Unclear(away) if step.kind == "upload" else NotSent(away)), []
            state = await self._surely(lambda tx: self._service.stepping.record_step(tx, step, outcome, said))
        log.info("lapor.step", ticket=step.ticket, kind=step.kind, state=state, attempt=step.attempts)

    async def _call_of(self, step: Step) -> Awaitable[StepOutcome]:
        payload = step.payload
        match step.kind:
            case "upload":
                return self._port.upload(await self._contents.file(payload, payload["name"]))
            case "pass_on":
                return self._port.pass_on(step.lapor_id, payload["institution_id"], payload["words"])
            case "follow_up":
                files: list[File] = await self._contents.files(payload["files"])
                said = FollowUp(
                    content=payload["content"],
                    from_institution_id=step.institution_id,
                    to_institution_id=step.institution_id,
                    secret=payload["secret"],
                    files=tuple(files),
                )
                return self._port.follow_up(step.lapor_id, said)

    async def _look(self, look: Look) -> None:
        status, said = await self._ask("status", self._port.status(look.lapor_id))
        follow_ups = None
        if isinstance(status, Status) and not self._circuit.rests:
            follow_ups, more = await self._ask("follow_ups", self._port.follow_ups(look.lapor_id))
            said += more
        await self._surely(lambda tx: self._service.looking.record_look(tx, look, status, follow_ups, said))

    async def _read_masters(self) -> bool:
        """Read every list of ids; False when one could not be read now. That LAPOR! has none is an answer, too."""
        whole = True
        for kind in get_args(MasterKind):
            if self._circuit.rests:
                return False
            whole = isinstance(await self.master(kind), Masters | Refused) and whole
        return whole

    async def _sample(self) -> bool:
        if brought := await self._database.run(self._service.telling.bring_back):
            log.warning("lapor.dated_ahead", count=brought)
        await self._database.run(self._service.forget)
        figures = await self._database.run(self._service.figures)
        for gauge in (metrics.LAPOR_MIRRORS, metrics.LAPOR_STEPS, metrics.LAPOR_NOTICES, metrics.LAPOR_ARRIVALS):
            gauge.clear()
        for state, number in figures.mirrors.items():
            metrics.LAPOR_MIRRORS.labels(state=state).set(number)
        for (kind, state), number in figures.steps.items():
            metrics.LAPOR_STEPS.labels(kind=kind, state=state).set(number)
        for kind, number in figures.notices.items():
            metrics.LAPOR_NOTICES.labels(kind=kind).set(number)
        for state, number in figures.arrivals.items():
            metrics.LAPOR_ARRIVALS.labels(state=state).set(number)
        return False

    def _is_spent(self, kind: str) -> bool:
        until = self._rests.get(kind)
        return until is not None and self._clock() < until

    def _spent(self, kind: str, until: datetime) -> None:
        self._rests[kind] = until
        log.warning("lapor.budget_spent", kind=kind, until=until.isoformat())

    async def _ask(self, name: str, call: Awaitable[T]) -> tuple[T | Unclear, list[Exchange]]:
        """Wait for LAPOR!'s answer; one that breaks our own reading of it leaves everything open too."""
        answer: T | Unclear
        with exchanges.noted() as said:
            try:
                answer = await call
            except Exception as error:  # noqa: BLE001 - whatever it was, the complaint may be there
                log.error("lapor.answer_broke_us", **whereabouts(error))  # noqa: TRY400 - the trace may quote the answer
                answer = Unclear(type(error).__name__)
        self._circuit.heed(name, cast("Outcome", answer))
        metrics.LAPOR_CALLS.labels(call=name, outcome=_name(answer)).inc()
        return answer, said

    async def _surely(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Record what LAPOR! said: it is known nowhere else."""
        return await self._database.insist(work, pause=_TROUBLE_S, waiting=_database_away)


class Arrivals:
    """Hands complaints that were filed at LAPOR! to intake, and links them with their mirrors."""

    def __init__(self, database: Database, service: LaporService, door: IntakeDoor | None) -> None:
        """Take everything; without a door what arrives waits."""
        self._database = database
        self._service = service
        self._door = door

    async def run(self) -> None:
        """Hand over and link, until cancelled."""
        await for_ever(self.take_one, _IDLE_S)

    async def take_one(self) -> bool:
        """Link one, and hand one over; False when there was nothing to do."""
        acted = await self._database.run(self._service.arriving.link)
        if self._door is None:
            return acted
        arrival = await self._database.run(self._service.arriving.claim)
        if arrival is None:
            return acted
        outcome = await self._door.hand_over(arrival.document)
        log.info("lapor.arrived", lapor_id=arrival.lapor_id, outcome=_name(outcome))
        await self._database.run(lambda tx: self._service.arriving.record(tx, arrival, outcome))
        return True


async def for_ever(step: Callable[[], Awaitable[bool]], idle_s: float) -> None:
    """Do all there is to do, again and again, also while the database is away for a while."""
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


def _name(outcome: object) -> str:
    return type(outcome).__name__.lower()
