"""A transaction is as short as it can be: it begins with what writes or locks, and one statement is one by itself."""

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from shared.core.ids import new_id
from shared.db import OvertakenError, Prepared
from tests.kafka.pipes import changed

STATE = "SELECT state FROM pg_stat_activity WHERE application_name = 'ntbcare-casework'"
WROTE = Prepared(text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS wrote"))
BACKEND = Prepared(text("SELECT pg_backend_pid() AS pid"))


async def test_a_look_begins_no_transaction_and_any_other_statement_does(casework, sql):
    async with casework.transaction() as tx:
        await tx.look(BACKEND, {})
        assert await sql.fetchval(STATE) == "idle"
        await tx.execute(text("SELECT 1"))
        assert await sql.fetchval(STATE) == "idle in transaction"
        await tx.look(BACKEND, {})
        assert await sql.fetchval(STATE) == "idle in transaction"
    assert await sql.fetchval(STATE) == "idle"


async def test_a_look_belongs_to_the_transaction_that_has_flushed_and_nobody_else_sees_it(casework, sql):
    async with casework.transaction() as tx:
        tx.publish(changed(new_id(), 1))
        assert [row.wrote for row in await tx.look(WROTE, {})] == [False]
        await tx.flush()
        assert [row.wrote for row in await tx.look(WROTE, {})] == [True]
        assert await sql.fetchval("SELECT count(*) FROM bus.outbox") == 0
    assert await sql.fetchval("SELECT count(*) FROM bus.outbox") == 1


@pytest.mark.parametrize("begun", [False, True])
async def test_what_is_inserted_at_the_end_is_stored_whole_or_not_at_all(begun, casework, sql):
    complaint, event_id = new_id(), new_id()
    with pytest.raises(OvertakenError):
        async with casework.transaction() as tx:
            if begun:
                await tx.execute(text("SELECT 1"))
            tx.publish(changed(complaint, 1))
            tx.publish(changed(complaint, 2), event_id=event_id)
            tx.publish(changed(complaint, 3), event_id=event_id)
    assert await sql.fetchval("SELECT count(*) FROM bus.outbox") == 0
    async with casework.transaction() as tx:
        tx.publish(changed(complaint, 1))
    assert [row["sequence"] for row in await sql.fetch("SELECT sequence FROM bus.outbox")] == [1]


async def test_a_block_that_fails_before_the_transaction_began_gives_its_connection_back(casework, sql):
    backends = []
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            async with casework.transaction() as tx:
                tx.publish(changed(new_id(), 1))
                backends += await tx.look(BACKEND, {})
                raise ZeroDivisionError
    assert len({row.pid for row in backends}) == 1
    assert await sql.fetchval("SELECT count(*) FROM bus.outbox") == 0


async def test_what_is_told_after_the_commit_is_told_once_and_never_when_it_is_taken_back(casework):
    told = []
    async with casework.transaction() as tx:
        await tx.execute(text("SELECT 1"))
        tx.after_commit(lambda: told.append("kept"))
        assert told == []
    with pytest.raises(RuntimeError):
        async with casework.transaction() as tx:
            tx.after_commit(lambda: told.append("taken back"))
            raise RuntimeError
    assert told == ["kept"]


async def test_a_mistake_in_telling_undoes_nothing_and_hides_nothing_else(casework, sql):
    told = []
    with capture_logs() as logs:
        async with casework.transaction() as tx:
            tx.publish(changed(new_id(), 1))
            tx.after_commit(lambda: 1 / 0)
            tx.after_commit(lambda: told.append("next"))
    assert told == ["next"]
    assert [(one["event"], one["error"]) for one in logs] == [("database.after_commit_failed", "ZeroDivisionError")]
    assert await sql.fetchval("SELECT count(*) FROM bus.outbox") == 1
