"""The mirror on a real database, and the stand-in for LAPOR! behind a real server on loopback."""

import asyncio
import contextlib
import hashlib
import re
import socket
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import uvicorn
from pydantic import SecretStr
from typer.testing import CliRunner

from deploy.cli import lapor as command
from deploy.cli.operator import console
from services.lapor import consumers
from services.lapor.app import policy
from services.lapor.outward.contents import Contents
from services.lapor.service import LaporService
from services.lapor.settings import LaporSettings
from services.lapor.wire.circuit import Circuit
from services.lapor.wire.client import LaporClient
from services.lapor.worker import Mirror
from shared.contents import AttachmentStore
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.db import Database
from shared.directory import LaporIds, Mapped
from shared.events import (
    Actor,
    AgencyRef,
    AttachmentRef,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintReceived,
    ComplaintVerified,
    ComplaintWithdrawn,
    Envelope,
    Place,
)
from shared.http.client import AsyncClient
from shared.testing.lapor import Quirks, create_simulator
from tests.services.lapor.caller import AUTH, TOKEN, Caller

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
IDS = LaporIds(institutions=(Mapped("NTB.DIKPORA", 2), Mapped("NTB.PUPRPERKIM", 3)))


@dataclass(frozen=True)
class StandIn:
    """The stand-in, its address, and its inside."""

    url: str
    app: Any

    @property
    def held(self):
        return self.app.state.held

    @property
    def quirks(self):
        return self.app.state.quirks

    def count(self, ticket) -> int:
        return int(self.held.per_ticket().get(ticket, 0))

    def one(self, ticket):
        (found,) = [one for one in self.held.complaints.values() if one.ticket == ticket]
        return found

    def switch(self, **quirks) -> None:
        for name, value in quirks.items():
            setattr(self.quirks, name, value)


class Server:
    """uvicorn in a thread: cut answers and late ones are the real thing."""

    def __init__(self, app) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(timeout=5)
        self._socket.close()


@pytest.fixture(scope="module")
def _server():
    app = create_simulator(auth=AUTH, token=TOKEN)
    with Server(app) as server:
        yield StandIn(url=f"http://127.0.0.1:{server.port}", app=app)


@pytest.fixture
def lapor(_server):
    """The stand-in without any quirk; it keeps what earlier tests told it."""
    _server.switch(**Quirks().model_dump())
    _server.held.calls.clear()
    return _server


