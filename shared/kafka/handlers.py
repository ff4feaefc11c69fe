"""Handlers: what a service does with an event, one at a time, or with many of a type at once."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from shared.db import UnitOfWork
from shared.events import Envelope, Event
from shared.kafka.waves import waves

Handler: TypeAlias = Callable[[UnitOfWork, Envelope], Awaitable[None]]
Handlers: TypeAlias = Mapping[type[Event], Handler]
Lock: TypeAlias = Callable[[UnitOfWork, Sequence[UUID]], Awaitable[object]]
"""Locks what a service keeps of these complaints, in an order of its own."""
_TakeMany: TypeAlias = Callable[[UnitOfWork, Sequence[Envelope]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Together:
    """A handler that takes many events of its type with the statements of one; each is of another complaint.

    It raises for all where one cannot be processed: each is then handed over alone.
    """

    take: _TakeMany

    async def __call__(self, tx: UnitOfWork, envelope: Envelope) -> None:
        """Take one."""
        await self.take(tx, [envelope])


class Dispatch:
    """Hands events to a service's handlers."""

    def __init__(self, handlers: Handlers, lock: Lock | None = None) -> None:
        """Take the handlers by event class; `lock` for a service in which others lock several complaints, too."""
        self._lock = lock
        self._takers = {model.model_fields["type"].default: _taker(handler) for model, handler in handlers.items()}

    def knows(self, event_type: str | None) -> bool:
        """Tell whether there is a handler for this type."""
        return event_type in self._takers

    async def hand_over(self, tx: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        """Hand events over, in waves with one of each complaint, and each wave by type.

        A wave finds all that the one before has written, and what is announced carries the trace of its own cause.
        """
        if self._lock is not None and len(envelopes) > 1:
            await self._lock(tx, [envelope.subject for envelope in envelopes])
        for wave in waves(envelopes, _subject):
            await tx.flush(events=False)
            tx.traceparents = {envelope.subject: envelope.traceparent for envelope in wave}
            by_type: defaultdict[str, list[Envelope]] = defaultdict(list)
            for envelope in wave:
                by_type[envelope.data.type].append(envelope)
            for event_type, those in by_type.items():
                await self._takers[event_type](tx, those)


def _taker(handler: Handler) -> _TakeMany:
    if isinstance(handler, Together):
        return handler.take

    async def take(tx: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            tx.traceparent = envelope.traceparent
            await handler(tx, envelope)

    return take


def _subject(envelope: Envelope) -> UUID:
    return envelope.subject
