"""Builds the agencies from the reviewed tables: the province's, ten times the regency pattern, the nation's."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from shared.directory.affairs import Level
from shared.directory.agencies import Agency, AgencyKind, Alias
from shared.directory.regions import PROVINCE_CODE, Region, regencies
from shared.directory.tables import DirectoryDataError, Row, read

_PROVINCE = (
    *("key", "name", "short", "level", "affairs", "by_name", "parent", "verified"),
    *("valid_from", "valid_to", "tasks", "not_for"),
)
_PATTERN = ("family", "name", "short", "level", "where", "affairs", "parent", "tasks")
_NAMES = ("key", "name", "short", "verified", "note")
_NATIONAL = (
    *("key", "name", "short", "kind", "affairs", "by_name", "verified"),
    *("valid_from", "valid_to", "tasks"),
)
_LEVELS = frozenset(level.value for level in Level)
_WHERE = frozenset({"all", "regency", "city"})
#: The regencies' agencies are taken as they are now; the pattern says nothing of earlier years.
PATTERN_VALID_FROM = date(2026, 1, 2)


def load_agencies(folder: Path, affairs: Collection[str]) -> tuple[Agency, ...]:
    """Read every agency; `DirectoryDataError` names file and row of what is wrong."""
    named = {row.text("key"): row for row in read(folder / "regency_names.csv", _NAMES)}
    found = [
        *(_province(row, affairs) for row in read(folder / "agencies_province.csv", _PROVINCE)),
        *_pattern(folder, named, affairs),
        *(_national(row, affairs) for row in read(folder / "agencies_national.csv", _NATIONAL)),
    ]
    keys = {agency.key for agency in found}
    for key, row in named.items():
        if key not in keys:
            raise row.error(f"{key} is no agency of the pattern")
    _check_periods_and_parents(found)
    return tuple(_with_aliases(found, folder))


def _affairs(row: Row, known: Collection[str]) -> tuple[str, ...]:
    for affair in row.many("affairs"):
        if affair not in known:
            raise row.error(f"affair {affair} is not in affairs.csv")
    return row.many("affairs")


def _province(row: Row, affairs: Collection[str]) -> Agency:
    level = Level(row.choice("level", _LEVELS))
    return Agency(
        key=row.text("key"),
        name=_of_the_province(row.text("name")),
        short=row.text("short"),
        kind=AgencyKind.STATE_COMPANY if level is Level.REGIONAL_COMPANY else AgencyKind.PROVINCE,
        level=level,
        region_code=PROVINCE_CODE,
        affairs=_affairs(row, affairs),
        by_name=row.yes("by_name"),
        verified=row.yes("verified"),
        valid_from=row.day("valid_from"),
        valid_to=row.optional_day("valid_to"),
        parent=row.optional("parent"),
        tasks=row.cells["tasks"],
        not_for=row.cells["not_for"],
    )


def _national(row: Row, affairs: Collection[str]) -> Agency:
    return Agency(
        key=row.text("key"),
        name=row.text("name"),
        short=row.text("short"),
        kind=AgencyKind(row.choice("kind", frozenset({"vertical", "state_company"}))),
        level=Level.NATIONAL,
        region_code=PROVINCE_CODE,
        affairs=_affairs(row, affairs),
        by_name=row.yes("by_name"),
        verified=row.yes("verified"),
        valid_from=row.day("valid_from"),
        valid_to=row.optional_day("valid_to"),
        tasks=row.cells["tasks"],
    )


def _pattern(folder: Path, named: dict[str, Row], affairs: Collection[str]) -> Iterator[Agency]:
    rows = list(read(folder / "agencies_regency.csv", _PATTERN))
    for region in regencies():
        for row in rows:
            if row.choice("where", _WHERE) in {"all", region.kind.value}:
                yield _regency(row, region, named.get(f"{region.code}.{row.text('family')}"), affairs)


def _regency(row: Row, region: Region, known: Row | None, affairs: Collection[str]) -> Agency:
    level = Level(row.choice("level", _LEVELS))
    parent = row.optional("parent")
    return Agency(
        key=f"{region.code}.{row.text('family')}",
        name=_placed(known.text("name") if known else row.text("name"), region),
        short=_placed(known.text("short") if known else row.text("short"), region, short=True),
        kind=AgencyKind.STATE_COMPANY if level is Level.REGIONAL_COMPANY else AgencyKind.REGENCY,
        level=level,
        region_code=region.code,
        affairs=_affairs(row, affairs),
        verified=known.yes("verified") if known else False,
        valid_from=PATTERN_VALID_FROM,
        parent=f"{region.code}.{parent}" if parent else None,
        tasks=row.cells["tasks"],
    )


def _of_the_province(name: str) -> str:
    """Add whose it is to a name that the regencies have too: `Dinas Kesehatan Provinsi NTB`."""
    return name if {"NTB", "Provinsi", "Nusa", "Rumah"} & set(name.split()) else f"{name} Provinsi NTB"


def _placed(name: str, region: Region, *, short: bool = False) -> str:
    """Add the region to a name that does not say whose it is: `Dinas Kesehatan Kabupaten Dompu`."""
    if name.startswith(("RSUD ", "PDAM ", "PT ", "PTAM ", "Perumdam ")):
        return name
    kind, _, place = region.name.partition(" ")
    if not short:
        return f"{name} {region.name}"
    return f"{name} {region.short_names[0] if region.short_names else f'{kind[:3]}. {place}'}"


def _with_aliases(found: list[Agency], folder: Path) -> Iterator[Agency]:
    aliases: dict[str, list[Alias]] = {agency.key: [] for agency in found}
    for row in read(folder / "aliases.csv", ("key", "alias", "until")):
        key = row.text("key")
        alias = Alias(row.text("alias"), row.optional_day("until"))
        matching = [k for k in aliases if k.startswith("52.") and k.endswith(key[1:])] if key[0] == "*" else [key]
        if not matching or matching[0] not in aliases:
            raise row.error(f"{key} is no agency")
        for each in matching:
            aliases[each].append(alias)
    for agency in found:
        yield replace(agency, aliases=tuple(aliases[agency.key]))


def _check_periods_and_parents(found: list[Agency]) -> None:
    seen: dict[str, list[Agency]] = {}
    for agency in found:
        for other in seen.setdefault(agency.key, []):
            if other.holds_on(agency.valid_from) or agency.holds_on(other.valid_from):
                raise DirectoryDataError(f"{agency.key}: two rows hold on {max(agency.valid_from, other.valid_from)}")
        seen[agency.key].append(agency)
    for agency in found:
        if agency.parent and agency.parent not in seen:
            raise DirectoryDataError(f"{agency.key}: its parent {agency.parent} is no agency")
