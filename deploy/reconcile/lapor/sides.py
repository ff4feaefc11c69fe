"""What we hold of LAPOR!, and what LAPOR! showed: the two sides that `comparing` compares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Section = Literal["only_here", "only_there", "different_status", "perhaps_double", "in_doubt"]
Place = Literal["even", "only_here", "different_status", "in_doubt", "not_asked", "no_number_yet", "withheld"]
"""Where a complaint of ours stands in a comparison: each in exactly one."""
TheirPlace = Literal["ours_by_number", "ours_by_ticket", "arrived", "only_there"]


@dataclass(frozen=True, slots=True)
class Explained:
    """What a section names, and what to do about one that it names."""

    meaning: str
    step: str


SECTIONS: Final[Mapping[Section, Explained]] = {
    "only_here": Explained(
        "only here: LAPOR! does not know their number, or they have none after a day",
        "without a number: does lapor run, what does ntbcare lapor show TICKET say? "
        "With one: ask LAPOR!'s administrator what became of it",
    ),
    "only_there": Explained(
        "only there: on LAPOR!'s side, and no complaint here",
        "lapor's workers take in what is on the list; what was refused, an officer enters by hand",
    ),
    "different_status": Explained(
        "different status: LAPOR! shows another one than we noted, or has what should not be there",
        "the mirror looks again at its next step; if that is past: does lapor run? ntbcare lapor show TICKET",
    ),
    "perhaps_double": Explained(
        "perhaps double: told twice, or filed twice",
        "look at both at LAPOR!, then ask its administrator to end one",
    ),
    "in_doubt": Explained(
        "in doubt: perhaps there, without a number here",
        "look for the ticket at LAPOR!, then ntbcare lapor resolve TICKET --number …, or --not-created",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A complaint of ours. `words`: what was told, of a doubtful one alone; `since`: when it could have gone."""

    ticket: str
    state: str
    reason: str | None = None
    lapor_id: str | None = None
    status: str | None = None
    since: datetime | None = None
    mirrored_at: datetime | None = None
    looked_at: datetime | None = None
    due_at: datetime | None = None
    words: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A complaint that was filed at LAPOR!; `digest` of its words, as long as they are kept here."""

    lapor_id: str
    state: str
    reason: str | None = None
    ticket: str | None = None
    arrived_at: datetime
    filed_at: datetime | None = None
    linked_at: datetime | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An open notice that a ticket and a number of LAPOR!'s do not go together."""

    ticket: str
    lapor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Our side."""

    mirrors: tuple[Mirror, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    notices: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A complaint on LAPOR!'s list; of its words only what they are recognised by."""

    lapor_id: str
    status: str
    at: datetime
    ticket: str | None = None
    title: str = field(default="", repr=False)
    content: str = field(default="", repr=False)
    filed_at: datetime | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What LAPOR! said when it was asked for one number: its status, or None where it knows no such number."""

    status: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """LAPOR!'s side. `listed` is None where there is no list; `whole`: it was read to its end."""

    began_at: datetime
    listed: Mapping[str, Shown] | None = None
    whole: bool = False
    looked: Mapping[str, Looked] = field(default_factory=dict)
    unread: str | None = None
    """Why reading stopped, where it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not even."""

    section: Section
    ticket: str | None
    lapor_id: str | None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found. The counts of each side add up to all that it holds; `theirs` is None without a list."""

    findings: tuple[Finding, ...]
    ours: Mapping[Place, int]
    theirs: Mapping[TheirPlace, int] | None

    def of(self, section: Section) -> tuple[Finding, ...]:
        """Return the findings of a section."""
        return tuple(one for one in self.findings if one.section == section)