@pytest.fixture
async def stand_in():
    """Serve stand-ins of a test's own, and call them."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(**options) -> Caller:
            app = create_simulator(auth=AUTH, token=TOKEN, **options)
            server = stack.enter_context(Server(app))
            http = AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=5)
            return Caller(await stack.enter_async_context(http), app=app)

        yield make


@pytest.fixture
def settings(database_urls, lapor):
    def make(**changes) -> LaporSettings:
        values: dict[str, Any] = {
            "database_url": database_urls["lapor"],
            "base_url": f"{lapor.url}/lapor/3.0.0",
            "auth": AUTH,
            "token": TOKEN,
            "user_id": 77,
            "channel_id": 12,
            "institution_id": 1,
            "review": "never",
            "settle_s": 0,
            "sends_per_hour": 100_000,
            "connect_s": 1,
            "submit_s": 1,
            "read_s": 1,
            "retry_s": 0,
            "pause_s": 60,
            "look_every_s": 0,
            "look_again_s": 0,
        }
        return LaporSettings(_env_file=None, **values | changes)

    return make


@pytest.fixture
async def pool(database_urls):
    database = Database(database_urls["lapor"], application="test", pool_size=10)
    yield database
    await database.close()


@pytest.fixture
async def sql(admin_url):
    connection = await asyncpg.connect(admin_url)
    tables = "mirror, step, heard, exchange, notice, incoming, master, budget".replace(", ", ", lapor.")
    await connection.execute(f"TRUNCATE lapor.{tables}, bus.outbox, bus.stream")
    yield connection
    await connection.close()


@dataclass(frozen=True)
class House:
    """One process of the mirror: what it hears, and its worker."""

    service: LaporService
    mirror: Mirror
    pool: Database
    sql: asyncpg.Connection
    contents: AttachmentStore

    async def store(self, content: bytes, media_type: str) -> AttachmentRef:
        """Keep a content as intake would."""
        sha256 = hashlib.sha256(content).hexdigest()
        await self.contents.keep({sha256: content})
        return AttachmentRef(id=new_id(), kind="image", media_type=media_type, sha256=sha256, size=len(content))

    async def hear(self, event) -> None:
        """Hand over an event as Kafka would."""
        envelope = Envelope(id=new_id(), subject=event.complaint_id, time=datetime.now(UTC), sequence=1, data=event)
        async with self.pool.transaction(traceparent=TRACE) as tx:
            await consumers.handlers(self.service)[type(event)](tx, envelope)

    async def verified(self, **changes) -> ComplaintReceived:
        """Bring a complaint to the point where it may be told."""
        event = received(**changes)
        await self.hear(event)
        await self.hear(assigned(event))
        await self.hear(verified(event))
        return event

    async def work(self) -> None:
        """Do all that is due."""
        while await self.mirror.push_one():
            pass

    async def row(self, ticket) -> asyncpg.Record:
        return await self.sql.fetchrow("SELECT * FROM lapor.mirror WHERE ticket = $1", ticket)

    async def published(self, ticket) -> Any:
        return await self.sql.fetch(
            "SELECT type, traceparent, value FROM bus.outbox WHERE value->>'ticket' = $1 ORDER BY sequence",
            ticket,
        )


@pytest.fixture
async def house(settings, pool, sql, tmp_path):
    """Make a process of the mirror; a test may have several."""
    clients = []

    def make(*, port=None, circuit=None, service=None, ids=IDS, **changes) -> House:
        chosen = settings(**changes)
        client = LaporClient(chosen)
        clients.append(client)
        service = service or LaporService(replace(policy(chosen), ids=ids))
        store = AttachmentStore.in_folder(tmp_path / "attachments")
        circuit = circuit or Circuit(chosen.pause_s)
        mirror = Mirror(pool, service, port or client, circuit, Contents(store))
        return House(service, mirror, pool, sql, store)

    yield make
    for client in clients:
        await client.close()


def received(**changes) -> ComplaintReceived:
    values: dict[str, Any] = {
        "complaint_id": new_id(),
        "ticket": new_ticket(),
        "channel": "sms",
        "account": "1708",
        "surface": "sms",
        "conversation_id": new_id(),
        "message_id": new_id(),
        "text": "Atap ruang kelas SMA di Selong bocor sejak bulan lalu, murid kehujanan dan buku basah setiap hari.",
        "language": "id",
        "received_at": datetime.now(UTC),
        "reporter": new_id(),
        "anonymous": False,
        "secret": False,
        "sealed": False,
    }
    return ComplaintReceived(**values | changes)


def assigned(about: ComplaintReceived, agency="NTB.DIKPORA", **changes) -> ComplaintAssigned:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "agency": AgencyRef(key=agency, name="Dinas"),
        "affair": None,
        "level": "province",
        "place": Place(),
        "confidence": 0.9,
        "reasons": ("Urusan: pendidikan.",),
        "actor": Actor(kind="machine", id="casework.follow_routing"),
        "sealed": about.sealed,
        "assigned_at": datetime.now(UTC),
    }
    return ComplaintAssigned(**values | changes)


def verified(about: ComplaintReceived) -> ComplaintVerified:
    return ComplaintVerified(
        complaint_id=about.complaint_id,
        ticket=about.ticket,
        actor=Actor(kind="machine", id="casework.verify.confident"),
        version=3,
        verified_at=datetime.now(UTC),
    )


def appended(about: ComplaintReceived, **changes) -> ComplaintAppended:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "channel": about.channel,
        "account": about.account,
        "surface": about.surface,
        "conversation_id": about.conversation_id,
        "message_id": new_id(),
        "author": "citizen",
        "text": "Tepatnya di sebelah timur pasar.",
        "attachments": (AttachmentRef(id=new_id(), kind="image"),),
        "received_at": datetime.now(UTC),
        "sealed": about.sealed,
        "rule": "answers_question",
    }
    return ComplaintAppended(**values | changes)


def amended(about: ComplaintReceived, **changes) -> ComplaintAmended:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "message_id": about.message_id,
        "change": "edited",
        "text": "Atap ruang guru SMA di Selong bocor.",
        "sealed": about.sealed,
        "amended_at": datetime.now(UTC),
    }
    return ComplaintAmended(**values | changes)


def withdrawn(about: ComplaintReceived) -> ComplaintWithdrawn:
    return ComplaintWithdrawn(
        complaint_id=about.complaint_id, ticket=about.ticket, message_id=new_id(), withdrawn_at=datetime.now(UTC)
    )


@pytest.fixture
def later():
    """Let tests build what a citizen says later."""
    return appended, amended, withdrawn


@pytest.fixture
def events():
    """Let tests build the events that lapor hears."""
    return received, assigned, verified


PERSONAL = {
    "nik": re.compile(r"\d[\d .-]{14,22}\d"),
    "phone": re.compile(r"(?:\+?62|\b0)[\s.-]*8[\d\s.-]{7,}\d"),
    "email": re.compile(r"\S+@\S+\.\w+"),
}
"""A detector of its own: the product masks with another one."""


@pytest.fixture
def personal():
    def find(text: str) -> set[str]:
        plain = text.replace("\u200b", "")
        plain = re.sub(r"NTB-[0-9A-Z]{4}-[0-9A-Z]{5}", "", plain)
        plain = re.sub(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", "", plain)  # an id of ours may look like a NIK
        plain = re.sub(r"\b[0-9a-f]{64}\b", "", plain)  # so may a digest
        return {kind for kind, pattern in PERSONAL.items() if pattern.search(plain)}

    return find


@pytest.fixture
def run(monkeypatch, tmp_path, database_urls):
    """Type `ntbcare lapor …`, with the operator's role."""
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_OPERATOR_DATABASE_URL", database_urls["operator"])
    monkeypatch.setattr(console, "width", 240)

    async def invoke(*arguments: str):
        return await asyncio.to_thread(lambda: CliRunner().invoke(command.app, list(arguments)))

    return invoke


@pytest.fixture
def where_lapor_runs(run, monkeypatch, settings):
    """Let commands find the service's own settings in the environment, with changes."""

    def make(**changes) -> None:
        chosen = settings(**changes)
        for name in chosen.model_fields_set:
            value = getattr(chosen, name)
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            monkeypatch.setenv(f"NTBCARE_LAPOR_{name.upper()}", str(plain))

    return make


@pytest.fixture
def cancelled():
    async def cancel(task: asyncio.Task[Any]) -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return cancel
