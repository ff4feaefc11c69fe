"""The directory: who answers for which affair, at which level, where, on which day."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path

from shared.directory.affairs import Affair, Level, load_affairs
from shared.directory.agencies import Agency
from shared.directory.lapor import LaporIds, load_lapor_ids
from shared.directory.load import PATTERN_VALID_FROM, load_agencies
from shared.directory.regions import PROVINCE_CODE, regencies, region
from shared.directory.settings import override_folder
from shared.directory.tables import DATA, TABLES, DirectoryDataError, Row, Table, rows

#: The province's coordinating administrator: gets what nobody knows, so that nothing goes nowhere.
DESK = "NTB.DESK"
INSPECTORATE = "NTB.INSPEKTORAT"


class Directory:
    """Agencies and affairs of one version, and their ids at LAPOR!; immutable after it is built."""

    def __init__(
        self, agencies: Iterable[Agency], affairs: dict[str, Affair], *, version: str, lapor: LaporIds | None = None
    ) -> None:
        self.agencies = tuple(agencies)
        self.affairs = affairs
        self.version = version
        self.lapor = lapor or LaporIds(affairs=affairs)
        self._by_key: dict[str, list[Agency]] = {}
        self._by_task: dict[tuple[str, Level, str], list[Agency]] = {}
        for agency in self.agencies:
            self._by_key.setdefault(agency.key, []).append(agency)
            for affair in () if agency.by_name else agency.affairs:
                self._by_task.setdefault((affair, agency.level, agency.region_code), []).append(agency)

    def __len__(self) -> int:
        return len(self.agencies)

    #: The first day from which the whole structure is known; earlier days are answered as that day.
    known_from = PATTERN_VALID_FROM

    @cached_property
    def changes(self) -> tuple[date, ...]:
        """The days, from `known_from` on, on which some agency begins or is no more."""
        days = {self.known_from}
        for agency in self.agencies:
            days.add(agency.valid_from)
            if agency.valid_to is not None:
                days.add(agency.valid_to + timedelta(days=1))
        return tuple(sorted(day for day in days if day >= self.known_from))

    def agency(self, key: str, *, on: date) -> Agency | None:
        """Return the agency as it was on that day, or None when there was none of that key."""
        return next((agency for agency in self._by_key.get(key, ()) if agency.holds_on(on)), None)

    def agency_known(self, key: str, *, on: date) -> Agency | None:
        """Return the agency as it was on that day; a day before `known_from` is answered as that one."""
        return self.agency(key, on=max(on, self.known_from))

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
        return tuple(f"{where} on {on}: {who}" for where, who in self._faults(on))

    def faults(self) -> tuple[str, ...]:
        """Name every gap and overlap of every day since `known_from`, each with the first day on which it is there."""
        found: dict[tuple[str, str], date] = {}
        for day in self.changes:
            for fault in self._faults(day):
                found.setdefault(fault, day)
        return tuple(f"{where} from {day}: {who}" for (where, who), day in found.items())

    def _faults(self, on: date) -> Iterator[tuple[str, str]]:
        for affair in self.affairs.values():
            for level in sorted(affair.levels):
                everywhere = level in {Level.NATIONAL, Level.PROVINCE}
                for code in [PROVINCE_CODE] if everywhere else [regency.code for regency in regencies()]:
                    found = self.competent(affair.key, level, code, on=on)
                    if len(found) != 1:
                        who = " and ".join(agency.key for agency in found)
                        place = f"{affair.key} at level {level} in {code} {region(code).name}"
                        yield place, f"{who} are competent" if who else "nobody is competent"


def load_directory(folder: Path = DATA, override: Sequence[Path] = ()) -> Directory:
    """Read a folder of tables, with an operator's own over them, and check it for every day since `known_from`.

    `override`: folders or single tables, the later over the earlier.

    `DirectoryDataError` names what is wrong and where: a row, or the affair, level, place and day of a gap or overlap.
    """
    for own in override:
        _check_override(own)
    affairs = load_affairs(folder)

    def read(table: Table) -> tuple[Row, ...]:
        return rows(table, *override, shipped=folder)

    agencies = load_agencies(read, affairs)
    lapor = load_lapor_ids(read, {agency.key for agency in agencies}, affairs)
    reviewed = (folder / "reviewed_on.txt").read_text(encoding="utf-8").strip()
    version = f"{date.fromisoformat(reviewed)}+{_digest(folder)}" + "".join(f".{_digest(own)}" for own in override)
    found = Directory(agencies, affairs, version=version, lapor=lapor)
    for key in (DESK, INSPECTORATE):
        if found.agency(key, on=found.known_from) is None:
            raise DirectoryDataError(f"agencies_province.csv: {key} must be there")
    if faults := found.faults():
        raise DirectoryDataError("\n".join(["The directory has gaps or overlaps:", *faults]))
    return found


def _digest(folder: Path) -> str:
    files = sorted(folder.glob("*.csv")) if folder.is_dir() else [folder]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:8]


def _check_override(own: Path) -> None:
    known = sorted(table.name for table in TABLES)
    if not own.exists():
        raise DirectoryDataError(f"{own}: no folder or table is there (NTBCARE_DIRECTORY names a folder)")
    for path in sorted(own.glob("*.csv")) if own.is_dir() else [own]:
        if path.name not in known:
            raise DirectoryDataError(f"{path}: no table of that name can be overridden; these can: {', '.join(known)}")


@cache
def directory() -> Directory:
    """Return the directory of this installation, read once: what is shipped, with `NTBCARE_DIRECTORY` over it."""
    own = override_folder()
    return load_directory(override=(Path(own),) if own else ())


def lapor_ids() -> LaporIds:
    """Return the ids at LAPOR! of this installation's directory; read, checked and kept with `directory()`."""
    return directory().lapor
