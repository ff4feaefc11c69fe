"""Casework behind the gateway, on a real database; events are handed to its handlers as Kafka would."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from gateway.app import create_app
from services.casework import app as casework
from services.casework import consumers
from services.casework.service import CaseworkService
from services.identity.tokens import sign_token
from shared.core.ids import new_id
from shared.core.service import ServeOptions
from shared.core.ticket import new_ticket
from shared.db import Database
from shared.directory import directory
from shared.events import AgencyRef, ComplaintReceived, ComplaintRouted, DetectedPlace, Envelope, Place
from shared.http.client import ASGITransport, AsyncClient
from shared.security import Principal, Role, new_key_pair
from shared.security.keys import read_signing_key

EDUCATION = AgencyRef(key="NTB.DIKPORA", name="Dinas Pendidikan, Pemuda dan Olahraga Provinsi NTB")


@pytest.fixture(scope="session")
def keys():
    return new_key_pair()


@pytest.fixture(scope="module")
async def http(tmp_path_factory, database_urls, keys):
    settings = {
        "NTBCARE_ENV_FILE": str(tmp_path_factory.mktemp("casework") / "no.env"),
        "NTBCARE_CASEWORK_DATABASE_URL": database_urls["casework"],
        "NTBCARE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": keys.public_key,
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, value)
        service = casework.build(ServeOptions())
    transport = ASGITransport(app=create_app([service]), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://door") as client:
        yield client
    await service.close()


@pytest.fixture(scope="module")
async def pool(database_urls):
    database = Database(database_urls["casework"], application="test")
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def sql(admin_url):
    connection = await asyncpg.connect(admin_url)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    yield connection
    await connection.close()


@pytest.fixture
def deliver(pool):
    """Hand an event to the handler that casework has for it, in a transaction of its own."""
    handlers = consumers.handlers(CaseworkService(directory=directory()))

    async def hand_over(event):
        envelope = Envelope(id=new_id(), subject=event.subject, time=datetime.now(UTC), sequence=1, data=event)
        async with pool.transaction() as tx:
            await handlers[type(event)](tx, envelope)

    return hand_over


def received(**changes) -> ComplaintReceived:
    values: dict[str, Any] = {
        "complaint_id": new_id(),
        "ticket": new_ticket(),
        "channel": "sms",
        "account": "1708",
        "surface": "sms",
        "conversation_id": new_id(),
        "message_id": new_id(),
        "text": "Atap ruang kelas SMA di Selong bocor sejak bulan lalu, murid kehujanan.",
        "language": "id",
        "received_at": datetime.now(UTC),
        "reporter": new_id(),
        "anonymous": False,
        "secret": False,
        "sealed": False,
    }
    return ComplaintReceived(**values | changes)


def routed(about: ComplaintReceived, **changes) -> ComplaintRouted:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "agency": EDUCATION,
        "affair": "pendidikan",
        "level": "province",
        "place": Place(
            detected=DetectedPlace(region_code="52.03.07", name="Selong", confidence=0.9, evidence=("kata “Selong”",))
        ),
        "confidence": 0.9,
        "candidates": (),
        "reasons": ("Urusan: pendidikan (kata “SMA”).",),
        "rules_version": "2026.11.1",
        "directory_version": "2026-11-09+5d20c1ae",
        "decided_at": datetime.now(UTC),
    }
    return ComplaintRouted(**values | changes)


@dataclass(frozen=True)
class Officer:
    """Somebody with a token."""

    principal: Principal
    http: AsyncClient
    token: str

    @property
    def id(self) -> str:
        return str(self.principal.account_id)

    async def get(self, path="", **query):
        return await self.http.get(f"/v1/cases{path}", params=query, headers=self._headers())

    async def post(self, ticket, move, body=None, version=None):
        headers = self._headers() | ({} if version is None else {"If-Match": f'"{version}"'})
        return await self.http.post(f"/v1/cases/{ticket}/{move}", json=body, headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def officer(http, keys):
    def sign_in(role=Role.LIAISON, *agencies, regions=()) -> Officer:
        bound = agencies or (("NTB.DIKPORA",) if role in {Role.LIAISON, Role.LEADER} and not regions else ())
        principal = Principal(account_id=new_id(), role=role, agencies=bound, regions=regions)
        token, _ = sign_token(principal, read_signing_key(keys.signing_key), datetime.now(UTC))
        return Officer(principal, http, token)

    return sign_in


@dataclass(frozen=True)
class Opened:
    id: UUID
    ticket: str
    event: ComplaintReceived


@pytest.fixture
def opened(deliver):
    """Open a case and bring it to the wanted place: received, or assigned to an agency."""

    async def make(*, agency: AgencyRef | None = EDUCATION, ago=timedelta(0), **changes) -> Opened:
        event = received(received_at=datetime.now(UTC) - ago, **changes)
        await deliver(event)
        if agency is not None:
            await deliver(routed(event, agency=agency))
        return Opened(event.complaint_id, event.ticket, event)

    return make


@pytest.fixture
def events():
    """Let tests build the events that casework hears."""
    return received, routed
