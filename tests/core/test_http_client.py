"""Calling out: a connection that rested too long is not trusted, for the other side may be about to close it."""

import asyncio

import pytest

from shared.http import client as door


@pytest.mark.parametrize(("rests", "connections"), [(5.0, 1), (0.0, 2)], ids=["soon", "after a rest"])
async def test_a_connection_is_used_again_soon_and_never_after_a_rest(monkeypatch, rests, connections):
    opened = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        while (await reader.readline()).strip():
            while (await reader.readline()).strip():
                pass
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    monkeypatch.setattr(door, "_RESTS_S", rests)
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server, door.async_client(timeout=5) as http:
        for _ in range(2):
            assert (await http.get(f"http://{host}:{port}/")).status_code == 204
            await asyncio.sleep(0.01)
    assert opened == connections
