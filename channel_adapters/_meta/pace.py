"""How fast we call Meta in one account's name: its quotas, and what it says of their use.

Meta for Developers, "Messenger Platform: Rate limits" (23 March 2026): 100 messages a second, 750 private replies an
hour; "Graph API: Rate limits": `X-App-Usage` and `X-Business-Use-Case-Usage` tell percents. Each process counts for
itself; what Meta refuses all the same is tried later.
"""

import json
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.channels.sending import Remedy, SendError
from shared.core.times import Clock, utc_now

SLOW_DOWN_AT, STOP_AT = 80, 95
"""Percent of a quota."""
_HOUR = timedelta(hours=1)
_AT_MOST = timedelta(seconds=1)
_A_WHILE, _LONGER, _LONGEST = timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1)
_PERCENTS = ("call_count", "total_time", "total_cputime")
_MOST = 1_000_000
"""More says no more, and a number of 400 digits fits no float."""
_REGAIN = "estimated_time_to_regain_access"
"""Minutes."""


class Pace:
    """Says when the next call may be made."""

    def __init__(self, *, per_second: int = 100, private_per_hour: int = 750, clock: Clock = utc_now) -> None:
        """Take the quotas of one account."""
        self._gap = timedelta(seconds=1) / per_second
        self._private_per_hour = private_per_hour
        self._clock = clock
        self._next: dict[str, datetime] = {}
        self._private: dict[str, deque[datetime]] = defaultdict(deque)
        self._rests_until: dict[str, datetime] = {}

    def enter(self, account: str, *, private: bool, urgent: bool) -> float:
        """Return how many seconds to wait before this call; raises `SendError` where that is too long.

        What is urgent waits for no quota of ours.
        """
        now = self._clock()
        if not urgent:
            self._check_use(account, now)
        if private:
            self._count_private(account, now, urgent=urgent)
        at = max(now, self._next.get(account, now))
        at = now if at - now > _AT_MOST else at  # a clock that was put back
        self._next[account] = at + self._gap
        return (at - now).total_seconds()

    def heed(self, account: str, headers: Mapping[str, str]) -> None:
        """Take in what Meta says of the use of its quotas; what cannot be read says nothing."""
        used, minutes = 0.0, 0.0
        for usage in (*_usages(headers.get("x-app-usage")), *_usages(headers.get("x-business-use-case-usage"))):
            used = max(used, *(_number(usage.get(name)) for name in _PERCENTS))
            minutes = max(minutes, _number(usage.get(_REGAIN)))
        if used < SLOW_DOWN_AT and not minutes:
            return
        rest = timedelta(minutes=min(minutes, _LONGEST / timedelta(minutes=1)))
        self._rests_until[account] = self._clock() + max(rest, _LONGER if used >= STOP_AT else _A_WHILE)

    def _check_use(self, account: str, now: datetime) -> None:
        until = self._rests_until.get(account, now)
        if now < until <= now + _LONGEST:
            raise SendError("quota_near", Remedy.THROTTLE, retry_after=until - now)

    def _count_private(self, account: str, now: datetime, *, urgent: bool) -> None:
        sent = self._private[account]
        while sent and not now - _HOUR < sent[0] <= now:
            sent.popleft()
        if len(sent) >= self._private_per_hour and not urgent:
            raise SendError("private_replies_hour", Remedy.THROTTLE, retry_after=sent[0] + _HOUR - now)
        sent.append(now)


def _usages(told: str | None) -> Iterator[Mapping[str, Any]]:
    """Yield every object that tells percents: one, or those of each business."""
    try:
        document = json.loads(told or "null")
    except (ValueError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    yield document
    for many in document.values():
        yield from (one for one in many if isinstance(one, dict)) if isinstance(many, list) else ()


def _number(told: Any) -> float:
    return float(min(told, _MOST)) if isinstance(told, int | float) and told >= 0 else 0.0
