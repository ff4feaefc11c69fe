"""Builds the agencies from the reviewed tables: the province's, ten times the regency pattern, the nation's."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date

from shared.directory.affairs import Level
from shared.directory.agencies import Agency, AgencyKind, Alias
from shared.directory.contacts import contact
from shared.directory.regions import PROVINCE_CODE, Region, RegionKind, regencies
from shared.directory.tables import (
    ALIASES,
    CONTACTS,
    LOCAL,
    NAMES,
    NATIONAL,
    PATTERN,
    PROVINCE,
    Read,
    Row,
)

_LEVELS = frozenset(level.value for level in Level)
_WHERE = frozenset({"all", "regency", "city"})
#: The regencies' agencies are taken as they are now; the pattern says nothing of earlier years.
PATTERN_VALID_FROM = date(2026, 1, 2)


def load_agencies(read: Read, affairs: Collection[str]) -> tuple[Agency, ...]:
    """Build every agency from the rows that `read` gives; `DirectoryDataError` names file and row of what is wrong."""
    named = {row.text("key"): row for row in read(NAMES)}
    local = [(_province(row, affairs), row) for row in read(LOCAL)]
    own = {agency.key for agency, _ in local}
    pattern = list(_pattern(read(PATTERN), named, affairs))
    found = [
        *((_province(row, affairs), row) for row in read(PROVINCE)),
        *((agency, row) for agency, row in pattern if agency.key not in own),
        *local,
        *((_national(row, affairs), row) for row in read(NATIONAL)),
    ]
    keys = {agency.key for agency, _ in pattern}
    for key, row in named.items():
        if key not in keys:
            raise row.error(f"{key} is no agency of the pattern")
    _check_periods_and_parents(found)
    return tuple(_complete([agency for agency, _ in found], read))


def _affairs(row: Row, known: Collection[str]) -> tuple[str, ...]:
    for affair in row.many("affairs"):
        if affair not in known:
            raise row.error(f"affair {affair} is not in affairs.csv")
    return row.many("affairs")


def _province(row: Row, affairs: Collection[str]) -> Agency:
    """Read an agency of the province, or (`agencies_local.csv`) one of the regency that its key begins with."""
    level = Level(row.choice("level", _LEVELS))
    place = _home(row) if row.file.endswith(LOCAL.name) else None
    kind = AgencyKind.REGENCY if place else AgencyKind.PROVINCE
    return Agency(
        key=row.text("key"),
        name=_placed(row.text("name"), place) if place else _of_the_province(row.text("name")),
        short=row.text("short"),
        kind=AgencyKind.STATE_COMPANY if level is Level.REGIONAL_COMPANY else kind,
        level=level,
        region_code=place.code if place else PROVINCE_CODE,
        affairs=_affairs(row, affairs),
        by_name=row.yes("by_name"),
        verified=row.yes("verified"),
        valid_from=row.day("valid_from"),
        valid_to=row.optional_day("valid_to"),
        parent=row.optional("parent"),
        tasks=row.cells["tasks"],
        not_for=row.cells["not_for"],
        superior="" if row.optional("parent") else _head(row.text("key"), level, place),
    )


def _home(row: Row) -> Region:
    for region in regencies():
        if row.text("key").startswith(f"{region.code}."):
            return region
    raise row.error(f"{row.text('key')} must begin with the code of a regency or city, such as 52.03.")


def _head(key: str, level: Level, region: Region | None) -> str:
    """Say who is above an agency: the head of the region, through the secretary (PP 18/2016); a company: the owner."""
    head = "Gubernur Nusa Tenggara Barat"
    if region is not None:
        title = "Wali" if region.kind is RegionKind.CITY else "Bupati"
        head = f"{title} {region.name.removeprefix('Kabupaten ')}"
    direct = level is Level.REGIONAL_COMPANY or key.endswith("SETDA")
    return head if direct else f"{head} melalui Sekretaris Daerah"


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
        superior=row.cells["superior"],
    )


def _pattern(lines: Iterable[Row], named: dict[str, Row], affairs: Collection[str]) -> Iterator[tuple[Agency, Row]]:
    rows = list(lines)
    for region in regencies():
        for row in rows:
            if row.choice("where", _WHERE) in {"all", region.kind.value}:
                yield _regency(row, region, named.get(f"{region.code}.{row.text('family')}"), affairs), row


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
        superior="" if parent else _head(row.text("family"), level, region),
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


def _complete(found: list[Agency], read: Read) -> Iterator[Agency]:
    keys = {agency.key for agency in found}
    aliases = _aliases(keys, read(ALIASES))
    contacts = {key: contact(row) for key, row in _keyed(keys, read(CONTACTS))}
    for agency in found:
        yield replace(
            agency,
            aliases=tuple(aliases.get(agency.key, ())),
            contact=contacts.get(agency.key, agency.contact),
        )


def _keyed(keys: Collection[str], rows: Iterable[Row]) -> Iterator[tuple[str, Row]]:
    for row in rows:
        if row.text("key") not in keys:
            raise row.error(f"{row.text('key')} is no agency")
        yield row.text("key"), row


def _aliases(keys: Collection[str], rows: Iterable[Row]) -> dict[str, list[Alias]]:
    aliases: dict[str, list[Alias]] = {}
    for row in rows:
        key = row.text("key")
        matching = [k for k in keys if k.startswith("52.") and k.endswith(key[1:])] if key[0] == "*" else [key]
        if not matching or matching[0] not in keys:
            raise row.error(f"{key} is no agency")
        for each in matching:
            aliases.setdefault(each, []).append(Alias(row.text("alias"), row.optional_day("until")))
    return aliases


def _check_periods_and_parents(found: Collection[tuple[Agency, Row]]) -> None:
    seen: dict[str, list[Agency]] = {}
    for agency, row in found:
        for other in seen.setdefault(agency.key, []):
            if other.holds_on(agency.valid_from) or agency.holds_on(other.valid_from):
                raise row.error(f"{agency.key}: two rows hold on {max(agency.valid_from, other.valid_from)}")
        seen[agency.key].append(agency)
    for agency, row in found:
        if agency.parent and agency.parent not in seen:
            raise row.error(f"{agency.key}: its parent {agency.parent} is no agency")
