"""Somebody who calls the stand-in for LAPOR!, and what they send when all is right."""

from datetime import datetime
from typing import Any

from shared.http.client import AsyncClient, Response
from shared.testing.lapor import HOSTS

AUTH = "$2y$10$kQ4fZ1hV8sLw3xNbT6rPuO"
TOKEN = "{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}"
GOOD = {
    "title": "Lampu jalan padam",
    "content": "[NTB-79E7-3T8DN] Lampu jalan padam.",
    "channel": 12,
    "is_new_user_slider": False,
    "user_id": 77,
    "is_inbox": False,
    "is_disposisi_slider": True,
    "classification_id": 6,
    "disposition_id": 1,
    "category_id": None,
    "priority_program_id": None,
    "location_id": 34,
    "community_id": None,
    "date_of_incident": "2026-11-09",
    "copy_externals": [],
    "info_disposition": "",
    "info_attachments": [],
    "tags_raw": "",
    "is_approval": False,
    "is_anonymous": False,
    "is_secret": False,
    "is_priority": False,
    "attachments": False,
}
FOLLOWUP = {
    "user_id": "77",
    "institution_from_id": "1",
    "institution_to_id": "2",
    "info_disposition": "",
    "template_code": "disposition",
    "rating": "0",
    "is_secret": "0",
    "content": "Sudah kami periksa.",
}
REJECTION = {"is_request": 1, "not_authority": 1, "reason": "2", "reason_description": "Bukan wewenang kami."}
JPEG = ("a.jpg", b"\xff\xd8\xff", "image/jpeg")
PDF = ("b.pdf", b"%PDF-1.7", "application/pdf")


class Caller:
    """Somebody with both secrets, at one of the three hosts."""

    def __init__(
        self, http: AsyncClient, prefix: str = "/lapor/3.0.0", now: list[datetime] | None = None, app: Any = None
    ) -> None:
        self.http = http
        self.app = app
        self.now = now or []
        self.prefix = prefix
        self.headers = {HOSTS[prefix]: f"Bearer {AUTH}", "token": TOKEN, "Accept": "application/json"}

    async def get(self, path: str, **query: Any) -> Response:
        return await self.http.get(self.prefix + path, params=query, headers=self.headers)

    async def post(self, path: str, **body: Any) -> Response:
        return await self.http.post(self.prefix + path, headers=self.headers, **body)

    async def create(self, **changes: Any) -> Response:
        return await self.post("/complaints/complaint", json=GOOD | changes)

    async def switch(self, **quirks: Any) -> Response:
        return await self.http.patch("/_simulator/quirks", json=quirks)

    async def held(self, **query: Any) -> Any:
        return (await self.http.get("/_simulator/complaints", params=query)).json()

    async def followup(self, number: int, files: Any = None, **changes: Any) -> Response:
        data = FOLLOWUP | {"complaint_id": str(number)} | changes
        return await self.post("/complaints/followup/add", data=data, files=files)

    async def reject(self, number: int, **changes: Any) -> Response:
        return await self.post(f"/complaints/process/{number}/reject", json=REJECTION | changes)

    async def upload(self, *files: Any) -> Response:
        return await self.post("/complaints/complaint/file", files=[("attachments[]", one) for one in files])

    async def one(self, number: int) -> Any:
        return (await self.http.get(f"/_simulator/complaints/{number}")).json()

    async def control(self, path: str, **body: Any) -> Response:
        return await self.http.post(f"/_simulator/{path}", json=body)
