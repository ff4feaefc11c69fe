"""What the mirror asks of LAPOR!, and everything that can come of asking.

The client behind it may change (LAPOR! 4.0 was announced in June 2025); what its answers mean to us does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

MasterKind = Literal["institutions", "templates", "topics", "locations"]
"""Lists of LAPOR!'s own ids. Of topics and locations it is not known whether its API has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A complaint as LAPOR! may have it: masked, with our ticket at the head of its content."""

    title: str
    content: str
    institution_id: int
    anonymous: bool
    secret: bool
    happened_on: date
    topic_id: int | None = None
    location_id: int | None = None
    files: tuple[str, ...] = ()
    """LAPOR!'s numbers of the files that were uploaded for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment's content, under a name that says nothing of whose it is."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What we did, for those who look at LAPOR!: masked, with its own mark at the head."""

    content: str = field(repr=False)
    from_institution_id: int
    to_institution_id: int
    secret: bool
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a complaint stands at LAPOR!, in its own words. `since`: by its log, where that says so."""

    name: str
    since: datetime | None
    institution_id: int | None = None
    """Who has it there (disposisi)."""
    institution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirFollowUp:
    """A follow-up as LAPOR! shows it: an institution's, a line of its own log, or ours."""

    id: str
    content: str = field(repr=False)
    template: str
    institution: str
    written_at: datetime | None
    files: int


@dataclass(frozen=True, slots=True)
class FollowUps:
    """All follow-ups of a complaint, oldest first."""

    items: tuple[TheirFollowUp, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A complaint on LAPOR!'s list."""

    lapor_id: str
    title: str = field(repr=False)
    content: str = field(repr=False)
    status: str
    institution_id: int | None
    filed_at: datetime | None
    anonymous: bool
    secret: bool
    place: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of LAPOR!'s list, newest first; `more`: another one follows; `whole`: each entry could be read."""

    items: tuple[Listed, ...]
    more: bool
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Master:
    """An entry of one of LAPOR!'s own lists. `kind`: what a template is for (`system`), where it says so."""

    id: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Masters:
    """All entries of one of LAPOR!'s own lists."""

    items: tuple[Master, ...]


@dataclass(frozen=True, slots=True)
class Created:
    """LAPOR! holds it, under this number."""

    lapor_id: str


@dataclass(frozen=True, slots=True)
class Done:
    """LAPOR! did it; `reference` is its number of what it made, where it told one."""

    reference: str | None = None


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
    """Nobody knows whether LAPOR! did it: no answer, a broken one, a 5xx, or a 2xx that does not say so."""

    reason: str


Trouble: TypeAlias = NotSent | Busy | Locked | Refused | Unclear
CreateOutcome: TypeAlias = Created | Trouble
StepOutcome: TypeAlias = Done | Trouble
LookOutcome: TypeAlias = Status | Trouble
FollowUpsOutcome: TypeAlias = FollowUps | Trouble
ListOutcome: TypeAlias = Page | Trouble
MastersOutcome: TypeAlias = Masters | Trouble
Outcome: TypeAlias = Created | Done | Status | FollowUps | Page | Masters | Trouble


class Port(Protocol):
    """LAPOR!, as the mirror knows it. No call raises for what LAPOR! or the network do, and none is repeated here."""

    async def upload(self, file: File) -> StepOutcome:
        """Leave a file there; `Done.reference` is its number."""
        ...

    async def create(self, report: Report) -> CreateOutcome:
        """Create a complaint, once: a call that may have arrived is not repeated in here."""
        ...

    async def pass_on(self, lapor_id: str, institution_id: int, words: str) -> StepOutcome:
        """Say that it is another institution's (bukan wewenang), and whose."""
        ...

    async def follow_up(self, lapor_id: str, said: FollowUp) -> StepOutcome:
        """Write a follow-up."""
        ...

    async def status(self, lapor_id: str) -> LookOutcome:
        """Look where a complaint stands."""
        ...

    async def follow_ups(self, lapor_id: str) -> FollowUpsOutcome:
        """Read every follow-up of a complaint."""
        ...

    async def listed(self, page: int) -> ListOutcome:
        """Read a page of LAPOR!'s list, from 1; `Refused` where this installation knows of none."""
        ...

    async def masters(self, kind: MasterKind) -> MastersOutcome:
        """Read one of LAPOR!'s own lists; `Refused` where this installation knows of none."""
        ...


Files: TypeAlias = Sequence[File]
