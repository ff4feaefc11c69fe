"""Identity behind the gateway, on a real database. Hashes are cheap here, but for one test that looks at their cost."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from argon2 import PasswordHasher

from gateway.app import create_app
from services.identity import app as identity
from services.identity import passwords
from services.identity.service import IdentityService
from shared.core.service import ServeOptions
from shared.db import Database
from shared.http.client import ASGITransport, AsyncClient
from shared.security import Role, new_key_pair

PASSWORD = "kuda-putih-Rinjani"


@dataclass
class Hands:
    """A clock that a test sets."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(passwords, "_NOBODY", passwords._hasher.hash(""))
        yield


@pytest.fixture
def password():
    return PASSWORD


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture(scope="module")
def keys():
    return new_key_pair()


@pytest.fixture(scope="module")
def settings(tmp_path_factory, database_urls, keys):
    values = {
        "NTBCARE_ENV_FILE": str(tmp_path_factory.mktemp("identity") / "no.env"),
        "NTBCARE_IDENTITY_DATABASE_URL": database_urls["identity"],
        "NTBCARE_IDENTITY_SIGNING_KEY": keys.signing_key,
        "NTBCARE_IDENTITY_VAULT_KEYS": secrets.token_hex(32),
        "NTBCARE_IDENTITY_SIGN_INS_PER_MINUTE": "100000",
        "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": keys.public_key,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        yield values


@pytest.fixture(scope="module")
async def http(settings):
    service = identity.build(ServeOptions())
    transport = ASGITransport(app=create_app([service]), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://door") as client:
        yield client
    await service.close()


@pytest.fixture(scope="module")
async def pool(database_urls):
    database = Database(database_urls["identity"], application="test")
    yield database
    await database.close()


@pytest.fixture
async def officer(pool):
    """Add an officer, by default a liaison of the education agency."""

    async def add(username, *, role=Role.LIAISON, agencies=None, password=PASSWORD, **more):
        bound = (("NTB.DIKPORA",) if role is Role.LIAISON else ()) if agencies is None else agencies
        async with pool.transaction() as tx:
            return await IdentityService().add_officer(
                tx, username=username, password=password, display_name="Baiq Rahmi", role=role, agencies=bound, **more
            )

    return add


@pytest.fixture
def admin(pool):
    """Do what an administrator does: `await admin("disable_officer", "rahmi")`."""

    async def act(method, *arguments, **named):
        async with pool.transaction() as tx:
            return await getattr(IdentityService(actor="cli:test"), method)(tx, *arguments, **named)

    return act


@pytest.fixture
def signed_in(http, officer):
    """Let an officer sign in, adding them first; returns the session as told."""

    async def sign_in(username, **account):
        await officer(username, **account)
        answer = await http.post("/v1/sessions", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return sign_in


@pytest.fixture(scope="module")
async def sql(admin_url):
    connection = await asyncpg.connect(admin_url)
    yield connection
    await connection.close()
