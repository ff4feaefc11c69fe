"""What our agencies, affairs and regions are called by at SP4N-LAPOR!: its own ids, each for a period."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from shared.directory.affairs import Affair, affairs
from shared.directory.regions import PROVINCE_NAME, is_region, parent
from shared.directory.tables import INSTITUTIONS, LOCATIONS, TOPICS, Read, Row

Kind = Literal["institutions", "topics", "locations"]

_ID = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Mapped:
    """One of ours (`key`) and one of LAPOR!'s (`lapor_id`, and its `name` there, where noted) in a period.

    Without `valid_from` the row held always before, without `valid_to` it still holds; both days are within.
    """

    key: str
    lapor_id: int
    name: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether the row is to be used on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, kw_only=True)
class LaporIds:
    """The three tables of ids; no lookup guesses: what no row names on the day is None.

    Only the rows' own periods count, not whether the agency existed on that day: `Directory.agency` knows that.
    """

    institutions: tuple[Mapped, ...] = ()
    topics: tuple[Mapped, ...] = ()
    locations: tuple[Mapped, ...] = ()
    affairs: Mapping[str, Affair] = field(default_factory=affairs, repr=False, compare=False)

    def institution(self, agency_key: str, *, on: date) -> int | None:
        """Return the institution that an agency is at LAPOR!; the agency above it does not stand in."""
        return self._find("institutions", agency_key, on)

    def agency_of(self, institution_id: int, *, on: date) -> str | None:
        """Return the key of the agency that an institution of LAPOR!'s is here, or None unless exactly one is."""
        found = [row.key for row in self.rows("institutions", on) if row.lapor_id == institution_id]
        return found[0] if len(found) == 1 else None

    def topic(self, affair: str | None, *, on: date) -> int | None:
        """Return the category of an affair; a part of an affair without one falls to the whole."""
        while affair is not None:
            if (found := self._find("topics", affair, on)) is not None:
                return found
            known = self.affairs.get(affair)
            affair = known.parent if known else None
        return None

    def location(self, region_code: str | None, *, on: date) -> int | None:
        """Return the location of a region; one without falls to the region that it lies in, up to the province."""
        while region_code is not None:
            if (found := self._find("locations", region_code, on)) is not None:
                return found
            region_code = parent(region_code)
        return None

    def rows(self, kind: Kind, on: date) -> tuple[Mapped, ...]:
        """Return a table's rows that hold on that day, as they stand, to be compared with LAPOR!'s masters."""
        return tuple(row for row in self._tables[kind] if row.holds_on(on))

    def _find(self, kind: Kind, key: str, on: date) -> int | None:
        return next((row.lapor_id for row in self._by_key.get((kind, key), ()) if row.holds_on(on)), None)

    @cached_property
    def _tables(self) -> Mapping[Kind, tuple[Mapped, ...]]:
        return {"institutions": self.institutions, "topics": self.topics, "locations": self.locations}

    @cached_property
    def _by_key(self) -> Mapping[tuple[Kind, str], list[Mapped]]:
        found: dict[tuple[Kind, str], list[Mapped]] = {}
        for kind, rows in self._tables.items():
            for row in rows:
                found.setdefault((kind, row.key), []).append(row)
        return found


def load_lapor_ids(read: Read, agencies: Collection[str], known: Mapping[str, Affair]) -> LaporIds:
    """Build the ids from the rows that `read` gives; `DirectoryDataError` names file and row of what is wrong.

    Several of ours may be one of LAPOR!'s at a time; one of ours is never two of them.
    """
    return LaporIds(
        institutions=tuple(_mapped(read(INSTITUTIONS), agencies.__contains__, "agency")),
        topics=tuple(_mapped(read(TOPICS), known.__contains__, "affair of affairs.csv")),
        locations=tuple(_mapped(read(LOCATIONS), is_region, f"region of {PROVINCE_NAME}")),
        affairs=known,
    )


def _mapped(rows: Iterable[Row], is_one: Callable[[str], bool], what: str) -> Iterator[Mapped]:
    before: dict[str, list[Mapped]] = {}
    for row in rows:
        key_column, id_column, *_ = row.cells
        key = row.text(key_column)
        if not is_one(key):
            raise row.error(f"{key} is no {what}")
        found = Mapped(
            key, _id(row, id_column), row.cells["name"], row.optional_day("valid_from"), row.optional_day("valid_to")
        )
        begins = found.valid_from or date.min
        if found.valid_to is not None and found.valid_to < begins:
            raise row.error(f"{key}: valid_to {found.valid_to} is before valid_from {begins}")
        for other in before.setdefault(key, []):
            later = max(begins, other.valid_from or date.min)
            if found.holds_on(later) and other.holds_on(later):
                raise row.error(f"{key}: two rows hold on {later}")
        before[key].append(found)
        yield found


def _id(row: Row, column: str) -> int:
    value = row.text(column)
    if not _ID.fullmatch(value):
        raise row.error(f"{column} is {value!r}, expected LAPOR!'s own number, in digits only")
    return int(value)
