"""The app, played by the tests: a device with a secret name that uploads and submits."""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

from shared.http.client import AsyncClient, Response

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = {"Content-Type": "application/offset+octet-stream"}
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
WORDS = "Jalan rusak parah di depan pasar Contohsari, Lombok Timur"


@dataclass
class Device:
    """One installation of the app."""

    http: AsyncClient
    name: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Device-Id": self.name}

    async def announce(self, length: int, **headers: str) -> Response:
        told = {**TUS, **self.headers, "Upload-Length": str(length), **_spelt(headers)}
        return await self.http.post("/v1/uploads", headers=told)

    async def patch(self, where: str, offset: int, content: bytes | AsyncIterator[bytes], **headers: str) -> Response:
        told = {**TUS, **self.headers, **OCTETS, "Upload-Offset": str(offset), **_spelt(headers)}
        return await self.http.patch(where, headers=told, content=content)

    async def head(self, where: str) -> Response:
        return await self.http.head(where, headers={**TUS, **self.headers})

    async def offset(self, where: str) -> int:
        return int((await self.head(where)).headers["upload-offset"])

    async def upload(self, content: bytes) -> str:
        """Upload in one go; return the upload's id."""
        where = (await self.announce(len(content))).headers["location"]
        answer = await self.patch(where, 0, content)
        assert answer.status_code == 204, answer.text
        return where.rpartition("/")[2]

    async def submit(self, key: str, uploads: Sequence[str] = (), **more: Any) -> Response:
        body = {"text": WORDS, **({"uploads": list(uploads)} if uploads else {}), **more}
        return await self.http.post("/v1/complaints", json=body, headers={**self.headers, "Idempotency-Key": key})

    async def write(self, ticket: str, key: str, **body: Any) -> Response:
        headers = {**self.headers, "Idempotency-Key": key}
        return await self.http.post(f"/v1/me/complaints/{ticket}/messages", json=body, headers=headers)

    async def get(self, path: str) -> Response:
        return await self.http.get(f"/v1/me/complaints{path}", headers=self.headers)

    async def rate(self, ticket: str, rating: int, text: str | None = None) -> Response:
        body = {"rating": rating} | ({"text": text} if text else {})
        return await self.http.post(f"/v1/me/complaints/{ticket}/rating", json=body, headers=self.headers)


async def call_and_hang_up(
    app: FastAPI, method: str, path: str, headers: Mapping[str, str], pieces: Sequence[bytes]
) -> int | None:
    """Send a request whose line breaks after some pieces of its body; return the status if one was still said."""
    left = list(pieces)
    said: list[int] = []

    async def receive() -> dict[str, Any]:
        if left:
            return {"type": "http.request", "body": left.pop(0), "more_body": True}
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            said.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("door", 80),
    }
    await app(scope, receive, send)
    return said[0] if said else None


async def dripping(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def _spelt(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
