"""A provider out there: a real HTTPS server on this machine, reached through public addresses that are not its own.

Only the last step is ours: the connection that was to go to a public address goes to the server's port. What the
product decides, which address it connects to, which name it asks the certificate for, is noted and checked.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import trustme

from shared.http.outside import NO_REUSE, OutsideClient

HOSTS = ("media.provider.example", "a.cdn.example", "b.cdn.example")
PUBLIC = "157.240.1.35"

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


def response(status: str = "200 OK", body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Provider:
    port: int = 0
    scripts: dict[str, bytes | Script] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    sent: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head)
            script = self.scripts.get(head.split()[1], response("404 Not Found"))
            if isinstance(script, bytes):
                writer.write(script)
            else:
                await script(writer)
            await writer.drain()
        writer.close()

    async def write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        await writer.drain()
        self.sent += len(data)


class Wire(httpx.AsyncHTTPTransport):
    """Real connections with real certificates; only the address is exchanged at the last moment."""

    def __init__(self, port: int, trusted: ssl.SSLContext) -> None:
        super().__init__(verify=trusted, trust_env=False, limits=NO_REUSE)
        self.port = port
        self.connected: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.connected.append(request.url.host)
        request.url = request.url.copy_with(host="127.0.0.1", port=self.port)
        return await super().handle_async_request(request)


class Names:
    """A name server that says what the test wants, another thing each time if need be."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []

    async def resolve(self, host: str) -> list[str]:
        self.asked.append(host)
        answers = self.answers.get(host, [[PUBLIC]])
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if not found:
            raise OSError("no such name")
        return found


@dataclass
class World:
    provider: Provider
    names: Names
    wire: Wire
    client: OutsideClient


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    authority = trustme.CA()
    serving, trusted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert(*HOSTS).configure_cert(serving)
    authority.configure_trust(trusted)
    provider, names = Provider(), Names()
    server = await asyncio.start_server(provider.answer, "127.0.0.1", 0, ssl=serving)
    provider.port = server.sockets[0].getsockname()[1]
    wire = Wire(provider.port, trusted)
    client = OutsideClient(resolve=names.resolve, transport=wire)
    try:
        yield World(provider, names, wire, client)
    finally:
        await client.close()
        server.close()
