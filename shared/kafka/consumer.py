"""The consumer: order per partition, partitions in parallel, exactly one effect per event, nothing dropped.

skip what is not ours (by `ce_type`, and by what the service says, before any transaction)
→ what waits of a partition, a few events: together in one transaction (`handlers.py`); when that fails, each alone
→ one transaction: seen before? line parked? effect + inbox row
→ database away: wait for it, as long as it takes; slow: for a while, then it is this event that costs too much
→ `RejectError`, or still failing after a few tries: parked with its reason, and the partition goes on
→ offsets committed by hand, after the effect
"""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import stamina
import structlog
from aiokafka.errors import KafkaError

from shared.core.errors import RejectError
from shared.core.times import utc_now
from shared.db import Database, UnitOfWork, is_unavailable, may_pass, sqlstate
from shared.events import Envelope, Event, MalformedEventError, Topic, decode
from shared.events.cloudevents import event_type
from shared.kafka.client import KafkaSettings
from shared.kafka.handlers import Dispatch, Handlers, Lock
from shared.kafka.parking import ParkedRecord, ParkingLot
from shared.kafka.workers import Record, Workers
from shared.telemetry import metrics

log = structlog.get_logger()

_ATTEMPTS = 5
_SAYS_NOTHING = ("site-packages", "/shared/db/")
"""Where every error of a statement comes from."""
_ATTENDANT_S = 1.0
_MEASURE_TURNS = 10
_TROUBLE_S = 1.0
_SLOW_S = 600.0
"""How long an event whose statements take too long is tried, one try after the other, before it is parked: a slow disk
recovers, or an operator was called by then; a statement that is too much for a healthy one does not hold up its
partition for ever."""
_TOO_SLOW = "57014"
"""SQLSTATE: `query_canceled`, which is what `statement_timeout` says."""


