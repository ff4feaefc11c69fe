"""What a service hands to the process that runs it: its HTTP part and its workers."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from fastapi import APIRouter

Worker = Callable[[], Coroutine[Any, Any, None]]
"""Runs until it is cancelled; when it ends by itself or raises, the process stops and is started again."""
Check = Callable[[], Awaitable[None]]
"""Raises when what it looks at is not ready."""

Report = Callable[[], Awaitable[Mapping[str, Any]]]
"""Says how a service fares: `status` is `ok` or `attention`; all else is for the operator, and nobody's words."""

Part = Literal["http", "workers", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What the operator chose on the command line. `channels`: None means all of them (intake and replies).

    `part`: a service leaves out what its other part alone needs; the doors know no Kafka.
    """

    channels: Sequence[str] | None = None
    part: Part = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceApp:
    """One built service; nothing of it runs yet and no connection is open.

    A small installation lets one process serve the routers of several services; the workers may run apart.
    """

    name: str
    router: APIRouter | None = None
    workers: Mapping[str, Worker] = field(default_factory=dict)
    own_bodies: Sequence[str] = ()
    """Beginnings of the paths, as routes' templates, that read and limit their bodies themselves; all others take a
    small one."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    worker_checks: Mapping[str, Check] = field(default_factory=dict)
    """What is only ready where the workers run."""
    report: Report | None = None
    """What `/health/{name}` tells: everybody the `status`, the operator all of it."""
    close: Callable[[], Awaitable[None]]

    def only(self, part: Part) -> "ServiceApp":
        """Return the service with one part of it: `http`, `workers`, or `both`."""
        if part == "http":
            return replace(self, workers={}, worker_checks={})
        return replace(self, router=None) if part == "workers" else self
