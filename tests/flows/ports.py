"""Ports that lie side by side, for a house whose processes listen on one after the other."""

import random
import socket
from contextlib import ExitStack

_BELOW_OUTGOING = range(12_000, 30_000)
"""Outgoing connections take theirs from 32,768 on (Linux): a test of load leaves thousands of them behind."""
_TRIES = 50


def free_ports(count: int = 20, *, before: int = 2) -> int:
    """Return a port that is free, as are those `before` it and so many from it on."""
    for _ in range(_TRIES):
        first = random.choice(_BELOW_OUTGOING)
        with ExitStack() as held:
            try:
                for port in range(first - before, first + count):
                    listener = held.enter_context(socket.socket())
                    listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError("no free ports side by side")
