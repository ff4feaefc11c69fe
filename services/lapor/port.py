"""What the mirror asks of LAPOR!, and everything that can come of asking.

The client behind it may change (LAPOR! 4.0 was announced in June 2025); what its answers mean to us does not.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A complaint as LAPOR! may have it: masked, with our ticket at the head of its content."""

    title: str
    content: str
    institution_id: int
    anonymous: bool
    secret: bool
    happened_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a complaint stands at LAPOR!, in its own words. `since`: by its log, where that says so."""

    name: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Created:
    """LAPOR! holds it, under this number."""

    lapor_id: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """LAPOR! cannot have heard it: no connection was made."""

    reason: str


@dataclass(frozen=True, slots=True)
class Busy:
    """LAPOR! did nothing and wants us to wait (429), in seconds if it says so."""

    retry_after_s: float | None


@dataclass(frozen=True, slots=True)
class Locked:
    """LAPOR! does not know our secrets (401, 403). It is not the complaint that is wrong."""

    status: int


@dataclass(frozen=True, slots=True)
class Refused:
    """LAPOR! will not do this (any other 4xx); `message` is its own."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nobody knows whether LAPOR! did it: no answer, a broken one, a 5xx, or a 2xx that names no number."""

    reason: str


Trouble: TypeAlias = NotSent | Busy | Locked | Refused | Unclear
CreateOutcome: TypeAlias = Created | Trouble
LookOutcome: TypeAlias = Status | Trouble


class Port(Protocol):
    """LAPOR!, as the mirror knows it. Neither call raises for what LAPOR! or the network do."""

    async def create(self, report: Report) -> CreateOutcome:
        """Create a complaint, once: a call that may have arrived is not repeated in here."""
        ...

    async def status(self, lapor_id: str) -> LookOutcome:
        """Look where a complaint stands."""
        ...
