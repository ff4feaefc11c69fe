"""Says in plain Indonesian why an agency was chosen; quotes words of our own lists and places only."""

from services.routing.rules.place import PlaceFinding
from services.routing.rules.ways import Way
from shared.directory import DESK, Directory
from shared.directory.regions import PROVINCE_CODE, path_name


def explain(way: Way, place: PlaceFinding, directory: Directory) -> tuple[str, ...]:
    """Return the reasons, the whole way in one line first."""
    affair = directory.affairs[way.affair.affair].name
    seen = _telling([*way.affair.phrases, *([way.authority.phrase] if way.authority.phrase else [])])
    words = ", ".join(f"'{phrase.replace(' ~ ', ' … ')}'" for phrase in seen) or way.affair.said_by
    where = path_name(way.place) if way.place and way.place != PROVINCE_CODE else place.name
    if way.agency.key == DESK:
        unknown = place.code == PROVINCE_CODE and way.affair.affair not in {"umum", "pusat"}
        why = "kabupaten/kota belum diketahui" if unknown else "instansi yang berwenang belum jelas"
        head = f"{why} → {way.agency.short}"
    else:
        head = f"{affair} + {words or 'tanpa kata kunci'} + {where} → {way.agency.short} ({way.authority.reason})"
    law = f"Kewenangan: {way.authority.reason} ({way.authority.law})" if way.authority.law else ""
    kept = [
        head,
        f"Urusan: {affair}" + (f" ({'kata ' if seen else ''}{words})" if words else ""),
        law,
    ]
    kept += [f"Tempat: {note}" for note in place.evidence]
    if not way.agency.verified:
        kept.append("Nama instansi belum diverifikasi")
    return tuple(reason for reason in kept if reason)


def _telling(phrases: list[str]) -> list[str]:
    """Drop a phrase whose words all stand in another one: `jalan` beside `jalan rusak`."""
    words = {phrase: set(phrase.replace("~", " ").split()) for phrase in phrases}
    kept: list[str] = []
    for phrase in sorted(words, key=lambda p: (-len(words[p]), "~" in p)):
        if not any(words[phrase] <= words[other] for other in kept):
            kept.append(phrase)
    return [phrase for phrase in words if phrase in kept]
