"""The unit of work: one request or one event is one transaction, and only the edge opens it.

async with database.transaction() as tx:      # endpoints and consumers do this
    await service.take(tx, …)                 # repositories use `tx.execute`, for every message `tx.look`, `tx.fetch`
                                              # `tx.publish(event)` joins the same commit through the outbox
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar, TypeVarTuple, cast, overload
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import CursorResult, Executable, ScalarResult, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.selectable import TypedReturnsRows

from shared.core.errors import whereabouts
from shared.core.ids import new_id
from shared.db.address import make_engine
from shared.db.bus_tables import outbox
from shared.db.prepared import Prepared, Record
from shared.db.rows import Rows, inserted_together
from shared.events import Event

log = structlog.get_logger()

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_STATEMENT_TIMEOUT_S = 15
_ANSWER_TIMEOUT_S = _STATEMENT_TIMEOUT_S + 5
"""A host that died says nothing, not even that a statement took too long."""
_IDLE_TIMEOUT_S = 30
"""A machine that lost its power in mid-transaction hangs up on nobody: without this, TCP keeps its locks for hours."""
_CONNECT_TIMEOUT_S = 5
_FRESH_S = 0.02
"""A connection that was used so lately is taken without asking: a ping costs three trips."""
_USED = "ntbcare.used_at"
_AWAY_CLASSES = ("08", "53")
"""SQLSTATE classes: connection exception, insufficient resources (PostgreSQL, appendix A)."""
_AWAY_CODES = frozenset({"57P01", "57P02", "57P03", "57P05", "25006"})
"""Shut down by an administrator, by a crash, not yet started, idle too long; read-only, as after a fail-over."""
_TRY_AGAIN = frozenset({"40001", "40P01", "55P03", "57014"})
"""SQLSTATE: not serializable, a deadlock, a lock not had, a statement that took too long."""
_EVENTS = Rows(outbox, "event_id", "type", "topic", "source", "subject", "time", "traceparent", "value")


class DatabaseUnavailableError(Exception):
    """No connection could be had, or no answer; the cause is chained, the text names only its class."""


class RolledBackError(Exception):
    """The block went on after a statement had failed, and PostgreSQL took everything back; nothing was committed."""


class OvertakenError(Exception):
    """Another transaction inserted the same at the same time: nothing is stored here, and a second try sees theirs.

    Its text is the constraint's name, which quotes nothing.
    """

    sqlstate = asyncpg.UniqueViolationError.sqlstate


class UnitOfWork:
    """One transaction and the events that leave with it.

    It begins with the first statement that is not a `look`. Where there is none but what is flushed at the end, that
    one statement is a transaction by itself, and two trips are spared.
    """

    def __init__(self, connection: AsyncConnection, driver: Any, *, traceparent: str | None = None) -> None:
        """Wrap a connection without a transaction, and the driver's connection beneath it."""
        self._connection = connection
        self._driver = driver
        self.begun = False
        """Whether there is anything to commit or to take back."""
        self.traceparent = traceparent
        self.traceparents: Mapping[UUID, str | None] = {}
        """By what the event is about, where several causes share the transaction."""
        self._events: list[dict[str, Any]] = []
        self._rows: dict[Rows, list[Mapping[str, Any]]] = {}
        self._afterwards: list[Callable[[], object]] = []

    @overload
    async def execute(self, statement: TypedReturnsRows[*Ts], values: Any = None) -> CursorResult[*Ts]: ...
    @overload
    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]: ...

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement of SQLAlchemy's."""
        await self._begin()
        return await self._connection.execute(statement, values)

    @overload
    async def scalar(self, statement: TypedReturnsRows[T], values: Any = None) -> T | None: ...
    @overload
    async def scalar(self, statement: Executable, values: Any = None) -> Any: ...

    async def scalar(self, statement: Executable, values: Any = None) -> Any:
        """Run a statement and return the first column of its first row; None where there is none."""
        await self._begin()
        return await self._connection.scalar(statement, values)

    async def scalars(self, statement: Executable, values: Any = None) -> ScalarResult[Any]:
        """Run a statement and return the first column of its rows."""
        await self._begin()
        return await self._connection.scalars(statement, values)

    async def fetch(self, statement: Prepared, values: Mapping[str, Any]) -> list[Record]:
        """Run a prepared statement and return its rows."""
        await self._begin()
        return await self._fetch(statement, values)

    async def look(self, statement: Prepared, values: Mapping[str, Any]) -> list[Record]:
        """Return what a prepared statement sees; it neither writes nor locks, so it needs no transaction.

        Each statement of a transaction sees what is committed when it starts (`read committed`): a look before the
        transaction begins sees as much.
        """
        return await self._fetch(statement, values)

    def insert(self, kind: Rows, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows with the next `flush`, in one trip with all others and the events.

        For what no statement before it looks at. Tables are filled in the order in which they were named first.
        """
        self._rows.setdefault(kind, []).extend(rows)

    def publish(
        self,
        event: Event,
        *,
        event_id: UUID | None = None,
        time: datetime | None = None,
        traceparent: str | None = None,
    ) -> None:
        """Let the event leave through the outbox when, and only when, this transaction commits.

        `traceparent` where several requests share the transaction; otherwise its subject's, or the transaction's.
        """
        self._events.append(
            {
                "event_id": event_id or new_id(),
                "type": event.type,
                "topic": event.topic,
                "source": event.source,
                "subject": event.subject,
                "time": time or datetime.now(UTC),
                "traceparent": traceparent or self.traceparents.get(event.subject, self.traceparent),
                "value": event.model_dump_json(),
            }
        )

    def after_commit(self, tell: Callable[[], object]) -> None:
        """Call this once the transaction has committed, and never when it is taken back: for logs and figures.

        What it raises is logged and goes no further: the work is done.
        """
        self._afterwards.append(tell)

    def tell_afterwards(self) -> None:
        """Do what was to be done after the commit; only the edge calls it."""
        waiting, self._afterwards = self._afterwards, []
        for tell in waiting:
            try:
                tell()
            except Exception as error:  # noqa: BLE001 - what is committed must not look as if it had failed
                log.error("database.after_commit_failed", **whereabouts(error))  # noqa: TRY400 - a trace may quote

    async def flush(self, *, events: bool = True) -> None:
        """Write rows and events, for what is to be looked at before the end. Raises `OvertakenError`.

        Events that may wait for the end had better: only what is written at once is sorted (`_write`).
        """
        await self._begin()
        await self._write(events=events)

    async def commit(self) -> None:
        """Write rows and events, and end the transaction; only the edge does that.

        Raises `OvertakenError` and `RolledBackError`.
        """
        await self._write()
        if self.begun and await _answered(self._driver, self._driver.execute("COMMIT")) != "COMMIT":
            raise RolledBackError

    async def _begin(self) -> None:
        if not self.begun:
            await _answered(self._driver, self._driver.execute("BEGIN"))
            self.begun = True

    async def _write(self, *, events: bool = True) -> None:
        """Sorted by complaint: two transactions then lock their counters in the same order."""
        if events:
            self.insert(_EVENTS, sorted(self._events, key=lambda row: row["subject"]))
            self._events = []
        waiting = {kind: rows for kind, rows in self._rows.items() if rows}
        self._rows = {}
        if waiting:
            values: dict[str, Any] = {}
            for kind, rows in waiting.items():
                values |= kind.columns(rows)
            try:
                await self._fetch(inserted_together(tuple(waiting)), values)
            except asyncpg.UniqueViolationError as error:
                raise OvertakenError(error.constraint_name) from None

    async def _fetch(self, statement: Prepared, values: Mapping[str, Any]) -> list[Record]:
        arguments = statement.arguments(values)
        return cast(
            "list[Record]",
            await _answered(self._driver, self._driver.fetch(statement.sql, *arguments, record_class=Record)),
        )


class Database:
    """A service's connection pool, with its own login role."""

    def __init__(self, url: str, *, application: str, pool_size: int = 5, patient: bool = False) -> None:
        """Make the pool; nothing is opened before the first transaction. `url` is as in `shared/db/address.py`.

        `patient` is for the few statements that may take as long as they take.
        """
        self.engine = make_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=_CONNECT_TIMEOUT_S,
            isolation_level="AUTOCOMMIT",  # `UnitOfWork` says BEGIN and COMMIT, for SQLAlchemy and the driver alike
            connect_args={
                "timeout": _CONNECT_TIMEOUT_S,
                "command_timeout": None if patient else _ANSWER_TIMEOUT_S,
                "server_settings": {
                    "application_name": f"ntbcare-{application}",
                    "statement_timeout": "0" if patient else f"{_STATEMENT_TIMEOUT_S}s",
                    "idle_in_transaction_session_timeout": f"{int(_IDLE_TIMEOUT_S * 1000)}ms",
                    "timezone": "UTC",
                    # acceptance reads what a concurrent twin has just committed
                    "default_transaction_isolation": "read committed",
                },
            },
        )
        event.listen(self.engine.sync_engine, "handle_error", _give_up_silence)
        event.listen(self.engine.sync_engine, "checkin", _remember_use)
        event.listen(self.engine.sync_engine, "checkout", _ask_if_it_lives)

    @asynccontextmanager
    async def transaction(self, *, traceparent: str | None = None) -> AsyncIterator[UnitOfWork]:
        """Open a transaction; commit it, with its events, when the block ends well, roll back otherwise."""
        connection, driver = await self._connect()
        tx = UnitOfWork(connection, driver, traceparent=traceparent)
        try:
            yield tx
            await tx.commit()
        except BaseException as error:
            await _take_back(connection, driver, error, begun=tx.begun)
            raise
        finally:
            await connection.close()
        tx.tell_afterwards()

    async def _connect(self) -> tuple[AsyncConnection, Any]:
        """Return a connection of the pool, and the driver's beneath it; raises `DatabaseUnavailableError`."""
        try:
            connection = await self.engine.connect()
        except Exception as error:
            raise DatabaseUnavailableError(type(error).__name__) from error
        return connection, (await connection.get_raw_connection()).driver_connection

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Do this work in a transaction of its own."""
        async with self.transaction() as tx:
            return await work(tx)

    async def insist(
        self, work: Callable[[UnitOfWork], Awaitable[T]], *, pause: float, waiting: Callable[[Exception], None]
    ) -> T:
        """Do it however long the database is away or slow: for what is known nowhere else, such as a provider's answer.

        `waiting` hears of each try in vain; the next comes after `pause` seconds. Raises what the work itself raises.
        """
        while True:
            try:
                return await self.run(work)
            except Exception as error:
                if not may_pass(error):
                    raise
                waiting(error)
            await asyncio.sleep(pause)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection that ends with the block, and with it every lock that its session holds."""
        connection, _ = await self._connect()
        try:
            yield connection
        finally:
            await connection.invalidate()
            await connection.close()

    async def ping(self) -> None:
        """Raise when the database does not answer; a service's readiness check."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _remember_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = time.monotonic()


def _ask_if_it_lives(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Have the pool replace a connection whose server hung up while it lay idle; under load nobody is asked."""
    used = record.info.get(_USED)
    if used is not None and time.monotonic() - used > _FRESH_S:
        try:
            connection.ping()
        except Exception as error:
            raise DisconnectionError from error


