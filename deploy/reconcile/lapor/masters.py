"""Our mapped ids against LAPOR!'s own lists: what is gone, what is named otherwise, what has no id yet. Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from deploy.reconcile.lapor.likeness import Like, agency_matcher, matcher, plain
from shared.directory import Directory, Mapped
from shared.directory.lapor import Kind
from shared.directory.regions import PROVINCE_CODE, regencies, region
from shared.directory.tables import INSTITUTIONS, LOCATIONS, TOPICS

KINDS: Final[tuple[Kind, ...]] = ("institutions", "topics", "locations")
TABLES: Final[Mapping[Kind, str]] = {
    "institutions": INSTITUTIONS.name,
    "topics": TOPICS.name,
    "locations": LOCATIONS.name,
}
OLD: Final = timedelta(days=2)
_ALIKE: Final = {"topics": 0.8, "locations": 0.93}
"""Regions differ in one word of three: only what is nearly the same counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a list of LAPOR!'s, as it was seen last."""

    id: str
    name: str
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """One of LAPOR!'s lists; `read_at` is None where it was never read, or LAPOR! has none."""

    entries: tuple[Entry, ...] = ()
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """An id that we use: a row of a table of ours, or a setting (`where`)."""

    key: str
    lapor_id: int
    name: str = ""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An id of ours that is wrong: `unknown` to LAPOR!, `gone` from its list, or `renamed` there."""

    what: Literal["unknown", "gone", "renamed"]
    key: str
    lapor_id: int
    where: str
    noted: str
    theirs: str
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Something of ours without an id, and an entry of LAPOR!'s like its name or another name of it (`by`).

    `row` is for our table.
    """

    key: str
    name: str
    by: str
    lapor_id: str
    theirs: str
    likeness: float
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One kind, compared. `unmapped`: how many of ours have no id, with a suggestion or without."""

    kind: Kind
    table: str
    read_at: datetime | None
    old: bool
    entries: int
    used: int
    faults: tuple[Fault, ...]
    unmapped: int
    suggestions: tuple[Suggestion, ...]
    gone: tuple[Entry, ...]
    """What the last reading did not find any more."""


def compare(
    found: Directory, theirs: Mapping[str, Theirs], settings: Mapping[Kind, Sequence[Used]], now: datetime, today: date
) -> tuple[Compared, ...]:
    """Compare what we use today or later with LAPOR!'s lists as they were read last."""
    return tuple(_one(kind, found, theirs.get(kind, Theirs()), settings.get(kind, ()), now, today) for kind in KINDS)


def wrong(compared: Iterable[Compared]) -> bool:
    """Tell whether anything that we use is gone, was never there, or is named otherwise."""
    return any(one.faults for one in compared)


def _one(
    kind: Kind, found: Directory, theirs: Theirs, settings: Sequence[Used], now: datetime, today: date
) -> Compared:
    rows: Mapping[Kind, tuple[Mapped, ...]] = {
        "institutions": found.lapor.institutions,
        "topics": found.lapor.topics,
        "locations": found.lapor.locations,
    }
    used = [
        Used(key=row.key, lapor_id=row.lapor_id, name=row.name, where=TABLES[kind])
        for row in rows[kind]
        if row.valid_to is None or row.valid_to >= today
    ]
    used += settings
    unmapped = _UNMAPPED[kind](found, today)
    return Compared(
        kind=kind,
        table=TABLES[kind],
        read_at=theirs.read_at,
        old=theirs.read_at is not None and now - theirs.read_at > OLD,
        entries=sum(entry.gone_at is None for entry in theirs.entries),
        used=len(used),
        faults=tuple(_faults(used, theirs)) if theirs.read_at else (),
        unmapped=len(unmapped),
        suggestions=tuple(_suggestions(kind, unmapped, theirs)),
        gone=tuple(entry for entry in theirs.entries if entry.gone_at is not None and entry.gone_at == theirs.read_at),
    )


def _faults(used: Iterable[Used], theirs: Theirs) -> Iterable[Fault]:
    by_id = {entry.id: entry for entry in theirs.entries}
    for one in used:
        entry = by_id.get(str(one.lapor_id))
        what: Literal["unknown", "gone", "renamed"]
        if entry is None:
            what = "unknown"
        elif entry.gone_at is not None:
            what = "gone"
        elif one.name and plain(one.name) != plain(entry.name):
            what = "renamed"
        else:
            continue
        yield Fault(
            what=what,
            key=one.key,
            lapor_id=one.lapor_id,
            where=one.where,
            noted=one.name,
            theirs=entry.name if entry else "",
            gone_at=entry.gone_at if entry else None,
        )


def _suggestions(kind: Kind, unmapped: Mapping[str, Sequence[str]], theirs: Theirs) -> Iterable[Suggestion]:
    entries = [(entry.id, entry.name) for entry in theirs.entries if entry.gone_at is None and entry.id.isdigit()]
    find: Callable[[Sequence[str]], Like | None]
    find = agency_matcher(entries) if kind == "institutions" else matcher(entries, cutoff=_ALIKE[kind])
    for key, names in unmapped.items():
        like = find(names)
        if like is not None:
            yield Suggestion(
                key=key,
                name=names[0],
                by=like.ours,
                lapor_id=like.id,
                theirs=like.name,
                likeness=like.likeness,
                row=_csv(key, like.id, like.name, "", ""),
            )


def _agencies(found: Directory, today: date) -> dict[str, Sequence[str]]:
    day = max(today, found.known_from)
    return {
        agency.key: (agency.name, *(alias.name for alias in agency.aliases))
        for agency in found.agencies
        if agency.holds_on(day) and found.lapor.institution(agency.key, on=today) is None
    }


def _affairs(found: Directory, today: date) -> dict[str, Sequence[str]]:
    return {
        affair.key: (affair.name,)
        for affair in found.affairs.values()
        if found.lapor.topic(affair.key, on=today) is None
    }


def _regions(found: Directory, today: date) -> dict[str, Sequence[str]]:
    """Return the province and its regencies: what lies in them falls to them."""
    own = {row.key for row in found.lapor.rows("locations", today)}
    here = (region(PROVINCE_CODE), *regencies())
    bare = [one.name.partition(" ")[2] for one in here]
    names = {
        one.code: (one.name, short) if (short := one.name.partition(" ")[2]) and bare.count(short) == 1 else (one.name,)
        for one in here
        if one.code != PROVINCE_CODE
    }
    names[PROVINCE_CODE] = (here[0].name, f"Provinsi {here[0].name}")
    return {code: names[code] for code in sorted(names) if code not in own}


_UNMAPPED: Final[Mapping[Kind, Callable[[Directory, date], dict[str, Sequence[str]]]]] = {
    "institutions": _agencies,
    "topics": _affairs,
    "locations": _regions,
}


def _csv(*cells: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
