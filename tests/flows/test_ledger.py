"""The ledger itself: it balances where nothing happened, and names what waits for a person."""

import asyncpg
import pytest

from deploy.demo.ledger import SentLog, count
from shared.core.ids import new_id
from shared.events import COMPLAINTS


@pytest.fixture
async def sql(admin_url):
    connection = await asyncpg.connect(admin_url)
    yield connection
    await connection.close()


async def test_whatever_is_parked_anywhere_is_a_gap(sql, admin_url, kafka):
    async def gaps() -> list[str]:
        topic = kafka.topic(COMPLAINTS)
        return (await count(SentLog(), database_url=admin_url, bootstrap=kafka.bootstrap, topic=topic)).gaps

    assert await gaps() == []
    await sql.execute(
        "INSERT INTO intake.raw_request "
        "(id, channel, door, method, query, headers, body, received_at, state, unreadable) "
        "VALUES ($1, 'facebook', '/channels/facebook', 'POST', '', '{}', '', now(), 'parked', '[]')",
        new_id(),
    )
    assert await gaps() == ["1 requests are parked: signed, and nobody understood them"]
    await sql.execute("CREATE SCHEMA later")
    await sql.execute("CREATE TABLE later.parked (state text)")
    await sql.execute("INSERT INTO later.parked VALUES ('waiting'), ('dropped')")
    assert "1 events are parked" in await gaps()
