import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
import typer
from typer.testing import CliRunner

from deploy.cli import events, intake, parked
from deploy.cli.operator import console
from deploy.cli.reconcile import reconcile
from deploy.cli.recover import recover
from deploy.cli.status import status
from deploy.cli.trace import trace
from shared.db import Database

Run = Callable[..., Awaitable[Any]]


def ntbcare() -> typer.Typer:
    """Mount the commands under the names they have in `ntbcare`."""
    app = typer.Typer()
    app.add_typer(parked.app, name="parked")
    app.add_typer(events.app, name="events")
    app.add_typer(intake.app, name="intake")
    for command in (trace, reconcile, recover, status):
        app.command(command.__name__)(command)
    return app


@pytest.fixture
def settings(monkeypatch, tmp_path, database_urls):
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_OPERATOR_DATABASE_URL", database_urls["operator"])
    monkeypatch.setenv("NTBCARE_RELAY_DATABASE_URL", database_urls["relay"])
    monkeypatch.setattr(console, "width", 240)
    return monkeypatch


@pytest.fixture
def run(settings) -> Run:
    """Type a command, in a thread of its own as in a process of its own."""

    async def invoke(*arguments: str, typed: str | None = None) -> Any:
        return await asyncio.to_thread(lambda: CliRunner().invoke(ntbcare(), list(arguments), input=typed))

    return invoke


@pytest.fixture
async def sql(admin_url) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(admin_url)
    await connection.execute("TRUNCATE routing.inbox, routing.parked, bus.outbox, bus.stream")
    yield connection
    await connection.close()


@pytest.fixture(name="intake")
async def _intake(database_urls) -> AsyncIterator[Database]:
    """Write events of whichever service: as the owner, who may."""
    database = Database(database_urls["owner"], application="intake")
    yield database
    await database.close()


@pytest.fixture
async def routing(database_urls) -> AsyncIterator[Database]:
    database = Database(database_urls["routing"], application="routing")
    yield database
    await database.close()
