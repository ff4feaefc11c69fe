"""NTB's time, for what people read; everything stored or sent is UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

Clock = Callable[[], datetime]
"""Where a service gets the time from; a test hands in its own."""

WITA = timezone(timedelta(hours=8), "WITA")
"""Waktu Indonesia Tengah (Asia/Makassar): UTC+8 without daylight saving (Keppres 41/1987)."""


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)
