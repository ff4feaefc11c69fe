"""The circuit breaker: when LAPOR! itself is in trouble, everything rests instead of failing one by one."""

import time
from collections.abc import Callable

import structlog

from services.lapor.wire.port import Busy, Locked, NotSent, Outcome, Unclear
from shared.telemetry import metrics

log = structlog.get_logger()

_IN_A_ROW = 3
"""Failures that end the patience: each may cost a person's look at LAPOR!, so a storm must not cost hundreds."""


class Circuit:
    """Opens for a while; the first call after that is the trial."""

    def __init__(self, pause_s: float, seconds: Callable[[], float] = time.monotonic) -> None:
        """Start closed: calls may be made."""
        self._pause_s = pause_s
        self._seconds = seconds
        self._open_until = 0.0
        self._failures = 0
        metrics.LAPOR_CIRCUIT_OPEN.set(0)

    @property
    def rests(self) -> bool:
        """Whether no call may be made now."""
        resting = self._seconds() < self._open_until
        metrics.LAPOR_CIRCUIT_OPEN.set(resting)
        return resting

    def heed(self, outcome: Outcome) -> None:
        """Learn from a call. A refused complaint is an answer like any other: LAPOR! is there."""
        match outcome:
            case Locked(status):
                self._open(self._pause_s, f"HTTP {status}: check NTBCARE_LAPOR_AUTH and NTBCARE_LAPOR_TOKEN")
            case Busy(retry_after_s):
                self._open(retry_after_s or self._pause_s, "HTTP 429")
            case NotSent(reason) | Unclear(reason):
                self._failures += 1
                if self._failures >= _IN_A_ROW:
                    self._open(
                        self._pause_s, f"{self._failures} failures in a row, the last one: {reason.partition(':')[0]}"
                    )
            case _:
                self._failures = 0

    def _open(self, seconds: float, reason: str) -> None:
        self._open_until = self._seconds() + seconds
        metrics.LAPOR_CIRCUIT_OPEN.set(1)
        log.error("lapor.circuit_opened", seconds=round(seconds), reason=reason)
