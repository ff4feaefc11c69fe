from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.db import Database


@pytest.fixture
async def sql(admin_url) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(admin_url)
    await connection.execute("TRUNCATE bus.outbox, bus.stream")
    yield connection
    await connection.close()


@pytest.fixture
async def casework(database_urls) -> AsyncIterator[Database]:
    database = Database(database_urls["casework"], application="casework", pool_size=20)
    yield database
    await database.close()
