"""Government affairs (urusan pemerintahan, UU 23/2014): what a complaint is about."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from shared.directory.tables import DATA, DirectoryDataError, read


class Level(StrEnum):
    """Who answers by law: the level of authority (tingkat kewenangan)."""

    NATIONAL = "national"
    PROVINCE = "province"
    REGENCY = "regency"
    VILLAGE = "village"
    REGIONAL_COMPANY = "regional_company"


@dataclass(frozen=True, slots=True)
class Affair:
    """One affair, or a part of one (`parent` set) that another body answers for at some level."""

    key: str
    name: str
    parent: str | None
    basis: str
    levels: frozenset[Level]


_COLUMNS = ("key", "name", "parent", "basis", "levels")


def load_affairs(folder: Path = DATA) -> dict[str, Affair]:
    """Read the table of affairs; `DirectoryDataError` names the row that is wrong."""
    found: dict[str, Affair] = {}
    for row in read(folder / "affairs.csv", _COLUMNS):
        key, parent = row.text("key"), row.optional("parent")
        if key in found:
            raise row.error(f"affair {key} stands twice")
        if parent and parent not in found:
            raise row.error(f"parent {parent} is not an affair above this row")
        known = {level.value for level in Level}
        if unknown := set(row.many("levels")) - known or not row.many("levels"):
            raise row.error(f"levels {unknown} unknown, expected some of {', '.join(sorted(known))}")
        levels = frozenset(Level(level) for level in row.many("levels"))
        found[key] = Affair(key, row.text("name"), parent, row.text("basis"), levels)
    if not found:
        raise DirectoryDataError("affairs.csv: no affair")
    return found


@cache
def affairs() -> dict[str, Affair]:
    """Return the shipped affairs by key."""
    return load_affairs()


def main_affair(key: str) -> str:
    """Return the affair that a part belongs to, or the key itself: `jalan` is part of `pupr`."""
    return affairs()[key].parent or key
