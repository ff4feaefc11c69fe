"""The outbox: an event leaves with its transaction or not at all, numbered per complaint without a gap."""

import asyncio
import random
from collections import defaultdict

import asyncpg
import pytest

from shared.core.ids import new_id
from shared.db import Database
from tests.kafka.pipes import changed

WRITERS, ROUNDS = 20, 5


async def test_many_writers_on_few_complaints_number_their_events_without_gap_or_deadlock(casework, sql):
    complaints = [new_id() for _ in range(4)]

    async def write(number: int) -> None:
        draw = random.Random(number)
        for version in range(1, ROUNDS + 1):
            async with casework.transaction() as tx:
                for complaint in draw.sample(complaints, 3):
                    tx.publish(changed(complaint, version))
                    await tx.flush(events=False)  # as between the waves of a consumer

    await asyncio.gather(*(write(number) for number in range(WRITERS)))
    lines: defaultdict[object, list[int]] = defaultdict(list)
    for row in await sql.fetch("SELECT subject, sequence FROM bus.outbox ORDER BY position"):
        lines[row["subject"]].append(row["sequence"])
    assert sum(map(len, lines.values())) == WRITERS * ROUNDS * 3
    for line in lines.values():
        assert line == list(range(1, len(line) + 1))


async def test_who_commits_first_comes_first_and_nobody_sees_a_later_event_before(casework, sql):
    complaint = new_id()
    first_may_end = asyncio.Event()
    first_has_written = asyncio.Event()

    async def first() -> None:
        async with casework.transaction() as tx:
            tx.publish(changed(complaint, 1))
            await tx.flush()
            first_has_written.set()
            await first_may_end.wait()

    one = asyncio.create_task(first())
    await first_has_written.wait()
    two = asyncio.create_task(_publish(casework, complaint, 2))
    await asyncio.sleep(0.2)
    assert not two.done()
    assert await sql.fetchval("SELECT count(*) FROM bus.outbox") == 0
    first_may_end.set()
    await asyncio.gather(one, two)
    assert await _versions(sql) == [1, 2]


async def test_a_rolled_back_transaction_leaves_no_event_and_no_gap(casework, sql):
    complaint = new_id()
    await _publish(casework, complaint, 1)
    with pytest.raises(ZeroDivisionError):
        async with casework.transaction() as tx:
            tx.publish(changed(complaint, 2))
            await tx.flush()
            raise ZeroDivisionError
    await _publish(casework, complaint, 3)
    assert await _versions(sql) == [1, 3]
    assert [row["sequence"] for row in await sql.fetch("SELECT sequence FROM bus.outbox ORDER BY position")] == [1, 2]


INSERT = """
    INSERT INTO bus.outbox (event_id, type, topic, source, subject, time, value{columns})
    VALUES (gen_random_uuid(), 't', 'complaints.v1', '/services/' || substr(session_user, 9), gen_random_uuid(), now(),
            '{{}}'{values})
"""


@pytest.mark.parametrize("role", ["intake", "routing"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT value FROM bus.outbox",
        "UPDATE bus.outbox SET published_at = now()",
        "UPDATE bus.outbox SET value = '{}'",
        "DELETE FROM bus.outbox",
        "TRUNCATE bus.outbox",
        "SELECT * FROM bus.stream",
        "UPDATE bus.stream SET last_sequence = 0",
        "SELECT nextval('bus.outbox_position')",
        "SELECT * FROM bus.journey",
        "DROP TRIGGER number_event ON bus.outbox",
        INSERT.format(columns=", published_at", values=", now()"),
        INSERT.format(columns=", refused_reason", values=", 'no'"),
        INSERT.format(columns=", position", values=", 1"),
        INSERT.format(columns=", sequence", values=", 99"),
        INSERT.format(columns=", stored_at", values=", now()"),
        INSERT.format(columns="", values="") + " RETURNING value",
    ],
)
async def test_a_service_may_insert_events_and_do_nothing_else_with_the_outbox(database_urls, role, statement):
    connection = await asyncpg.connect(database_urls[role])
    try:
        await connection.execute(INSERT.format(columns="", values=""))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_service_announces_no_event_of_another(database_urls):
    forged = INSERT.format(columns="", values="").replace(
        "'/services/' || substr(session_user, 9)", "'/services/casework'"
    )
    connection = await asyncpg.connect(database_urls["routing"])
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="its own events only"):
            await connection.execute(forged)
    finally:
        await connection.close()


async def test_the_relay_may_mark_events_and_change_nothing_in_them(database_urls, casework, sql):
    await _publish(casework, new_id(), 1)
    connection = await asyncpg.connect(database_urls["relay"])
    try:
        assert await connection.execute("UPDATE bus.outbox SET published_at = now()") == "UPDATE 1"
        for statement in ("UPDATE bus.outbox SET value = '{}'", "DELETE FROM bus.outbox", "TRUNCATE bus.stream"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def _publish(database: Database, complaint, version) -> None:
    async with database.transaction() as tx:
        tx.publish(changed(complaint, version))


async def _versions(sql: asyncpg.Connection) -> list[int]:
    rows = await sql.fetch("SELECT (value->>'version')::int AS version FROM bus.outbox ORDER BY position")
    return [row["version"] for row in rows]
