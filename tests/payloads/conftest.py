"""Intake behind its real doors, once for each set of accounts that the payloads need."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, tzinfo

import asyncpg
import pytest

from services.intake.service import IntakeService
from services.intake.waiting.parts import Parts
from shared.contents import AttachmentStore
from shared.db import Database
from shared.http.client import AsyncClient, Response
from shared.security.vault import VaultKeys
from tests.payloads.gateways import address_of, settings_of
from tests.payloads.library import NOW, Payload, signatures
from tests.services.intake.conftest import Workshop
from tests.services.intake.provider import SETTINGS

Joining = Callable[[], Awaitable[None]]


class FrozenClock(datetime):
    """The clock of the doors."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "FrozenClock":
        return cls.fromtimestamp(NOW.timestamp(), tz)


class Doors:
    """Deliver payloads, each to an intake whose accounts are those of the payload."""

    def __init__(self, workshop: Workshop, stack: AsyncExitStack) -> None:
        self._workshop = workshop
        self._stack = stack
        self._clients: dict[tuple[str, tuple[str, ...]], AsyncClient] = {}

    async def client(self, channel: str, accounts: tuple[str, ...]) -> AsyncClient:
        """Return a client of the intake of these accounts."""
        key = (channel, accounts)
        if key not in self._clients:
            serving = self._workshop.http(**settings_of(channel, accounts))
            self._clients[key] = await self._stack.enter_async_context(serving)
        return self._clients[key]

    async def deliver(self, payload: Payload, headers: Mapping[bytes, bytes] | None = None) -> Response:
        """Send a payload as its provider does; `headers` instead of the right signature."""
        http = await self.client(payload.channel, payload.accounts)
        right = signatures()["files"].get(payload.file, {})
        told = {name.encode(): value.encode() for name, value in right.items()} if headers is None else dict(headers)
        if payload.method == "GET":
            query = payload.content.decode("latin-1").rstrip("\n")
            return await http.get(f"{address_of(payload)}?{query}" if query else address_of(payload), headers=told)
        return await http.post(
            address_of(payload),
            content=payload.content,
            headers={b"content-type": payload.content_type.encode(), **told},
        )


@pytest.fixture(scope="module")
def frozen_clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.intake.inbound.datetime", FrozenClock)
        yield


@pytest.fixture(scope="module")
async def doors(tmp_path_factory, database_urls, frozen_clock) -> AsyncIterator[Doors]:
    async with AsyncExitStack() as stack:
        yield Doors(Workshop(tmp_path_factory.mktemp("payloads"), database_urls["intake"]), stack)


@pytest.fixture(scope="module")
async def joining(tmp_path_factory, database_urls) -> AsyncIterator[Joining]:
    """Join what came in pieces, as the process of the workers does."""
    database = Database(database_urls["intake"], application="joining", pool_size=1)
    vault = VaultKeys([SETTINGS["NTBCARE_INTAKE_VAULT_KEYS"]])
    service = IntakeService(
        vault=vault,
        access_code_key=SETTINGS["NTBCARE_INTAKE_ACCESS_CODE_KEY"],
        store=AttachmentStore.in_folder(tmp_path_factory.mktemp("joined")),
    )
    parts = Parts(service, vault, clock=lambda: NOW)

    async def join_all() -> None:
        while True:
            async with database.transaction() as tx:
                if await parts.join(tx) is None:
                    return

    yield join_all
    await database.close()


@pytest.fixture
async def sql(admin_url) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(admin_url)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    yield connection
    await connection.close()
