"""One HTTP connection after the other, kept alive while it lasts, and cut where a fault wants it."""

import asyncio
import socket
import struct
from contextlib import suppress

from deploy.demo.providers import Call

_HOST = "127.0.0.1"
_ANSWER_S = 5.0
"""Messenger's own patience."""
_RESET = struct.pack("ii", 1, 0)


def render(call: Call) -> bytes:
    """Write a provider's call as it goes over the wire."""
    headers = {"Host": _HOST, "Content-Length": str(len(call.body)), **call.headers}
    head = f"{call.method} {call.path} HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers.items()
    )
    return head.encode() + b"\r\n" + call.body


class Lines:
    """A few connections to one door; who finds none free waits."""

    def __init__(self, port: int, connections: int) -> None:
        """Choose the door; connections are opened when they are needed."""
        self._port = port
        self._turns = asyncio.Semaphore(connections)
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes) -> int | None:
        """Send a request and return the answer's status; None when none came, for whatever reason."""
        async with self._turns:
            try:
                async with asyncio.timeout(_ANSWER_S):
                    return await self._ask(request)
            except (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError):
                return None

    async def _ask(self, request: bytes) -> int:
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection(_HOST, self._port)
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            _, _, rest = head.partition(b"content-length:")
            await reader.readexactly(int(rest.partition(b"\r\n")[0] or 0))
        except BaseException:
            writer.transport.abort()
            raise
        if b"connection: close" in head:
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(head[9:12])

    async def cut(self, request: bytes, at: int) -> None:
        """Send the first `at` bytes and reset the connection: after all of them, the answer is never heard."""
        async with self._turns:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_ANSWER_S):
                    _, writer = await asyncio.open_connection(_HOST, self._port)
                    writer.write(request[:at])
                    await writer.drain()
                    await asyncio.sleep(0.005)
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    writer.transport.abort()

    def close(self) -> None:
        """Close what is open."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()