class Consumer:
    """One service's consumer group, on one topic or several."""

    def __init__(
        self,
        kafka: KafkaSettings,
        database: Database,
        *,
        group: str,
        topic: Topic,
        also: Sequence[Topic] = (),
        lot: ParkingLot,
        handlers: Handlers,
        lock: Lock | None = None,
        concerns: Callable[[Event], bool] = lambda _: True,
    ) -> None:
        """Take the handlers by event class; a handler runs inside the transaction that also marks the inbox.

        `concerns`: what it refuses is no business of this service, and costs no transaction. `lock` comes before the
        handlers of several events (`Dispatch`).
        """
        self._kafka = kafka
        self._database = database
        self._group = group
        self._topics = (topic, *also)
        self._lot = lot
        self._concerns = concerns
        self._dispatch = Dispatch(handlers, lock)
        self._workers: Workers | None = None
        self._slow_since: dict[UUID, float] = {}

    async def check(self) -> None:
        """Raise until the group has given this member its partitions (perhaps none); a service's readiness check."""
        if self._workers is None or not self._workers.joined:
            raise RuntimeError("not yet a member of its group")

    async def run(self) -> None:
        """Consume until cancelled; the records in hand are finished first. A broker that is away is waited for."""
        while True:
            client = self._kafka.consumer(self._group)
            self._workers = workers = Workers(client, self._group, self._receive)
            try:
                client.subscribe([self._kafka.topic(topic) for topic in self._topics], listener=workers)
                await client.start()
                log.info("consumer.started", group=self._group)
                await workers.run()
            except KafkaError as error:
                log.warning("consumer.broker_unavailable", group=self._group, error=type(error).__name__)
            finally:
                self._workers = None
                await workers.finish()
                await client.stop()
            await asyncio.sleep(_TROUBLE_S)

    async def attend_parking(self) -> None:
        """Move the parking lot's lines on: what a person wants replayed, and what waited behind it."""
        turns = 0
        while True:
            try:
                while await self._replay_heads():
                    pass
                if turns % _MEASURE_TURNS == 0:
                    await self._measure_parking()
                turns += 1
            except Exception as error:
                if not may_pass(error):
                    raise
                log.warning("consumer.database_unavailable", group=self._group, reason=_where(error))
            await asyncio.sleep(_ATTENDANT_S)

    async def _measure_parking(self) -> None:
        async with self._database.transaction() as tx:
            counted = await self._lot.counts(tx)
        for state, events in counted.items():
            metrics.PARKED.labels(group=self._group, state=state).set(events)

    async def _receive(self, records: Sequence[Record]) -> None:
        ours = [record for record in records if self._dispatch.knows(event_type(record.headers))]
        if len(ours) > 1 and await self._process_together(ours):
            return
        for record in ours:
            await self._receive_alone(record)

    async def _process_together(self, records: Sequence[Record]) -> bool:
        """Process events in one transaction; False when it came to nothing: then each has to be looked at alone."""
        entered: Sequence[Envelope] = ()
        try:
            decoded = [(record, decode(record.headers, record.value or b"")) for record in records]
            concerned = [(record, envelope) for record, envelope in decoded if self._concerns(envelope.data)]
            if not concerned:
                return True
            async with self._database.transaction() as tx:
                await self._lot.lock(tx, *(envelope.subject for _, envelope in concerned))
                entered = await self._enter(tx, concerned)
                await self._dispatch.hand_over(tx, entered)
        except Exception:  # noqa: BLE001 - whose fault it is, and what it was, is found out one by one
            return False
        for envelope in entered:
            self._measure(envelope)
        return True

    async def _receive_alone(self, record: Record) -> None:
        async for attempt in stamina.retry_context(
            on=_AwayError, attempts=None, timeout=None, wait_initial=0.1, wait_max=5, wait_jitter=0.1
        ):
            with attempt:
                await self._process(record)

    async def _process(self, record: Record) -> None:
        try:
            envelope = decode(record.headers, record.value or b"")
        except MalformedEventError as error:
            await self._park(record, None, str(error))
            return
        if not self._concerns(envelope.data):
            return

        async def enter(tx: UnitOfWork) -> bool:
            await self._lot.lock(tx, envelope.subject)
            return bool(await self._enter(tx, [(record, envelope)]))

        reason = await self._try(envelope, enter)
        if reason is not None:
            await self._park(record, envelope, reason)

    async def _enter(self, tx: UnitOfWork, arrived: Sequence[tuple[Record, Envelope]]) -> list[Envelope]:
        """Return the events that are new; those whose complaint waits behind a parked one are parked too."""
        verdicts = await self._lot.enter(tx, [envelope for _, envelope in arrived])
        for (record, envelope), verdict in zip(arrived, verdicts, strict=True):
            if verdict == "wait":
                reason = "behind a parked event of its complaint"
                await self._lot.park(tx, record, envelope, state="waiting", reason=reason)
        return [envelope for (_, envelope), verdict in zip(arrived, verdicts, strict=True) if verdict == "new"]

    async def _try(self, envelope: Envelope, enter: Callable[[UnitOfWork], Awaitable[bool]]) -> str | None:
        """Give the event to its handler, a few times if need be; return why it cannot be processed, or None."""
        reason = None
        try:
            async for attempt in stamina.retry_context(
                on=_FailedError, attempts=_ATTEMPTS, wait_initial=0.05, wait_max=1, wait_jitter=0.05
            ):
                with attempt:
                    await self._handle(envelope, enter)
        except (RejectError, _FailedError) as error:
            reason = str(error)
        except _SlowError as error:
            since = self._slow_since.setdefault(envelope.id, time.monotonic())
            if time.monotonic() - since < _SLOW_S:
                raise
            reason = str(error)
        except _AwayError:
            self._slow_since.pop(envelope.id, None)
            raise
        self._slow_since.pop(envelope.id, None)
        return reason

    async def _handle(self, envelope: Envelope, enter: Callable[[UnitOfWork], Awaitable[bool]]) -> None:
        """Process the event in one transaction; what goes wrong comes out without the words it may quote."""
        with _quoting_nothing():
            async with self._database.transaction(traceparent=envelope.traceparent) as tx:
                entered = await enter(tx)
                if entered:
                    await self._dispatch.hand_over(tx, [envelope])
        if entered:
            self._measure(envelope)

    def _measure(self, envelope: Envelope) -> None:
        metrics.EVENTS_CONSUMED.labels(group=self._group, type=envelope.data.type).inc()
        metrics.STAGE_SECONDS.labels(stage=self._group).observe((utc_now() - envelope.time).total_seconds())

    async def _park(self, record: Record, envelope: Envelope | None, reason: str) -> None:
        with _quoting_nothing():
            async with self._database.transaction() as tx:
                parked = await self._lot.park(tx, record, envelope, state="parked", reason=reason)
        if parked:
            metrics.EVENTS_PARKED.labels(group=self._group).inc()
            event_id = str(envelope.id) if envelope else None
            log.error("consumer.parked", group=self._group, event_id=event_id, offset=record.offset, reason=reason)

    async def _replay_heads(self) -> int:
        """Try the head of every line that may move; return how many moved, on or back to a person."""
        async with self._database.transaction() as tx:
            heads = await self._lot.heads(tx)
        moved = 0
        for parked in heads:
            try:
                await self._replay(parked)
                moved += 1
            except _AwayError as error:  # the others may have a database
                log.warning("consumer.database_unavailable", group=self._group, parked=parked.id, reason=str(error))
        return moved

    async def _replay(self, parked: ParkedRecord) -> None:
        async def enter(tx: UnitOfWork) -> bool:
            await self._lot.lock(tx, envelope.subject)
            taken = await self._lot.leave(tx, parked)
            if taken:
                await self._lot.mark(tx, envelope.id)
            return taken

        try:
            envelope = decode(parked.headers, parked.value)
            reason = await self._try(envelope, enter)
        except MalformedEventError as error:
            reason = str(error)
        if reason is not None:
            with _quoting_nothing():
                async with self._database.transaction() as tx:
                    await self._lot.fail(tx, parked, reason)
        log.info("consumer.replayed", group=self._group, parked=parked.id, reason=reason)


class _AwayError(Exception):
    """The database is away: wait for it. The text says where and quotes nothing."""


class _SlowError(_AwayError):
    """A statement took too long: the database is in trouble, unless it is this one event that is always too much."""


class _FailedError(Exception):
    """The handler failed. The text says where and quotes nothing: retries are logged with it."""


@contextmanager
def _quoting_nothing() -> Iterator[None]:
    try:
        yield
    except RejectError:
        raise
    except Exception as error:  # noqa: BLE001 - raised again, without the words it may quote
        raise _kind(error)(_where(error)) from None


def _kind(error: Exception) -> type[Exception]:
    if sqlstate(error) == _TOO_SLOW:
        return _SlowError
    return _AwayError if is_unavailable(error) else _FailedError


def _where(error: Exception) -> str:
    """Name the error and its place in our own code; its text may hold personal data and stays out."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if not any(place in frame.filename for place in _SAYS_NOTHING)] or frames
    code = sqlstate(error)
    kind = type(error).__name__ + (f" {code}" if code else "")
    return f"{kind} in {ours[-1].name} ({ours[-1].filename.rsplit('/', 1)[-1]}:{ours[-1].lineno})"
