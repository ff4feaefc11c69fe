"""Requests are forgotten when their time is over; what waits for a person is not."""

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.ledger.forgetting import Forgetting
from shared.core.ids import new_id
from shared.db import Database

NOW = datetime.now(UTC)


@pytest.fixture
async def pool(database_urls):
    pool = Database(database_urls["intake"], application="forgetting")
    yield pool
    await pool.close()


async def keep(sql, state: str, age: timedelta):
    kept = new_id()
    await sql.execute(
        "INSERT INTO intake.raw_request"
        " (id, channel, door, method, query, headers, body, received_at, state, unreadable)"
        " VALUES ($1, 'sms', '/x', 'GET', 'q=1', '{\"a\": \"b\"}', 'words', $2, $3, '[]')",
        kept, NOW - age, state,
    )  # fmt: skip
    return kept


async def test_after_the_retention_a_request_keeps_its_row_and_loses_its_words(sql, pool):
    old = [await keep(sql, state, timedelta(days=91)) for state in ("accepted", "ignored", "replayed", "dropped")]
    parked = await keep(sql, "parked", timedelta(days=900))
    young = await keep(sql, "accepted", timedelta(days=89))
    assert await Forgetting(pool, timedelta(days=90)).forget() == 4
    rows = await sql.fetch("SELECT query, headers, body, erased_at FROM intake.raw_request WHERE id = ANY($1)", old)
    assert {(row["query"], row["body"], str(row["headers"])) for row in rows} == {(b"", b"", "{}")}
    assert all(row["erased_at"] for row in rows)
    for kept in (parked, young):
        assert await sql.fetchval("SELECT body FROM intake.raw_request WHERE id = $1", kept) == b"words"
    assert await Forgetting(pool, timedelta(days=90)).forget() == 0


async def test_not_even_a_wrong_setting_empties_what_came_this_week(sql, pool):
    fresh = await keep(sql, "accepted", timedelta(days=6))
    await Forgetting(pool, timedelta(days=-400)).forget()
    assert await sql.fetchval("SELECT body FROM intake.raw_request WHERE id = $1", fresh) == b"words"
