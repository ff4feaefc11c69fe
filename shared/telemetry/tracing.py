"""Trace context: the W3C `traceparent` that travels from the provider's request through every event."""

import re
from collections.abc import Mapping

from shared.core.ids import random_id

_TRACEPARENT = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")


def traceparent_of(headers: Mapping[str, str]) -> str:
    """Return the caller's `traceparent` if it is well formed, otherwise a new one (W3C Trace Context, version 00)."""
    given = headers.get("traceparent", "")
    if _TRACEPARENT.match(given):
        return given
    return f"00-{random_id().hex}-{random_id().hex[16:]}-01"
