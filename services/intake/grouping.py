"""Group commits: requests that come at the same time are accepted in one transaction, and share its flush to disk.

A request that comes alone is accepted at once, and what comes while a group is under way is the next one. Under load
that one waits a moment longer, by what the last one held. A second group goes beside the first when many wait, or when
the first takes long. One that cannot be accepted harms nobody: every request of its group is then accepted alone.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from services.intake.drafts import Delivery
from shared.channels import Receipt
from shared.db import is_unavailable

Accept: TypeAlias = Callable[[Sequence[Delivery]], Awaitable[list[list[Receipt]]]]
"""Accepts requests in one transaction, all or none; returns after the commit."""

_UNDER_WAY = 2
"""Groups at a time: one is made ready here while PostgreSQL works on the other."""
_MANY = 16
"""Requests that are worth a second transaction: one of a single request costs ten times its share in a group."""
_APART_S = 0.001
"""From the start of a group to that of the next, for each request in it: small groups, one close upon the other, would
use up the processor that is needed when something stands still. A group takes longer than one of these by itself."""
_FARTHEST_APART_S = 0.012
_LONG_S = 0.03
"""A group that takes longer than this keeps the next one waiting no more: perhaps it waits for a lock."""
_MOST_MESSAGES = 250
"""Messages of one group, unless a single request has more: a group is as slow for its first as for its last."""


class Grouping:
    """Accepts the requests of one channel in this process."""

    def __init__(self, accept: Accept) -> None:
        """Take what accepts a group."""
        self._accept = accept
        self._waiting: deque[_Waiting] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._clock = time.monotonic
        self._started_at = 0.0
        self._apart = 0.0

    async def accept(self, delivery: Delivery) -> list[Receipt]:
        """Accept one request, in a commit of its own or of many; returns after it, raises what became of this one."""
        waiting = _Waiting(delivery)
        self._waiting.append(waiting)
        self._start()
        return await waiting.outcome

    def _start(self) -> None:
        while self._waiting and self._may_start():
            group = self._next_group()
            task = asyncio.create_task(self._finish(group))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
            self._started_at = self._clock()
            self._apart = min(_FARTHEST_APART_S, _APART_S * len(group))
            for later in (self._apart, _LONG_S):
                asyncio.get_running_loop().call_later(later, self._start)

    def _may_start(self) -> bool:
        waits = self._apart if not self._under_way else _LONG_S
        late = self._clock() - self._started_at >= waits
        return len(self._under_way) < _UNDER_WAY and (len(self._waiting) >= _MANY or late)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._start()

    def _next_group(self) -> "list[_Waiting]":
        group = [self._waiting.popleft()]
        size = group[0].messages
        while self._waiting and (size := size + self._waiting[0].messages) <= _MOST_MESSAGES:
            group.append(self._waiting.popleft())
        return group

    async def _finish(self, group: "list[_Waiting]") -> None:
        """Accept a group and tell each of it the outcome; who hung up meanwhile is accepted like the others."""
        try:
            outcomes = await self._accept([one.delivery for one in group])
        except Exception as error:  # noqa: BLE001 - it goes to whoever waits
            if len(group) == 1 or is_unavailable(error):
                for one in group:
                    one.fail(error)
            else:
                await asyncio.gather(*(self._finish([one]) for one in group))
        else:
            for one, receipts in zip(group, outcomes, strict=True):
                one.tell(receipts)
        finally:
            for one in group:  # still without an outcome only when this process is being stopped
                one.outcome.cancel()


class _Waiting:
    """A request, and where its outcome is told."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.messages = max(1, len(delivery.translation.messages))
        self.outcome: asyncio.Future[list[Receipt]] = asyncio.get_running_loop().create_future()

    def tell(self, receipts: list[Receipt]) -> None:
        if not self.outcome.done():
            self.outcome.set_result(receipts)

    def fail(self, error: Exception) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)
