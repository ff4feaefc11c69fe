"""Limits per address for what anybody may call."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from shared.core.errors import TooManyRequestsError


class RateLimit:
    """At most so many calls a minute per place and address, counted in this process."""

    def __init__(self, per_minute: int) -> None:
        """Count in memory: with several processes the limit is per process. Exact: no window that starts anew."""
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allows(self, place: str, address: str) -> bool:
        """Count one call and tell whether it is still within the limit."""
        return self._limiter.hit(self._item, place, address)

    def is_spent(self, place: str, address: str) -> bool:
        """Tell whether one more call would be beyond the limit; it is not counted."""
        return not self._limiter.test(self._item, place, address)

    def require(self, place: str, address: str) -> None:
        """Count one call; raises `TooManyRequestsError` beyond the limit."""
        if not self.allows(place, address):
            raise TooManyRequestsError("rate_limited", "Terlalu banyak permintaan; coba lagi sebentar lagi")


def address_of(request: Request) -> str:
    """Return whom a limit counts; behind a proxy, uvicorn has set the address from the proxies it was told to trust.

    One IPv6 customer owns at least a /64 and may call from any address in it, so that the network counts.
    """
    host = request.client.host if request.client else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or IPv6Network((address.packed[:8] + bytes(8), 64)))
