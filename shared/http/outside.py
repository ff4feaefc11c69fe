"""Downloads from addresses that strangers may have written: no address of ours is ever reached with one.

A name is resolved once, every address that it has must be a public one, and the connection goes to the very address
that was looked at: a name server that answers differently the next time changes nothing (DNS rebinding). Certificates
are still checked against the name. Redirects are not followed here; whoever does decides about each.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

from httpx import URL, AsyncBaseTransport, AsyncClient, AsyncHTTPTransport, HTTPError, InvalidURL, Limits, Response

from shared.http.client import trusted

__all__ = ["NO_REUSE", "AsyncHTTPTransport", "HTTPError", "OutsideClient", "PrivateAddressError", "Resolve", "Response"]

Resolve: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""Returns all addresses of a host; raises `OSError` when it has none."""

NO_REUSE = Limits(max_keepalive_connections=0)
"""A connection serves one download: the next is looked at anew."""
_STEP_S = 10.0
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")


class PrivateAddressError(Exception):
    """A name that leads to this machine, to our own network, or to nobody's."""


async def resolve(host: str) -> list[str]:
    """Ask the machine's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_public(address: str) -> bool:
    """Tell whether an address is somebody's out there (IANA's special-purpose registries), IPv6 wrappers taken off."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found in _NAT64_LOCAL:
            return False
        inner = _wrapped(found)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for: mapped, 6to4, Teredo, NAT64."""
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def _read(url: str) -> URL:
    """Read an address; one that two parsers read differently was made to deceive one of them."""
    try:
        read, host = URL(url), urlsplit(url).hostname
    except (InvalidURL, ValueError):
        raise PrivateAddressError("no address") from None
    if read.scheme != "https" or read.host != host or read.port is not None:
        raise PrivateAddressError("an address with two meanings")
    return read


class OutsideClient:
    """Gets one address at a time from the outside; keeps no cookie and no connection, and asks for no compression."""

    def __init__(self, *, resolve: Resolve = resolve, transport: AsyncBaseTransport | None = None) -> None:
        """Take other ways to resolve and to connect; tests do."""
        self._resolve = resolve
        self._client = AsyncClient(
            timeout=_STEP_S,
            trust_env=False,
            follow_redirects=False,
            transport=transport or AsyncHTTPTransport(verify=trusted(), trust_env=False, limits=NO_REUSE),
        )

    @asynccontextmanager
    async def get(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[Response]:
        """Open an https address; the body is read by the caller.

        Raises `PrivateAddressError`, or `HTTPError` or `OSError` when nothing came.
        """
        wanted = _read(url)
        addresses = await self._resolve(wanted.host)
        if not addresses or not all(map(is_public, addresses)):
            raise PrivateAddressError("an address that is not public")
        request = self._client.build_request(
            "GET",
            wanted.copy_with(host=addresses[0]),
            headers={**headers, "host": wanted.netloc.decode("ascii"), "accept-encoding": "identity"},
            extensions={"sni_hostname": wanted.raw_host.decode("ascii")},
        )
        request.headers.pop("cookie", None)
        response = await self._client.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close what is open."""
        await self._client.aclose()
