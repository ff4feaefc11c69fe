"""The only door to httpx: whoever calls out over HTTP does it from here, with a timeout and no proxy by accident."""

import functools
import ssl

from httpx import (
    ASGITransport,
    AsyncClient,
    Client,
    ConnectError,
    ConnectTimeout,
    HTTPError,
    Limits,
    PoolTimeout,
    Response,
    Timeout,
    create_ssl_context,
)

__all__ = [
    "NEVER_LEFT",
    "ASGITransport",
    "AsyncClient",
    "Client",
    "HTTPError",
    "Response",
    "Timeout",
    "async_client",
    "client",
    "trusted",
]


NEVER_LEFT = (ConnectError, ConnectTimeout, PoolTimeout)
"""A request that failed so never left: the other side certainly did nothing. After any other failure nobody knows."""

_RESTS_S = 2.0
"""How long a connection may rest and be used again: less than the shortest time after which common servers close one
(uvicorn and Node.js: 5 s). A request that crosses such a close fails, and whether it was heard nobody knows."""


def client(*, timeout: float) -> Client:
    """Make a synchronous client; `timeout` in seconds for each step of a request."""
    return Client(timeout=timeout, trust_env=False, verify=trusted(), limits=_limits())


def async_client(*, timeout: float) -> AsyncClient:
    """Make an asynchronous client; `timeout` in seconds for each step of a request."""
    return AsyncClient(timeout=timeout, trust_env=False, verify=trusted(), limits=_limits())


@functools.cache
def trusted() -> ssl.SSLContext:
    """Return whom we trust over TLS; reading the authorities takes 20 ms, so every client shares what was read."""
    return create_ssl_context(trust_env=False)


def _limits() -> Limits:
    return Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=_RESTS_S)
