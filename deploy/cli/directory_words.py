"""An agency, and what tables change about agencies and ids at LAPOR!, in short Indonesian lines."""

from collections.abc import Iterable, Iterator
from datetime import date

from shared.directory import Agency, Directory, Mapped

_NOTHING = "(kosong)"


def told(agency: Agency, found: Directory, day: date) -> Iterator[str]:
    """Yield what is known of an agency on a day, a line each; what is not known is left out."""
    contact = agency.contact
    lines = {
        "Instansi": f"{agency.name} ({agency.key}){'' if agency.verified else ', nama perlu dicek'}",
        "Berlaku": f"{agency.valid_from} s.d. {agency.valid_to or 'sekarang'}",
        "Atasan": _superior(agency, found, day),
        "Urusan": "; ".join(found.affairs[key].name for key in agency.affairs),
        "Tugas": agency.tasks,
        "Bukan": agency.not_for,
        "Nama lain": "; ".join(_names(agency)),
        "Telepon": contact.phone,
        "Surel": contact.email,
        "Alamat": contact.address,
        "Situs": contact.web,
        "Id SP4N-LAPOR!": str(found.lapor.institution(agency.key, on=day) or ""),
    }
    return (f"{name}: {value}" for name, value in lines.items() if value)


def changes(old: Directory, new: Directory) -> list[str]:
    """Say each difference in a line: whose it is, the day its row begins, what was and what is."""
    before, after = ({(a.key, a.valid_from): a for a in one.agencies} for one in (old, new))
    lines = []
    for key, day in sorted(before.keys() | after.keys()):
        was, now = before.get((key, day)), after.get((key, day))
        lines += [f"{key} (sejak {day}): {line}" for line in _changed(was, now)]
    lines += _ids_changed("instansi", old.lapor.institutions, new.lapor.institutions)
    lines += _ids_changed("kategori", old.lapor.topics, new.lapor.topics)
    lines += _ids_changed("lokasi", old.lapor.locations, new.lapor.locations)
    return lines


def _ids_changed(what: str, old: Iterable[Mapped], new: Iterable[Mapped]) -> Iterator[str]:
    before, after = ({(row.key, row.valid_from): row for row in one} for one in (old, new))
    for key, day in sorted(before.keys() | after.keys(), key=lambda at: (at[0], at[1] or date.min)):
        was, now = before.get((key, day)), after.get((key, day))
        if was != now:
            yield f"{key} (sejak {day or 'dahulu'}): {what} SP4N-LAPOR!: {_id(was)} → {_id(now)}"


def _id(row: Mapped | None) -> str:
    if row is None:
        return _NOTHING
    until = f"(s.d. {row.valid_to})" if row.valid_to else ""
    return " ".join(filter(None, (str(row.lapor_id), row.name, until)))


def _changed(was: Agency | None, now: Agency | None) -> Iterator[str]:
    if now is None:
        yield "dihapus"
    elif was is None:
        yield f"baru: {now.name}"
    else:
        before, after = _facts(was), _facts(now)
        for name, value in after.items():
            if value != before[name]:
                yield f"{name}: {before[name] or _NOTHING} → {value or _NOTHING}"
        yield from (f"nama lain ditambah: {name}" for name in _names(now) if name not in _names(was))
        yield from (f"nama lain dihapus: {name}" for name in _names(was) if name not in _names(now))


def _facts(agency: Agency) -> dict[str, str]:
    """Return every field but the other names, in words."""
    return {
        "nama": agency.name,
        "singkatan": agency.short,
        "jenis": agency.kind.value,
        "tingkat": agency.level.value,
        "wilayah": agency.region_code,
        "urusan": "; ".join(agency.affairs),
        "hanya bila disebut namanya": _yes(said=agency.by_name),
        "nama sudah dicek": _yes(said=agency.verified),
        "berlaku sampai": str(agency.valid_to or ""),
        "atasan": agency.parent or agency.superior,
        "tugas": agency.tasks,
        "bukan": agency.not_for,
        "telepon": agency.contact.phone,
        "surel": agency.contact.email,
        "alamat": agency.contact.address,
        "situs": agency.contact.web,
    }


def _superior(agency: Agency, found: Directory, day: date) -> str:
    above = found.agency(agency.parent, on=day) if agency.parent else None
    return above.name if above else agency.superior


def _names(agency: Agency) -> list[str]:
    return [f"{a.name} (s.d. {a.until})" if a.until else a.name for a in agency.aliases]


def _yes(*, said: bool) -> str:
    return "ya" if said else "tidak"
