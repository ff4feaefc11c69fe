"""Intake behind its real doors, on a real database; the provider is played by the test."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from fastapi import FastAPI

from gateway.app import create_app
from services.intake import app as intake
from shared.core.service import ServeOptions
from shared.http.client import ASGITransport, AsyncClient
from tests.services.intake.provider import SETTINGS


class Workshop:
    """Builds intake as an operator would: from the environment."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.attachments = folder / "attachments"

    @asynccontextmanager
    async def app(self, **overrides: str) -> AsyncIterator[FastAPI]:
        """Serve intake with some settings of its own (`LOOKUPS_PER_MINUTE="1"`)."""
        own = {
            "NTBCARE_ENV_FILE": str(self.folder / "no.env"),
            "NTBCARE_INTAKE_DATABASE_URL": self.database_url,
            "NTBCARE_INTAKE_ATTACHMENTS": str(self.attachments),
        }
        chosen = {
            name if name.startswith("NTBCARE_") else f"NTBCARE_INTAKE_{name}": value
            for name, value in overrides.items()
        }
        with pytest.MonkeyPatch.context() as environment:
            for name, value in {**SETTINGS, **own, **chosen}.items():
                environment.setenv(name, value)
            service = intake.build(ServeOptions())
        yield create_app([service])
        await service.close()

    @asynccontextmanager
    async def http(self, **overrides: str) -> AsyncIterator[AsyncClient]:
        """Give a client of such an intake."""
        async with self.app(**overrides) as app, client_of(app) as client:
            yield client


def client_of(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app=app), base_url="http://door")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory, database_urls) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("intake"), database_urls["intake"])


@pytest.fixture(scope="module")
async def app(workshop) -> AsyncIterator[FastAPI]:
    async with workshop.app() as app:
        yield app


@pytest.fixture
async def http(app) -> AsyncIterator[AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.fixture
async def sql(admin_url) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the database's owner, who sees what no service may see."""
    connection = await asyncpg.connect(admin_url)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    yield connection
    await connection.close()


@pytest.fixture(autouse=True)
def _plain_logs(caplog) -> Iterator[None]:
    yield
    assert not [record for record in caplog.records if record.exc_info], "a traceback reached the log"
