"""When one thing in a request breaks our own code, only that thing is parked: find it, and let the others in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from services.intake.passing import will_pass
from shared.channels import RefusedError, Translation, Unreadable

Probe: TypeAlias = Callable[[Translation], Awaitable[None]]
"""Raises what accepting this would raise, and changes nothing."""

_KINDS = ("messages", "agency_messages", "amendments", "pointers", "notices", "reports", "ignored")
_MOST_PROBES = 64
"""A request of 1,000 messages with three bad ones takes 60; Messenger waits 5 s for its answer."""


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    number: int
    content: Any

    @property
    def where(self) -> str:
        return f"{self.kind}.{self.number}"


class _TooManyError(Exception):
    """It is not one thing that breaks us, but many."""


async def sift(translation: Translation, probe: Probe) -> Translation:
    """Return what can be accepted; what cannot is in `unreadable`, with its place in the translation.

    Where nothing can, or too much cannot, all of it is one `internal_error`. Raises the probe's `RefusedError`, and
    what will pass by itself: it says nothing about the request.
    """
    pieces = [_Piece(kind, *numbered) for kind in _KINDS for numbered in enumerate(getattr(translation, kind))]
    try:
        failing = await _Sieve(probe).failing(pieces)
    except _TooManyError:
        failing = pieces
    if len(failing) == len(pieces):
        return Translation(unreadable=(Unreadable(reason="internal_error"),))
    broken = tuple(Unreadable(reason="internal_error", where=one.where) for one in failing)
    good = _join([one for one in pieces if one not in failing])
    return replace(good, unreadable=(*translation.unreadable, *broken))


class _Sieve:
    """Halves what fails until the failing ones stand alone."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._left = _MOST_PROBES

    async def failing(self, pieces: Sequence[_Piece]) -> Sequence[_Piece]:
        if not pieces or await self._passes(pieces):
            return []
        if len(pieces) == 1:
            return pieces
        middle = len(pieces) // 2
        return [*await self.failing(pieces[:middle]), *await self.failing(pieces[middle:])]

    async def _passes(self, pieces: Sequence[_Piece]) -> bool:
        if self._left == 0:
            raise _TooManyError
        self._left -= 1
        try:
            await self._probe(_join(pieces))
        except RefusedError:
            raise
        except Exception as error:
            if will_pass(error):
                raise
            return False  # which one fails is the question; the first failure was logged
        return True


def _join(pieces: Sequence[_Piece]) -> Translation:
    return Translation(**{kind: tuple(one.content for one in pieces if one.kind == kind) for kind in _KINDS})
