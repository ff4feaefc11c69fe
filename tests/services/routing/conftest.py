"""Routing on a real database; events are handed to its handlers as Kafka would."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from services.routing import consumers
from services.routing.service import RoutingService
from shared.core.ids import new_id
from shared.db import Database
from shared.directory import directory
from shared.events import Envelope


@pytest.fixture
async def sql(admin_url) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(admin_url)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    yield connection
    await connection.close()


@pytest.fixture
async def deliver(database_urls):
    """Hand an event to the handler that routing has for it, in a transaction of its own."""
    database = Database(database_urls["routing"], application="test")
    handlers = consumers.handlers(RoutingService(directory()))

    async def hand_over(event):
        envelope = Envelope(id=new_id(), subject=event.subject, time=datetime.now(UTC), sequence=1, data=event)
        async with database.transaction() as tx:
            await handlers[type(event)](tx, envelope)

    yield hand_over
    await database.close()
