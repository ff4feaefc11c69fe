from collections.abc import AsyncIterator

import pytest

from shared.db import Database
from tests.services.intake.waiting.room import Room


@pytest.fixture
async def room(database_urls, tmp_path) -> AsyncIterator[Room]:
    database = Database(database_urls["intake"], application="test", pool_size=6)
    yield Room(database, tmp_path)
    await database.close()
