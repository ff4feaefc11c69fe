import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest

from shared.events import TOPICS
from shared.kafka import KafkaSettings, apply_topics

from .pipes import Pipes, Probe

PREPARE = """
    CREATE TABLE IF NOT EXISTS routing.effect (
        at bigserial PRIMARY KEY, event_id uuid NOT NULL, subject uuid NOT NULL, sequence integer NOT NULL
    );
    GRANT INSERT ON routing.effect TO ntbcare_routing;
    GRANT USAGE ON SEQUENCE routing.effect_at_seq TO ntbcare_routing;
    TRUNCATE routing.effect, routing.inbox, routing.parked, bus.outbox, bus.stream;
"""


@pytest.fixture
async def sql(admin_url) -> AsyncIterator[asyncpg.Pool]:
    """A pool: a test looks while the effect that it watches writes."""
    async with asyncpg.create_pool(admin_url, min_size=1, max_size=4) as pool:
        await pool.execute(PREPARE)
        yield pool


@pytest.fixture
async def topic(broker) -> KafkaSettings:
    """Topics of the test's own."""
    settings = KafkaSettings(
        bootstrap=broker.bootstrap, prefix=f"test-{secrets.token_hex(6)}.", idempotence=broker.supports_idempotence
    )
    await apply_topics(settings, TOPICS)
    return settings


@pytest.fixture
async def pipes(topic, database_urls, sql) -> AsyncIterator[Pipes]:
    async with AsyncExitStack() as stack:
        yield Pipes(topic, database_urls, sql, stack)


@pytest.fixture
def probe() -> Probe:
    return Probe()


@pytest.fixture
def cut_off(postgres, database):
    """Take the module's database away from every service while a block lasts: no session lives, none can be opened."""

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
