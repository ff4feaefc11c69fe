"""The load: raw connections, because whoever sends shares the cores with whom it measures."""

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import cast

_ANSWERS_S = 20.0


class Load:
    """Keeps connections open (HTTP/1.1, keep-alive), each with at most one request under way, and its own log."""

    def __init__(self, request: Callable[[int], bytes], *, first: int = 0) -> None:
        """`request` makes the HTTP request of a number; numbers count from `first`."""
        self.request = request
        self.statuses: Counter[int] = Counter()
        self.accepted = array("Q")
        """The numbers that got a 2xx, in the order of their answers."""
        self.milliseconds = array("d")
        """From sending (at a pace: from when it was due) to the answer, of all answers."""
        self.sent_at: dict[int, float] = {}
        """`time.perf_counter()` of the requests under way, and of all where `remember` is set."""
        self.remember = False
        self.stopping = False
        self.unanswered: set[int] = set()
        """The numbers whose connection ended before an answer came."""
        self._next = first
        self._connections: list[_Connection] = []
        self._free: asyncio.Queue[_Connection] = asyncio.Queue()

    @property
    def sent(self) -> int:
        """How many numbers were given out."""
        return self._next

    async def connect(self, host: str, port: int, connections: int) -> None:
        """Open the connections."""
        self.stopping = False
        self._free = asyncio.Queue()
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, protocol = await loop.create_connection(lambda: _Connection(self), host, port)
            self._connections.append(protocol)
            self._free.put_nowait(protocol)

    def press(self) -> None:
        """Let every connection send its next request as soon as it has its answer, until `finish`."""
        while not self._free.empty():
            connection = self._free.get_nowait()
            connection.keep_going = True
            connection.send(self._take())

    async def pace(self, *, per_second: float, messages: int) -> None:
        """Send at a steady rate whatever the answers do; a request that finds no connection free waits for one.

        Its time counts from when it was due: a slow server must not hide behind requests that it kept from being sent.
        """
        start = time.perf_counter()
        for count in range(messages):
            due = start + count / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            (await self._free.get()).send(self._take(), due)

    async def finish(self) -> None:
        """Wait for the answers that are due, and close; `connect` opens anew and the log goes on."""
        self.stopping = True
        with suppress(TimeoutError):
            async with asyncio.timeout(_ANSWERS_S):
                for _ in self._connections:
                    await self._free.get()
        for one in self._connections:
            one.close()
        self._connections.clear()

    def answered(self, connection: "_Connection", number: int, status: int) -> None:
        """Write an answer down and give the connection its next request."""
        sent_at = self.sent_at[number] if self.remember else self.sent_at.pop(number)
        self.milliseconds.append((time.perf_counter() - sent_at) * 1000)
        self.statuses[status] += 1
        if status // 100 == 2:  # noqa: PLR2004
            self.accepted.append(number)
        if connection.keep_going and not self.stopping:
            connection.send(self._take())
        else:
            self._free.put_nowait(connection)

    def lost(self, connection: "_Connection", number: int | None) -> None:
        """Write down that a connection ended."""
        if number is not None:
            self.unanswered.add(number)
        if not connection.closing:
            self._free.put_nowait(connection)

    def _take(self) -> int:
        number = self._next
        self._next += 1
        return number


class _Connection(asyncio.Protocol):
    def __init__(self, load: Load) -> None:
        self.number: int | None = None
        self.keep_going = False
        self.closing = False
        self._load = load
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, number: int, due: float | None = None) -> None:
        assert self._transport is not None  # noqa: S101 - connected before it is used
        self.number = number
        request = self._load.request(number)
        self._load.sent_at[number] = due or time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        number, self.number, self._received = self.number, None, b""
        assert number is not None  # noqa: S101 - nobody answers unasked
        self._load.answered(self, number, int(head[9:12]))

    def connection_lost(self, _error: Exception | None) -> None:
        self._load.lost(self, self.number)

    def close(self) -> None:
        self.closing = True
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0] or 0)


def percentile(values: "array[float] | list[float]", share: float) -> float:
    """Return the value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
