"""Routing on a real database; events are handed to its handlers as Kafka would."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import asyncpg
import pytest

from services.routing import consumers
from services.routing.boundaries import BoundaryFile, load_boundaries
from services.routing.rules import Knowledge
from services.routing.service import RoutingService
from shared.core.ids import new_id
from shared.db import Database
from shared.directory import directory
from shared.events import Envelope

ACCOUNTS = {"facebook/lotim": "52.03"}
INSIDE = (-8.65, 116.53)
_SQUARE = [[116.4, -8.8], [116.7, -8.8], [116.7, -8.5], [116.4, -8.5], [116.4, -8.8]]


@pytest.fixture(scope="session")
def boundaries(tmp_path_factory):
    """A square for Lombok Timur around `INSIDE`; the real borders are an operator's."""
    path = tmp_path_factory.mktemp("boundaries") / "regencies.geojson"
    feature = {"properties": {"code": "52.03"}, "geometry": {"type": "Polygon", "coordinates": [_SQUARE]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return load_boundaries([BoundaryFile(path, date(2026, 1, 1))])


@pytest.fixture
async def sql(admin_url) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(admin_url)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    yield connection
    await connection.close()


@pytest.fixture
async def routing_database(database_urls) -> AsyncIterator[Database]:
    database = Database(database_urls["routing"], application="test")
    yield database
    await database.close()


@pytest.fixture
def deliver(routing_database, boundaries):
    """Hand an event to the handler that routing has for it, in a transaction of its own."""
    service = RoutingService(Knowledge(directory=directory(), boundaries=boundaries), account_regions=ACCOUNTS)
    handlers = consumers.handlers(service)

    async def hand_over(event):
        envelope = Envelope(id=new_id(), subject=event.subject, time=datetime.now(UTC), sequence=1, data=event)
        async with routing_database.transaction() as tx:
            await handlers[type(event)](tx, envelope)

    return hand_over
