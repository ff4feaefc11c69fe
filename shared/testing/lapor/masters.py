"""The lists that LAPOR! calls masters. Names are public knowledge or made up; every id is made up but `Nasional`'s."""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["institutions", "categories", "locations"]


class Entry(NamedTuple):
    """An entry of a list; an institution that is not `ours` is none of the integrator's."""

    name: str
    ours: bool = True


INSTITUTIONS = {
    1: "Pemerintah Provinsi Nusa Tenggara Barat",
    2: "Dinas Pendidikan dan Kebudayaan Provinsi Nusa Tenggara Barat",
    3: "Dinas Pekerjaan Umum dan Penataan Ruang Provinsi Nusa Tenggara Barat",
}
CATEGORIES = dict(
    enumerate(
        (
            "Infrastruktur",
            "Pendidikan dan Kebudayaan",
            "Kesehatan",
            "Kependudukan",
            "Perhubungan",
            "Lingkungan Hidup dan Kehutanan",
            "Energi dan Sumber Daya Alam",
            "Ketenagakerjaan",
            "Pertanian dan Peternakan",
            "Sosial dan Kesejahteraan",
            "Ketertiban Umum",
            "Topik Lainnya",
        ),
        501,
    )
)
LOCATIONS = {34: "Nasional"} | dict(
    enumerate(
        (
            "Provinsi Nusa Tenggara Barat",
            "Kabupaten Lombok Barat",
            "Kabupaten Lombok Tengah",
            "Kabupaten Lombok Timur",
            "Kabupaten Sumbawa",
            "Kabupaten Dompu",
            "Kabupaten Bima",
            "Kabupaten Sumbawa Barat",
            "Kabupaten Lombok Utara",
            "Kota Mataram",
            "Kota Bima",
        ),
        701,
    )
)
TEMPLATES = {
    "disposition": {
        "template_code": "disposition",
        "title": "Disposisi",
        "type": "system",
        "content": "Diteruskan dari {{institution_from}} kepada {{institution_to}}",
    },
    "followup": {"template_code": "followup", "title": "Tindak Lanjut", "type": "user", "content": ""},
}


class Masters:
    """What may be named in a complaint at this moment."""

    def __init__(self, institutions: Mapping[int, str | Entry] = INSTITUTIONS) -> None:
        """Begin with these institutions."""
        self._lists: dict[Kind, dict[int, Entry]] = {
            "institutions": {number: _entry(one) for number, one in institutions.items()},
            "categories": {number: Entry(name) for number, name in CATEGORIES.items()},
            "locations": {number: Entry(name) for number, name in LOCATIONS.items()},
        }
        self._last_known = {kind: dict(entries) for kind, entries in self._lists.items()}

    def entries(self, kind: Kind) -> Mapping[int, Entry]:
        """Return a list as it stands."""
        return self._lists[kind]

    def knows(self, kind: Kind, number: int) -> bool:
        """Tell whether the list has this number."""
        return number in self._lists[kind]

    def name(self, kind: Kind, number: int) -> str:
        """Return the name, of what was removed too: complaints remember it."""
        known = self._last_known[kind].get(number)
        return known.name if known else ""

    def is_ours(self, institution: int) -> bool:
        """Tell whether an institution is one of the integrator's."""
        known = self._last_known["institutions"].get(institution)
        return known is not None and known.ours

    def set(self, kind: Kind, number: int, entry: Entry) -> None:
        """Add an entry, or give it another name."""
        self._lists[kind][number] = self._last_known[kind][number] = entry

    def remove(self, kind: Kind, number: int) -> None:
        """Take an entry off its list."""
        self._lists[kind].pop(number, None)


def read_institutions(path: Path) -> dict[int, Entry]:
    """Read a CSV file with the columns `id`, `name` and perhaps `ours`, or a JSON list of such; raises `ValueError`."""
    text = path.read_text(encoding="utf-8-sig")
    rows: Iterable[Any] = json.loads(text) if path.suffix == ".json" else csv.DictReader(text.splitlines())
    found: dict[int, Entry] = {}
    for place, row in enumerate(rows, 1):
        number, entry = _row(row, place)
        if number in found:
            raise ValueError(f"entry {place}: id {number} is there twice")
        found[number] = entry
    if not found:
        raise ValueError("no institution is in it")
    return found


_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_YES_OR_NO = {"": True, "true": True, "1": True, "false": False, "0": False}


def _row(row: Any, place: int) -> tuple[int, Entry]:
    values = row if isinstance(row, dict) else {}
    number, name, flag = (_text(values.get(column)) for column in ("id", "name", "ours"))
    ours = _YES_OR_NO.get(flag.lower())
    if not (_NUMBER.fullmatch(number) and name) or ours is None:
        raise ValueError(f"entry {place}: id (a number from 1), name, and perhaps ours (true or false)")
    return int(number), Entry(name, ours)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _entry(one: str | Entry) -> Entry:
    return one if isinstance(one, Entry) else Entry(one)
