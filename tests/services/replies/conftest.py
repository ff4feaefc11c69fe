import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from services.replies.rules import Policy
from shared.db import Database
from tests.services.replies.house import FakeSender, House, StoppedClock

TABLES = (
    *(f"replies.{name}" for name in ("resolution", "template", "reply", "complaint", "account", "inbox", "parked")),
    *("vault.look", "vault.proof", "bus.outbox", "bus.stream"),
)


@pytest.fixture
async def sql(admin_url) -> AsyncIterator[asyncpg.Pool]:
    async def prepare(connection: Any) -> None:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)

    async with asyncpg.create_pool(admin_url, min_size=1, max_size=3, init=prepare) as pool:
        await pool.execute("".join(f"DELETE FROM {table};" for table in TABLES))
        yield pool


@pytest.fixture
def policy() -> Policy:
    return Policy()


@pytest.fixture
async def house(database_urls, sql, policy) -> AsyncIterator[House]:
    pool = Database(database_urls["replies"], application="test", pool_size=10)
    yield House(
        pool=pool, sql=sql, clock=StoppedClock(), sender=FakeSender(), policy=policy, url=database_urls["replies"]
    )
    await pool.close()


@pytest.fixture
def cut_off(postgres, database):
    """Take the module's database away from replies while a block lasts."""

    @asynccontextmanager
    async def away() -> AsyncIterator[None]:
        owner = await asyncpg.connect(postgres.admin_url())
        try:
            await owner.execute(f'ALTER DATABASE "{database.name}" ALLOW_CONNECTIONS false')
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename LIKE 'ntbcare%'",
                database.name,
            )
            yield
        finally:
            await owner.execute(f'ALTER DATABASE "{database.name}" ALLOW_CONNECTIONS true')
            await owner.close()

    return away
