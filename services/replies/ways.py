"""Which other address of a citizen an answer takes where Meta's window is closed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from shared.channels import ReturnAddress

FRESH = timedelta(hours=24)
"""Where somebody wrote within a day, every provider lets an answer through."""
_TO_ONE = frozenset({"sms", "direct_message"})
"""Surfaces that only their owner reads. A comment never, and a form has nobody behind it."""


@dataclass(frozen=True, slots=True)
class Way:
    """An address, whose it is, and when they last wrote there; None where nobody knows."""

    reference: UUID
    address: ReturnAddress = field(repr=False)
    written_at: datetime | None = None


def best_way(ways: Iterable[Way], now: datetime) -> Way | None:
    """Return where they wrote within a day, the newest first; then their telephone; then where they wrote last."""
    open_to_one = [
        way for way in ways if way.address.surface in _TO_ONE and (_rings(way) or way.written_at is not None)
    ]
    return min(open_to_one, key=lambda way: _rank(way, now), default=None)


def _rank(way: Way, now: datetime) -> tuple[int, timedelta]:
    age = timedelta.max if way.written_at is None else now - way.written_at
    return 0 if age <= FRESH else 1 if _rings(way) else 2, age


def _rings(way: Way) -> bool:
    return way.address.surface == "sms"
