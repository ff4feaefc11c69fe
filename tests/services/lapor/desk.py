"""The officers' desk behind the gateway, signed in as whoever a test says."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from gateway.app import create_app
from services.lapor import endpoints
from services.lapor.desk.naming import Defaults
from services.lapor.desk.service import Desk
from shared.core.ids import new_id
from shared.core.service import ServiceApp
from shared.http.client import ASGITransport, AsyncClient, Response
from shared.security import Principal, Role

DEFAULTS = Defaults(classification_id=6, location_id=34)
NAME = "Sulaiman Harahap"
PERSONAL = f"Pak {NAME}, telepon 081234567890, melihat jembatan gantung putus dan warga menyeberang sungai setiap pagi."
"""Invented words that hold a name and a number."""


@dataclass
class Door:
    """HTTP as officers have it."""

    client: AsyncClient
    mirror: Any
    role: Role = Role.COORDINATOR
    regions: tuple[str, ...] = ()
    account: UUID = field(default_factory=new_id)

    async def get(self, path: str, **query: Any) -> Response:
        return await self.client.get(f"/v1/lapor{path}", params=query)

    async def post(self, path: str, document: Any = None, **query: Any) -> Response:
        return await self.client.post(f"/v1/lapor{path}", json=document, params=query)

    async def order(self, ticket: str, what: str, document: Any = None) -> Response:
        return await self.post(f"/mirrors/{ticket}/{what}", document)

    async def upload(self, path: str, content: bytes, name: str = "daftar.csv", **query: Any) -> Response:
        return await self.client.post(f"/v1/lapor{path}", files={"file": (name, content)}, params=query)

    async def work(self, kind: str | None = None) -> list[dict[str, Any]]:
        answer = await self.get("/worklist", **({"kind": kind} if kind else {}))
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def acts(self, about: Any) -> list[tuple[str, UUID]]:
        found = await self.mirror.sql.fetch(
            "SELECT what, account_id FROM lapor.act WHERE complaint_id = $1 ORDER BY at", about.complaint_id
        )
        return [(row["what"], row["account_id"]) for row in found]


@asynccontextmanager
async def opened(mirror: Any) -> AsyncIterator[Door]:
    """Open the desk of a process of the mirror."""

    async def close() -> None:
        return None

    async def signed_in() -> Principal:
        return Principal(account_id=door.account, role=door.role, agencies=(), regions=door.regions)

    desk = Desk(mirror.service.policy, DEFAULTS, mirror.service.clock)
    router = endpoints.lapor(desk, mirror.pool, signed_in)
    app = create_app([ServiceApp(name="lapor", router=router, own_bodies=endpoints.OWN_BODIES, close=close)])
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://door") as client:
        door = Door(client, mirror)
        yield door


def table(*rows: Sequence[object], delimiter: str = ",") -> bytes:
    """Write a CSV file as an officer's spreadsheet would."""
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode()
