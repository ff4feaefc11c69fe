"""TLS for tests: certificates of the test's own, and a door with TLS before a Postgres whose build has none."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""PostgreSQL's manual, "Message Formats": SSLRequest."""


@dataclass(frozen=True)
class Certificates:
    """Paths of PEM files; `server` holds the private key and the chain, for 127.0.0.1 and no other name."""

    ca: Path
    server: Path


def make_certificates(folder: Path, host: str = "127.0.0.1") -> Certificates:
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    certificates = Certificates(folder / "ca.pem", folder / "server.pem")
    authority.cert_pem.write_to_path(str(certificates.ca))
    issued = authority.issue_cert(host, common_name="kafka")
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    kafkas_form = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificates.server.write_bytes(kafkas_form + b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    return certificates


@contextmanager
def postgres_with_tls(port: int, certificates: Certificates) -> Iterator[int]:
    """Listen with TLS for a Postgres on `port` of 127.0.0.1; yield the port. It takes no connection without TLS.

    It does what `stunnel` does with `protocol = pgsql`: the wheel's PostgreSQL is built without OpenSSL.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.server)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if await reader.readexactly(8) == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(context)
                behind, before = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_pipe(reader, before), _pipe(behind, writer))
        writer.close()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(answer, "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
