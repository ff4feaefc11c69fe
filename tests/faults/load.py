"""The load: providers who send at a steady rate whatever the house does, and repeat what got no 2xx."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.said import Message
from tests.faults.wire import Lines

_CONNECTIONS = 48
"""To each door."""
_AGAIN_S = (0.5, 2.0)
"""Between two deliveries of the same."""
_MOST_UNDER_WAY = 20_000


@dataclass(slots=True)
class Log:
    """The sender's own log."""

    sent: set[str] = field(default_factory=set)
    accepted: Counter[str] = field(default_factory=Counter)
    """How often each message got a 2xx."""
    citizens: set[int] = field(default_factory=set)
    deliveries: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    cut: int = 0


class Load:
    """Sends until it is told to finish."""

    def __init__(self, ports: dict[str, int], messages: Iterator[Message], *, per_second: float) -> None:
        """`ports` are those of the doors by channel."""
        self.log = Log()
        self.started = time.monotonic()
        self.seconds = 0.0
        self._lines = {channel: Lines(port, _CONNECTIONS) for channel, port in ports.items()}
        self._messages = messages
        self._per_second = per_second
        self._cutting = 0
        self._none_to_cut = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._enough = asyncio.Event()

    async def run(self, at_least: int) -> None:
        """Send, until `finish` was called and at least so many messages were sent; return when all got their 2xx."""
        self.started = time.monotonic()
        for number, message in enumerate(self._messages):
            if self._enough.is_set() and number >= at_least:
                break
            if len(self._under_way) >= _MOST_UNDER_WAY:
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            self._begin(message)
            await asyncio.sleep(max(0.0, self.started + (number + 1) / self._per_second - time.monotonic()))
        self.seconds = time.monotonic() - self.started
        while self._under_way:
            await asyncio.wait(self._under_way)
        for lines in self._lines.values():
            lines.close()

    def finish(self) -> None:
        """Send no more than is wanted at least."""
        self._enough.set()

    @property
    def under_way(self) -> int:
        """How many deliveries have no 2xx yet."""
        return len(self._under_way)

    async def cut_next(self, deliveries: int) -> None:
        """Cut the connection of so many deliveries; they are repeated as any that got no answer."""
        self._cutting, self._none_to_cut = deliveries, asyncio.Event()
        await self._none_to_cut.wait()

    def _begin(self, message: Message) -> None:
        self.log.sent.add(message.name)
        self.log.citizens.add(message.citizen)
        for copy in range(message.copies):
            task = asyncio.create_task(self._deliver(message, delay=copy and random.uniform(0, 0.02)))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _deliver(self, message: Message, *, delay: float) -> None:
        await asyncio.sleep(delay)
        lines = self._lines[message.channel]
        while True:
            self.log.deliveries += 1
            if self._cutting > 0:
                self._cutting -= 1
                self.log.cut += 1
                at = random.choice((random.randrange(1, len(message.request)), len(message.request)))
                await lines.cut(message.request, at)
                if self._cutting == 0:
                    self._none_to_cut.set()
            else:
                status = await lines.ask(message.request)
                if status is None:
                    self.log.unanswered += 1
                else:
                    self.log.answers[status] += 1
                if status is not None and 200 <= status < 300:
                    self.log.accepted[message.name] += 1
                    return
                if status is not None and status < 500 and status != 429:
                    raise AssertionError(f"{message.channel} answered {status} to what is right")
            await asyncio.sleep(random.uniform(*_AGAIN_S))
