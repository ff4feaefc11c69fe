"""Limits per address for what anybody may call."""

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from shared.core.errors import TooManyRequestsError


class RateLimit:
    """At most so many calls a minute per place and address, counted in this process."""

    def __init__(self, per_minute: int) -> None:
        """Count in memory: with several processes the limit is per process."""
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def allows(self, place: str, address: str) -> bool:
        """Count one call and tell whether it is still within the limit."""
        return self._limiter.hit(self._item, place, address)

    def require(self, place: str, address: str) -> None:
        """Count one call; raises `TooManyRequestsError` beyond the limit."""
        if not self.allows(place, address):
            raise TooManyRequestsError("rate_limited", "Terlalu banyak permintaan; coba lagi sebentar lagi")


def address_of(request: Request) -> str:
    """Return the caller's address; behind a proxy, uvicorn has set it from the proxies it was told to trust."""
    return request.client.host if request.client else "unknown"
