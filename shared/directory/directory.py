"""The directory: who answers for which affair, at which level, where, on which day."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from shared.directory.affairs import Affair, Level, load_affairs
from shared.directory.agencies import Agency
from shared.directory.load import load_agencies
from shared.directory.regions import PROVINCE_CODE, regencies
from shared.directory.tables import DATA, DirectoryDataError

#: The province's coordinating administrator: gets what nobody knows, so that nothing goes nowhere.
DESK = "NTB.DESK"
INSPECTORATE = "NTB.INSPEKTORAT"


class Directory:
    """Agencies and affairs of one version; immutable after it is built."""

    def __init__(self, agencies: Iterable[Agency], affairs: dict[str, Affair], *, version: str) -> None:
        self.agencies = tuple(agencies)
        self.affairs = affairs
        self.version = version
        self._by_key: dict[str, list[Agency]] = {}
        self._by_task: dict[tuple[str, Level, str], list[Agency]] = {}
        for agency in self.agencies:
            self._by_key.setdefault(agency.key, []).append(agency)
            for affair in () if agency.by_name else agency.affairs:
                self._by_task.setdefault((affair, agency.level, agency.region_code), []).append(agency)

    def __len__(self) -> int:
        return len(self.agencies)

    @cached_property
    def known_from(self) -> date:
        """The first day from which the whole structure is known; earlier days are answered as that day."""
        return max(agency.valid_from for agency in self.agencies if agency.valid_to is None)

    def agency(self, key: str, *, on: date) -> Agency | None:
        """Return the agency as it was on that day, or None when there was none of that key."""
        return next((agency for agency in self._by_key.get(key, ()) if agency.holds_on(on)), None)

    def competent(self, affair: str, level: Level, region_code: str, *, on: date) -> tuple[Agency, ...]:
        """Return who answers; a part of an affair that nobody holds alone falls to who holds the whole.

        `region_code` may be any code inside the region: what is below the regency counts as the regency, and
        province and nation answer for the whole province. No answer, or several, is a fault of the data that
        `check` names.
        """
        home = PROVINCE_CODE
        if level not in {Level.NATIONAL, Level.PROVINCE}:
            home = ".".join(region_code.split(".")[:2])
        key: str | None = affair
        while key is not None:
            if found := tuple(a for a in self._by_task.get((key, level, home), ()) if a.holds_on(on)):
                return found
            known = self.affairs.get(key)
            key = known.parent if known else None
        return ()

    def check(self, *, on: date) -> tuple[str, ...]:
        """Name every gap and overlap on that day: affair, level, region and the agencies that quarrel."""
        return tuple(self._faults(on))

    def _faults(self, on: date) -> Iterator[str]:
        for affair in self.affairs.values():
            for level in sorted(affair.levels):
                everywhere = level in {Level.NATIONAL, Level.PROVINCE}
                for code in [PROVINCE_CODE] if everywhere else [regency.code for regency in regencies()]:
                    found = self.competent(affair.key, level, code, on=on)
                    if len(found) != 1:
                        who = " and ".join(agency.key for agency in found) or "nobody"
                        yield f"{affair.key} at level {level} in {code} on {on}: {who} is competent"


def load_directory(folder: Path = DATA) -> Directory:
    """Read and check a folder of tables; `DirectoryDataError` names what is wrong and where."""
    affairs = load_affairs(folder)
    agencies = load_agencies(folder, affairs)
    reviewed = (folder / "reviewed_on.txt").read_text(encoding="utf-8").strip()
    digest = hashlib.sha256(b"\0".join(p.read_bytes() for p in sorted(folder.glob("*.csv")))).hexdigest()[:8]
    found = Directory(agencies, affairs, version=f"{date.fromisoformat(reviewed)}+{digest}")
    for key in (DESK, INSPECTORATE):
        if found.agency(key, on=found.known_from) is None:
            raise DirectoryDataError(f"agencies_province.csv: {key} must be there")
    return found


@cache
def directory() -> Directory:
    """Return the shipped directory, read once."""
    return load_directory()
