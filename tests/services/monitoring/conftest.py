"""Monitoring behind the gateway, on a real database; events are handed to its handlers as Kafka would."""

import json
from datetime import UTC, datetime

import asyncpg
import pytest

from gateway.app import create_app
from services.identity.tokens import sign_token
from services.monitoring import app as monitoring
from services.monitoring import consumers
from shared.core.ids import new_id
from shared.core.service import ServeOptions
from shared.db import Database
from shared.events import Envelope
from shared.http.client import ASGITransport, AsyncClient
from shared.kafka.handlers import Dispatch
from shared.security import Principal, Role, new_key_pair
from shared.security.keys import read_signing_key


@pytest.fixture(scope="module")
def keys():
    return new_key_pair()


@pytest.fixture(scope="module")
async def http(tmp_path_factory, database_urls, keys):
    settings = {
        "NTBCARE_ENV_FILE": str(tmp_path_factory.mktemp("monitoring") / "no.env"),
        "NTBCARE_MONITORING_DATABASE_URL": database_urls["monitoring"],
        "NTBCARE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": keys.public_key,
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, value)
        service = monitoring.build(ServeOptions())
        transport = ASGITransport(app=create_app([service]), raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://door") as client:
            yield client
    await service.close()


@pytest.fixture(scope="module")
async def pool(database_urls):
    database = Database(database_urls["monitoring"], application="test")
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def sql(admin_url):
    connection = await asyncpg.connect(admin_url)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    yield connection
    await connection.close()


@pytest.fixture
async def empty(sql):
    await sql.execute("TRUNCATE monitoring.complaint, monitoring.answer, monitoring.past, monitoring.inbox CASCADE")


@pytest.fixture(scope="module")
def deliver(pool):
    """Hand events over as one batch of Kafka's."""
    dispatch = Dispatch(consumers.handlers())

    async def hand_over(*events):
        envelopes = [
            Envelope(id=new_id(), subject=one.subject, time=datetime.now(UTC), sequence=1, data=one) for one in events
        ]
        async with pool.transaction() as tx:
            await dispatch.hand_over(tx, envelopes)

    return hand_over


@pytest.fixture
def ask(http, keys):
    """Ask for figures as somebody; the answer as it came."""

    async def get(path="follow-up", role=Role.COORDINATOR, agencies=(), regions=(), headers=None, **query):
        principal = Principal(account_id=new_id(), role=role, agencies=agencies, regions=regions)
        token, _ = sign_token(principal, read_signing_key(keys.signing_key), datetime.now(UTC))
        given = {"from": "2026-03-01", "to": "2026-03-31", **query}
        headers = {"Authorization": f"Bearer {token}", **(headers or {})}
        return await http.get(f"/v1/figures/{path}", params=given, headers=headers)

    return get
