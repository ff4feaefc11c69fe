"""Fetch a content from its provider, and from nobody else, within limits of size and time."""

import asyncio
from urllib.parse import urljoin, urlsplit

from services.intake.media.outcome import Fetched, Outcome, Unfetched
from shared.channels import MediaPolicy
from shared.http.outside import HTTPError, OutsideClient, PrivateAddressError, Response

WHOLE_S = 60.0
"""Seconds for one content with all its redirects: a provider that drips holds nobody longer."""

_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_GONE = frozenset({403, 404, 410})
"""The addresses are signed and expire: who comes too late is forbidden."""
_LATER = frozenset({401, 408, 425, 429})
"""401: our own credentials, which an operator can mend."""
_SERVERS_FAULT = 500


class Fetcher:
    """Fetches contents by their channel's policy. Never raises for what a provider, or a forger, does."""

    def __init__(self, client: OutsideClient, *, whole_s: float = WHOLE_S) -> None:
        """Take what connects; `whole_s` in seconds."""
        self._client = client
        self._whole_s = whole_s

    async def fetch(self, url: str, policy: MediaPolicy) -> Outcome:
        """Get one content, following at most three redirects; each hop must be the provider's own host."""
        try:
            async with asyncio.timeout(self._whole_s):
                return await self._follow(url, policy)
        except TimeoutError:
            return Unfetched("later", "too_slow")
        except PrivateAddressError:
            return Unfetched("refused", "private_address")
        except HTTPError:
            return Unfetched("later", "connection_failed")
        except (OSError, UnicodeError):
            return Unfetched("later", "name_not_found")

    async def _follow(self, url: str, policy: MediaPolicy) -> Outcome:
        first = url
        for _ in range(_MOST_REDIRECTS + 1):
            if not policy.allows(url):
                return Unfetched("refused", "foreign_address")
            headers = policy.headers if _same_host(url, first) else {}
            async with self._client.get(url, headers) as response:
                if response.status_code not in _REDIRECTS:
                    return await _read(response, policy.largest)
                url = _join(url, response.headers.get("location", ""))
        return Unfetched("failed", "too_many_redirects")

    async def close(self) -> None:
        """Close what is open."""
        await self._client.close()


def _same_host(url: str, first: str) -> bool:
    return urlsplit(url).hostname == urlsplit(first).hostname


def _join(url: str, location: str) -> str:
    """Return where a redirect leads; nowhere for what is no address."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


async def _read(response: Response, largest: int) -> Outcome:
    status = response.status_code
    if status != _OK:
        return _no_content(status)
    if response.headers.get("content-encoding", "identity").lower() != "identity":  # never unpacked: it may be a bomb
        return Unfetched("refused", "packed")
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > largest:
        return Unfetched("refused", "too_large")
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > largest:
            return Unfetched("refused", "too_large")
    return Fetched(bytes(content), response.headers.get("content-type"))


def _no_content(status: int) -> Unfetched:
    if status in _GONE:
        return Unfetched("failed", "gone")
    if status in _LATER or status >= _SERVERS_FAULT:
        return Unfetched("later", f"http_{status}")
    return Unfetched("failed", f"http_{status}")
