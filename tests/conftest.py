"""One broker and one Postgres per process of a run; tests are kept apart by names: a database, a topic prefix.

`NTBCARE_TEST_BROKER` is `apache` or `embedded` (`make test` chooses); without it Apache Kafka is taken where it runs.
`NTBCARE_NO_SKIPS` (CI) turns a skipped test into a failed run.
"""

import asyncio
import atexit
import gc
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import asyncpg
import pytest

from deploy.local.brokers import ApacheKafka, Broker, Tansu
from deploy.local.kafka_jars import apache_kafka_available
from deploy.local.postgres import FAST_FOR_TESTS, Postgres
from shared.db import migrations
from shared.db.roles import prepare_roles
from shared.events import TOPICS
from shared.kafka import KafkaSettings, apply_topics

TEMPLATE = "ntbcare_template"
os.environ["COLUMNS"] = "200"  # rich takes the width once, and a narrow table breaks what a test looks for


def choose_broker() -> type[Broker]:
    wanted = os.environ.get("NTBCARE_TEST_BROKER")
    reason = apache_kafka_available()
    if wanted == "apache" and reason is not None:
        raise pytest.UsageError(f"Apache Kafka is demanded, but: {reason}")
    return Tansu if wanted == "embedded" or reason is not None else ApacheKafka


def pytest_report_header() -> str:
    return f"broker: {choose_broker().__name__}"


def pytest_configure() -> None:
    """Look for garbage more seldom: it took a seventh of the run, and nearly all that is there stays to the end."""
    gc.set_threshold(10_000, 20, 20)
    atexit.register(gc.freeze)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NTBCARE_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[Postgres]:
    with Postgres(tmp_path_factory.mktemp("postgres"), settings=FAST_FOR_TESTS) as server:
        yield server


@pytest.fixture(scope="session")
def broker(tmp_path_factory) -> Iterator[Broker]:
    with choose_broker()(tmp_path_factory.mktemp("broker")) as server:
        yield server


@pytest.fixture(scope="session")
def passwords() -> dict[str, str]:
    return {role: secrets.token_hex(16) for role in migrations.login_roles()}


@pytest.fixture(scope="session")
def template(postgres, passwords) -> str:
    """A migrated database that no test connects to; each module gets a copy."""
    asyncio.run(_execute(postgres.admin_url(), f'CREATE DATABASE "{TEMPLATE}"'))
    asyncio.run(prepare_roles(postgres.admin_url(TEMPLATE), passwords))
    migrations.upgrade(postgres.admin_url(TEMPLATE))
    return TEMPLATE


@dataclass(frozen=True)
class FreshDatabase:
    name: str
    admin_url: str
    urls: Mapping[str, str]


@pytest.fixture(scope="module")
def database(postgres, passwords, template) -> Iterator[FreshDatabase]:
    name = f"test_{secrets.token_hex(6)}"
    how = "STRATEGY FILE_COPY"  # a third of the time of the default, which logs each page
    asyncio.run(_execute(postgres.admin_url(), f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}'))
    urls = {
        role.removeprefix("ntbcare_"): f"postgresql://{role}:{password}@127.0.0.1:{postgres.port}/{name}"
        for role, password in passwords.items()
    }
    urls["owner"] = postgres.admin_url(name)
    yield FreshDatabase(name=name, admin_url=urls["owner"], urls=urls)
    asyncio.run(_execute(postgres.admin_url(), f'DROP DATABASE "{name}" WITH (FORCE)'))  # 150 of them are 3 GB


@pytest.fixture(scope="module")
def database_urls(database: FreshDatabase) -> Mapping[str, str]:
    """A login URL per service for a fresh, migrated database."""
    return database.urls


@pytest.fixture(scope="module")
def admin_url(database: FreshDatabase) -> str:
    """The owner's URL of the module's database: tests count with it what no service may see."""
    return database.admin_url


@pytest.fixture(scope="module")
def kafka(broker) -> KafkaSettings:
    """Topics of the module's own on the shared broker."""
    settings = KafkaSettings(
        bootstrap=broker.bootstrap, prefix=f"test-{secrets.token_hex(6)}.", idempotence=broker.supports_idempotence
    )
    asyncio.run(apply_topics(settings, TOPICS))
    return settings


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
