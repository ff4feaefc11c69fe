"""Which errors mean that the database is away (wait for it), and which that a statement or its caller is wrong."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import (
    Database,
    DatabaseUnavailableError,
    Prepared,
    Record,
    UnitOfWork,
    is_unavailable,
    may_pass,
    sqlstate,
)

KILL_OURSELVES = "SELECT pg_terminate_backend(pg_backend_pid())"


async def trouble(database: Database, statement: str) -> Exception:
    """Return what comes out of a transaction with this statement."""
    try:
        async with database.transaction() as tx:
            await tx.execute(text(statement))
    except Exception as error:  # noqa: BLE001 - the error is what the test is about
        return error
    raise AssertionError("nothing went wrong")


@pytest.mark.parametrize("url", ["postgresql://u:p@127.0.0.1:1/x", "postgresql://u:p@no-such-host.invalid/x"])
async def test_a_server_that_cannot_be_reached_is_away(url):
    database = Database(url, application="test")
    error = await trouble(database, "SELECT 1")
    assert isinstance(error, DatabaseUnavailableError)
    assert is_unavailable(error)
    await database.close()


async def test_a_session_that_dies_in_a_statement_is_away_and_the_next_transaction_works(casework, sql):
    assert is_unavailable(await trouble(casework, KILL_OURSELVES))
    async with casework.transaction() as tx:
        assert await tx.scalar(text("SELECT 1")) == 1


async def test_a_session_that_died_while_idle_is_replaced_without_anybody_noticing(casework, sql):
    async with casework.transaction() as tx:
        pid = await tx.scalar(text("SELECT pg_backend_pid()"))
    await sql.execute("SELECT pg_terminate_backend($1)", pid)
    await asyncio.sleep(0.05)
    async with casework.transaction() as tx:
        assert await tx.scalar(text("SELECT pg_backend_pid()")) != pid


async def test_a_database_that_takes_no_connections_is_away(postgres, database, casework):
    owner = await asyncpg.connect(postgres.admin_url())
    await owner.execute(f'ALTER DATABASE "{database.name}" ALLOW_CONNECTIONS false')
    try:
        assert is_unavailable(await trouble(casework, "SELECT 1"))
    finally:
        await owner.execute(f'ALTER DATABASE "{database.name}" ALLOW_CONNECTIONS true')
        await owner.close()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SELECT 1/0", "22012"),
        ("SELECT 'words'::integer", "22P02"),
        ("SELECT * FROM nothing", "42P01"),
        ("DELETE FROM bus.outbox", "42501"),
    ],
)
async def test_a_wrong_statement_is_not_a_database_that_is_away(casework, statement, code):
    error = await trouble(casework, statement)
    assert not is_unavailable(error)
    assert sqlstate(error) == code


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), OSError(), ValueError()])
async def test_a_handlers_own_trouble_is_not_a_database_that_is_away(casework, error):
    assert not is_unavailable(error)


async def test_a_lock_of_a_lasting_connection_ends_with_its_block(casework, sql):
    async with casework.connection() as connection:
        assert await connection.scalar(text("SELECT pg_try_advisory_lock(7)"))
        assert not await sql.fetchval("SELECT pg_try_advisory_lock(7)")
    for _ in range(100):
        if await sql.fetchval("SELECT pg_try_advisory_lock(7)"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the lock outlived its block")


@asynccontextmanager
async def open_session(database: Database, *, lasting: bool) -> AsyncIterator[AsyncConnection | UnitOfWork]:
    if lasting:
        async with database.connection() as connection:
            yield connection
    else:
        async with database.transaction() as tx:
            yield tx


@pytest.mark.parametrize("lasting", [False, True])
async def test_a_server_that_falls_silent_in_a_statement_is_away_and_its_connection_is_given_up(
    database_urls, monkeypatch, lasting
):
    monkeypatch.setattr("shared.db.database._ANSWER_TIMEOUT_S", 0.2)
    database = Database(database_urls["casework"], application="test", pool_size=1)
    backend = 0
    try:
        with pytest.raises(DatabaseUnavailableError, match="no answer in time"):
            async with asyncio.timeout(5), open_session(database, lasting=lasting) as session:
                backend = await session.scalar(text("SELECT pg_backend_pid()"))
                os.kill(backend, signal.SIGSTOP)
                await session.execute(text("SELECT 1"))
        async with database.transaction() as tx:
            assert await tx.scalar(text("SELECT pg_backend_pid()")) != backend
    finally:
        os.kill(backend, signal.SIGCONT)
        await database.close()


async def test_a_machine_that_loses_its_power_in_a_transaction_keeps_its_locks_for_seconds_only(
    database_urls, sql, monkeypatch
):
    monkeypatch.setattr("shared.db.database._IDLE_TIMEOUT_S", 0.3)
    database = Database(database_urls["casework"], application="test", pool_size=1)
    try:
        with pytest.raises(Exception) as caught:
            async with database.transaction() as tx:
                await tx.execute(text("SELECT pg_advisory_xact_lock(8)"))
                await asyncio.wait_for(sql.execute("SELECT pg_advisory_lock(8)"), 5)
                await tx.execute(text("SELECT 1"))
        assert is_unavailable(caught.value)
        async with database.transaction() as tx:
            assert await tx.scalar(text("SELECT 1")) == 1
    finally:
        await database.close()


async def test_what_is_known_nowhere_else_is_written_down_however_slow_the_database_is(casework, sql):
    tries: list[int] = []

    async def record(tx: UnitOfWork) -> str:
        tries.append(len(tries))
        if len(tries) < 3:
            await tx.execute(text("SET LOCAL statement_timeout = 20"))
            await tx.execute(text("SELECT pg_sleep(1)"))
        return "written down"

    waited: list[str | None] = []
    told = await casework.insist(record, pause=0.01, waiting=lambda error: waited.append(sqlstate(error)))
    assert (told, waited) == ("written down", ["57014", "57014"])


async def test_a_migration_under_a_running_process_passes_by_itself(casework, sql):
    statement = Prepared(text("SELECT * FROM public.changing WHERE n = ANY(CAST(:n AS integer[]))"))

    async def look(tx: UnitOfWork) -> list[Record]:
        return await tx.fetch(statement, {"n": [1]})

    await sql.execute("CREATE TABLE public.changing (n integer); GRANT SELECT ON public.changing TO ntbcare_casework")
    try:
        await casework.run(look)
        await sql.execute("ALTER TABLE public.changing ADD COLUMN more text")
        with pytest.raises(asyncpg.InvalidCachedStatementError) as changed:
            await casework.run(look)
        assert may_pass(changed.value)
        assert not is_unavailable(changed.value)
        assert await casework.run(look) == []
    finally:
        await sql.execute("DROP TABLE public.changing")
