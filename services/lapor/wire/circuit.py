"""The circuit breaker: when LAPOR! itself is in trouble, everything rests instead of failing one by one."""

import time
from collections import Counter
from collections.abc import Callable

import structlog

from services.lapor.wire.port import Busy, Locked, NotSent, Outcome, Refused, Unclear
from shared.telemetry import metrics

log = structlog.get_logger()

_IN_A_ROW = 3
"""Failures that end the patience: each may cost a person's look at LAPOR!, so a storm must not cost hundreds."""
_REFUSED_IN_A_ROW = 5
"""It is LAPOR! or our settings then, and not the complaints."""


class Circuit:
    """Opens for a while; the first call after that is the trial."""

    def __init__(self, pause_s: float, seconds: Callable[[], float] = time.monotonic) -> None:
        """Start closed: calls may be made."""
        self._pause_s = pause_s
        self._seconds = seconds
        self._open_until = 0.0
        self._failures: Counter[str] = Counter()
        metrics.LAPOR_CIRCUIT_OPEN.set(0)

    @property
    def rests(self) -> bool:
        """Whether no call may be made now."""
        resting = self._seconds() < self._open_until
        metrics.LAPOR_CIRCUIT_OPEN.set(resting)
        return resting

    def heed(self, call: str, outcome: Outcome) -> None:
        """Learn from a call. Failures in a row are counted for each kind: that files go says nothing of complaints."""
        match outcome:
            case Locked(status):
                where = "check NTBCARE_LAPOR_AUTH, NTBCARE_LAPOR_TOKEN and NTBCARE_LAPOR_BASE_URL"
                self._open(self._pause_s, f"HTTP {status}: {where}")
            case Busy(retry_after_s):
                self._open(retry_after_s or self._pause_s, "HTTP 429")
            case NotSent(reason) | Unclear(reason):
                self._fail(call, _IN_A_ROW, f"the last one: {reason.partition(':')[0]}")
            case Refused(status, _) if call == "create":
                self._fail("refused", _REFUSED_IN_A_ROW, f"LAPOR! refuses one complaint after the other: HTTP {status}")
            case _:
                self._failures[call] = self._failures["refused"] = 0

    def _fail(self, call: str, limit: int, words: str) -> None:
        self._failures[call] += 1
        if self._failures[call] >= limit:
            self._open(self._pause_s, f"{self._failures[call]} failures of {call} in a row, {words}")

    def _open(self, seconds: float, reason: str) -> None:
        self._open_until = max(self._open_until, self._seconds() + seconds)
        metrics.LAPOR_CIRCUIT_OPEN.set(1)
        log.error("lapor.circuit_opened", seconds=round(seconds), reason=reason)
