"""The code at the head of an SMS: `LOTIM jalan rusak`, `KSB#air mati`, `BIMAKOTA: sampah`."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.routing.rules.text import RULES
from shared.directory.regions import is_region

_HEAD = re.compile(r"\s{0,20}([A-Za-z]{2,20})(\s{0,5}[#:]|\s)")


@dataclass(frozen=True, slots=True)
class SmsCode:
    """What a code stands for; `capitals`: before a blank only in capitals, because it is a word or a name too."""

    region: str
    capitals: bool


@cache
def sms_codes() -> Mapping[str, SmsCode]:
    """Return our own table, `places/sms_codes.csv`."""
    return read_sms_codes(RULES / "places" / "sms_codes.csv")


def read_sms_codes(path: Path) -> Mapping[str, SmsCode]:
    """Read a table of codes: `code`, `region`, `capitals` (yes or no). A wrong row is a `ValueError` that names it."""
    found: dict[str, SmsCode] = {}
    with path.open(encoding="utf-8-sig", newline="") as handle:
        table = csv.DictReader(handle)
        if table.fieldnames != ["code", "region", "capitals"]:
            raise ValueError(f"{path} row 1: the columns must be code,region,capitals")
        for number, row in enumerate(table, start=2):
            code = (row.get("code") or "").strip().upper()
            region = row.get("region") or ""
            if not re.fullmatch(r"[A-Z]{2,20}", code) or code in found:
                raise ValueError(f"{path} row {number}: {code!r} is no code of letters, or stands twice")
            if not is_region(region) or row.get("capitals") not in {"yes", "no"}:
                raise ValueError(f"{path} row {number}: unknown region {region!r}, or capitals is not yes or no")
            found[code] = SmsCode(region, row["capitals"] == "yes")
    return found


def leading_region(text: str, codes: Mapping[str, SmsCode] | None = None) -> str | None:
    """Return the region whose code begins the text as it was written, None when none does.

    Before `#` or `:` in any case; before a blank a code that is also a word counts in capitals only, and not where
    the text has nothing but capitals ("KLU HUJAN, BANJIR": klu is also "kalau").
    """
    head = _HEAD.match(text)
    if head is None:
        return None
    word = head[1]
    found = (sms_codes() if codes is None else codes).get(word.upper())
    if found is None:
        return None
    separated = head[2].strip() != ""
    shouted = not any(letter.islower() for letter in text[head.end() : head.end() + 200])
    return found.region if separated or not found.capitals or (word.isupper() and not shouted) else None
