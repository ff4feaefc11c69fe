"""Identity behind the gateway, on a real database."""

import asyncpg
import pytest

from gateway.app import create_app
from services.identity import app as identity
from services.identity.service import IdentityService
from shared.core.service import ServeOptions
from shared.db import Database
from shared.http.client import ASGITransport, AsyncClient
from shared.security import Role, new_key_pair

PASSWORD = "kuda-putih-Rinjani"


@pytest.fixture
def password():
    return PASSWORD


@pytest.fixture
def settings(monkeypatch, tmp_path, database_urls):
    pair = new_key_pair()
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_IDENTITY_DATABASE_URL", database_urls["identity"])
    monkeypatch.setenv("NTBCARE_IDENTITY_SIGNING_KEY", pair.signing_key)
    monkeypatch.setenv("NTBCARE_IDENTITY_SIGN_INS_PER_MINUTE", "100000")
    monkeypatch.setenv("NTBCARE_SECURITY_TOKEN_PUBLIC_KEY", pair.public_key)


@pytest.fixture
async def http(settings):
    service = identity.build(ServeOptions())
    transport = ASGITransport(app=create_app([service]), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://door") as client:
        yield client
    await service.close()


@pytest.fixture
async def pool(database_urls):
    database = Database(database_urls["identity"], application="test")
    yield database
    await database.close()


@pytest.fixture
async def officer(pool):
    """Add an officer, by default a liaison of the education agency."""

    async def add(username, *, role=Role.LIAISON, agencies=("NTB.DIKPORA",), password=PASSWORD):
        async with pool.transaction() as tx:
            return await IdentityService().add_officer(
                tx, username=username, password=password, display_name="Baiq Rahmi", role=role, agencies=agencies
            )

    return add


@pytest.fixture
async def sql(admin_url):
    connection = await asyncpg.connect(admin_url)
    yield connection
    await connection.close()
