"""Measures the rules on a labelled file: `python -m services.routing.rules.evaluate FILE.csv`.

Columns: `text` and any of `agency` (the last part of an agency key, as DIKBUD), `region_code`,
`authority_level` (prov, kabkota, bumd, vertikal).
"""

import csv
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from services.routing.rules.decide import Clues, Decision, Knowledge, decide
from shared.directory import Level, directory

_LEVELS = {
    Level.PROVINCE: "prov",
    Level.REGENCY: "kabkota",
    Level.VILLAGE: "kabkota",
    Level.REGIONAL_COMPANY: "bumd",
    Level.NATIONAL: "vertikal",
}


def family(agency: str) -> str:
    """Return the last part of an agency's key; the drinking-water companies, however called, are PDAM."""
    return "PDAM" if "PDAM" in agency or "Perumdam" in agency else agency.rpartition(".")[2]


def _regency(code: str) -> str:
    return ".".join(code.split(".")[:2])


MEASURES: dict[str, tuple[str, Callable[[Decision, str], bool]]] = {
    "agency": ("agency", lambda found, wanted: family(found.agency_key) == family(wanted)),
    "regency": ("region_code", lambda found, wanted: _regency(found.place.code or "") == _regency(wanted)),
    "place": ("region_code", lambda found, wanted: found.place.code == wanted),
    "level": ("authority_level", lambda found, wanted: _LEVELS[found.level] == wanted),
}


def evaluate(rows: Iterable[dict[str, str]], *, on: date) -> tuple[dict[str, float], list[str]]:
    """Return the share right of each measure that the columns allow, and a line for each wrong answer."""
    right: dict[str, list[bool]] = {}
    wrong: list[str] = []
    for row in rows:
        found = decide(Clues(text=row["text"], on=on), Knowledge(directory=directory()))
        for name, (column, is_right) in MEASURES.items():
            if wanted := row.get(column):
                right.setdefault(name, []).append(is_right(found, wanted))
                if not right[name][-1]:
                    wrong.append(f"{name}: wanted {wanted}, found {found.agency_key} {found.place.code} {found.level}")
    return {name: sum(answers) / len(answers) for name, answers in right.items()}, wrong


def main(arguments: list[str]) -> int:
    """Print the measures of one file."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print(__doc__, file=sys.stderr)  # noqa: T201  (a command's output)
        return 2
    with Path(arguments[0]).open(encoding="utf-8", newline="") as handle:
        shares, wrong = evaluate(csv.DictReader(handle), on=directory().known_from)
    print(*wrong, *(f"{name} {share:.3f}" for name, share in shares.items()), sep="\n")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
