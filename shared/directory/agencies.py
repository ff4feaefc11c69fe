"""Agencies (perangkat daerah, instansi vertikal, BUMN, BUMD) as dated facts."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.directory.affairs import Level
from shared.directory.contacts import NO_CONTACT, Contact


class AgencyKind(StrEnum):
    """Whose house the agency belongs to."""

    PROVINCE = "province"
    REGENCY = "regency"
    VERTICAL = "vertical"
    STATE_COMPANY = "state_company"


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name people use; `until` is the last day it was official, None when it never ended."""

    name: str
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One agency in one period.

    `affairs` are what it answers for at its `level` in its `region_code`. With `by_name` it answers only
    when a complaint names it (a hospital of several). `verified` is False where the name is a guess from a
    pattern or the press. `parent` is the key of the agency above it; where that is none of the directory (a ministry,
    a governor) `superior` says it in words.
    """

    key: str
    name: str
    short: str
    kind: AgencyKind
    level: Level
    region_code: str
    affairs: tuple[str, ...]
    aliases: tuple[Alias, ...] = ()
    by_name: bool = False
    verified: bool
    valid_from: date
    valid_to: date | None = None
    parent: str | None = None
    tasks: str = ""
    not_for: str = ""
    superior: str = ""
    contact: Contact = NO_CONTACT

    def holds_on(self, day: date) -> bool:
        """Say whether the agency existed, under this name, on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
