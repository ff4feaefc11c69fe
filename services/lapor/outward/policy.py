"""Which complaints go to LAPOR!, when, and how: a table of which the first row that fits decides. Pure but for reading.

Sealed complaints never go, whatever a table says, and no complaint before somebody knows whose it is.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal, cast

from shared.core.errors import ExplainedError
from shared.events import KIND_WORDS

Goes = Literal["yes", "no", "by_hand"]
When = Literal["verified", "assigned"]

SHIPPED: Final = Path(__file__).with_name("policy.csv")
_COLUMNS: Final = ("kind", "agency", "secret", "goes", "when", "why")
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "kind": ("*", *KIND_WORDS),
    "secret": ("*", "yes", "no"),
    "goes": ("yes", "no", "by_hand"),
    "when": ("", "verified", "assigned"),
}


class PolicyError(ExplainedError):
    """The table cannot be followed; the text names file and row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: `agency` is a pattern of keys such as `52.03.*`; `when` is what a complaint waits for."""

    kind: str
    agency: str
    secret: str
    goes: Goes
    when: When
    why: str

    def fits(self, *, kind: str | None, agency: str, secret: bool) -> bool:
        """Tell whether the row is about such a complaint."""
        return (
            self.kind in {"*", kind}
            and fnmatchcase(agency, self.agency)
            and self.secret in {"*", "yes" if secret else "no"}
        )


class MirrorPolicy:
    """The rows in their order."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Take the rows; the last one must fit everything, so that nothing is left to chance."""
        self._rules = tuple(rules)

    def decide(self, *, kind: str | None, agency: str, secret: bool) -> Rule:
        """Return the row that decides about a complaint."""
        return next(rule for rule in self._rules if rule.fits(kind=kind, agency=agency, secret=secret))


def load_policy(path: str = "") -> MirrorPolicy:
    """Read the operator's table, or the one that ships. Raises `PolicyError`."""
    file = Path(path) if path else SHIPPED
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle, strict=True))
            return MirrorPolicy(list(_rules(file, rows)))
    except (OSError, UnicodeError, csv.Error) as error:
        raise PolicyError(f"NTBCARE_LAPOR_POLICY: {file} is no CSV table that can be read ({error})") from None


def _rules(file: Path, rows: Sequence[dict[str, Any]]) -> Iterable[Rule]:
    if not rows or tuple(rows[0]) != _COLUMNS:
        raise PolicyError(f"{file}: the columns must be {','.join(_COLUMNS)}, and a row must follow")
    for line, row in enumerate(rows, 2):
        cells = {name: (row[name] or "").strip() for name in _COLUMNS}
        for column, words in _WORDS.items():
            if cells[column] not in words:
                raise PolicyError(
                    f"{file} row {line}: {column} is {cells[column]!r}, expected one of {', '.join(words)}"
                )
        yield Rule(
            kind=cells["kind"],
            agency=cells["agency"] or "*",
            secret=cells["secret"],
            goes=cast("Goes", cells["goes"]),
            when=cast("When", cells["when"] or "verified"),
            why=cells["why"],
        )
    last = rows[-1]
    if [(last[name] or "").strip() for name in ("kind", "agency", "secret")] != ["*", "*", "*"]:
        raise PolicyError(f"{file}: the last row must be for everything (*,*,*)")
