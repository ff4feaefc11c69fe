"""Labelled complaints: an affair, or an agency key of an older system through `opd_keys.csv`."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from services.routing.model.features import spoken
from services.routing.rules.text import normalize
from shared.core.errors import ExplainedError
from shared.directory.affairs import affairs, main_affair

_TABLE = Path(__file__).with_name("opd_keys.csv")


@cache
def opd_keys() -> dict[str, tuple[str, ...]]:
    """Return the main affairs that each agency key may stand for; an unknown affair is an error."""
    found: dict[str, tuple[str, ...]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle), 2):
            accepted = row["accepted_affairs"].split("|")
            if row["opd_key"] in found or set(accepted) - set(affairs()):
                raise ValueError(f"{_TABLE.name}: row {number}: key twice, or unknown affair in {accepted}")
            found[row["opd_key"]] = tuple(dict.fromkeys(map(main_affair, accepted)))
    return found


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return a file's rows, which have a `text`; `ExplainedError` says what is wrong with it."""
    if not path.is_file():
        raise ExplainedError(f"{path}: there is no such file")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        try:
            reader = csv.DictReader(handle)
            rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
            columns = reader.fieldnames or ()
        except (UnicodeDecodeError, csv.Error) as error:
            raise ExplainedError(f"{path}: is no CSV in UTF-8; save it as one") from error
    if "text" not in columns:
        raise ExplainedError(f"{path}: has no column `text`; its first line must name the columns")
    if not rows:
        raise ExplainedError(f"{path}: has no rows under its first line")
    return rows


def accepted(row: Mapping[str, str], number: int) -> tuple[str, ...]:
    """Return the main affairs that are right for a row (none: it says nothing); an unknown key names row `number`."""
    if affair := row.get("affair"):
        if affair not in affairs():
            raise ExplainedError(f"row {number}: unknown affair {affair}; those of shared/directory/data/affairs.csv")
        return (main_affair(affair),)
    key = row.get("opd_key")
    if key and key not in opd_keys():
        raise ExplainedError(f"row {number}: unknown opd_key {key}; known are {', '.join(opd_keys())}")
    return opd_keys()[key] if key else ()


def labelled(rows: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return (text, main affair); where several affairs are right, the one that the rules score best."""
    found = []
    for number, row in enumerate(rows, 1):
        right = accepted(row, number)
        if not right:
            raise ExplainedError(f"row {number}: has neither `affair` nor `opd_key`; fill one in")
        found.append((row["text"], right[0] if len(right) == 1 else _likeliest(row["text"], right)))
    return found


def _likeliest(text: str, right: tuple[str, ...]) -> str:
    scores = {score.affair: score.probability for score in spoken(normalize(text))}
    return max(right, key=lambda affair: (scores.get(affair, 0.0), -right.index(affair)))