def _give_up_silence(context: ExceptionContext) -> DatabaseUnavailableError | None:
    """Have the pool forget a connection that gave no answer in time, or that broke in the middle of its protocol."""
    if not isinstance(context.original_exception, TimeoutError | asyncpg.InternalClientError):
        return None
    context.is_disconnect = True
    return DatabaseUnavailableError("no answer in time")


async def _answered(driver: Any, call: Awaitable[T]) -> T:
    """Wait for the driver; raises `DatabaseUnavailableError` for silence and for a connection that is gone."""
    try:
        return await call
    except (TimeoutError, OSError, asyncpg.InternalClientError) as error:
        raise DatabaseUnavailableError("no answer in time") from error
    except (asyncpg.InterfaceError, asyncpg.PostgresError) as error:
        if driver.is_closed():
            raise DatabaseUnavailableError("the connection is closed") from error
        raise


async def _take_back(connection: AsyncConnection, driver: Any, error: BaseException, *, begun: bool) -> None:
    """Roll back; a connection of which nobody knows where it stands is given up."""
    known = isinstance(error, Exception) and not is_unavailable(error)
    if known and not connection.invalidated and not driver.is_closed():
        if not begun:
            return
        with suppress(DatabaseUnavailableError, asyncpg.PostgresError):
            await _answered(driver, driver.execute("ROLLBACK"))
            return
    driver.terminate()
    await connection.invalidate()


def is_unavailable(error: BaseException) -> bool:
    """Tell whether the database itself is away (try again for as long as it takes), not the statement wrong."""
    if isinstance(error, DatabaseUnavailableError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    code = sqlstate(error) or ""
    return code.startswith(_AWAY_CLASSES) or code in _AWAY_CODES


def may_pass(error: BaseException) -> bool:
    """Tell whether the same work can succeed later although nothing is repaired in our code."""
    if isinstance(error, asyncpg.InvalidCachedStatementError):  # a migration ran; the driver has forgotten its plan
        return True
    return is_unavailable(error) or sqlstate(error) in _TRY_AGAIN


def sqlstate(error: BaseException) -> str | None:
    """Return PostgreSQL's code of an error that it reported: it names the kind and quotes nothing."""
    code = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None)
    return code if isinstance(code, str) else None
