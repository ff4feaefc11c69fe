"""Finds where a text names places: spans with their meanings, and what the words before them say."""

from dataclasses import dataclass

from services.routing.rules.gazetteer import Gazetteer, Meaning, fold
from services.routing.rules.text import RULES, read_words

VILLAGE_MARKERS = frozenset({"desa", "kelurahan", "pemdes", "kades"})
KECAMATAN_MARKERS = frozenset({"kecamatan", "camat"})
HAMLET_MARKERS = frozenset({"dusun", "kampung", "lingkungan", "dasan", "gubuk"})
REGENCY_MARKERS = frozenset({"kabupaten", "pemkab", "bupati"})
CITY_MARKERS = frozenset({"kota", "pemkot", "walikota"})
MARKERS = VILLAGE_MARKERS | KECAMATAN_MARKERS | HAMLET_MARKERS | REGENCY_MARKERS | CITY_MARKERS
#: A building's name is often the name of its place: Puskesmas Woha, SMKN 1 Selong, Pasar Keruak.
FACILITIES = read_words(RULES / "places" / "before_names.txt")
_PEOPLE = frozenset({"pak", "bu", "nama", "an", "saudara", "saudari", "sdr", "sdri", "haji", "hj", "mas", "mbak"})
_ORIGIN = frozenset({"asal", "berasal", "asli", "keturunan", "kelahiran"})
_DWELLER = frozenset({"warga", "orang"})
_ORIGIN_FROM = frozenset(
    {"warga", "keluarga", "orang", "saya", "pasien", "pendatang", "rombongan", "wisatawan", "kami"}
)
#: After "di lembar", "di alas": the word is itself, not a kecamatan.
_ORDINALS = frozenset({"pertama", "kedua", "ketiga", "terakhir", "ini", "itu", "kertas", "jawaban", "kaki", "meja"})
_STREET = "jalan"
_DESTINATION = frozenset({"ke", "menuju", "arah", "tujuan"})
_MIN_JOINED = 6
_KECAMATAN, _VILLAGE = 2, 3  # dots in the code


@dataclass(frozen=True, slots=True)
class Mention:
    """A named place: its words `[start, end)`, what it may mean, and how the sentence holds it.

    `origin` is how far the words before say that someone merely comes from there, 0 to 1.
    """

    start: int
    end: int
    meanings: tuple[Meaning, ...]
    marked: bool
    origin: float
    street: bool
    destination: bool


def find_mentions(words: tuple[str, ...], names: Gazetteer) -> tuple[list[Mention], list[str]]:
    """Return the mentions in order, longest name first, and the well-known places outside the province."""
    found: list[Mention] = []
    elsewhere: list[str] = []
    folded = tuple(map(fold, words))
    i = 0
    while i < len(words):
        word = folded[i]
        if word[:3] not in names.starts and len(word) > 2:  # noqa: PLR2004  (a key starts with three letters)
            i += 1
            continue
        for n in range(min(names.longest, len(words) - i), 0, -1):
            key = word if n == 1 else "".join(folded[i : i + n])
            meanings = names.meanings.get(key)
            if meanings and (n == 1 or len(key) >= _MIN_JOINED):
                found.append(_mention(words, i, i + n, meanings))
            elif key not in names.elsewhere:
                continue
            if key in names.elsewhere and not (found and found[-1].start == i and found[-1].marked):
                elsewhere.append(key)
            i += n
            break
        else:
            i += 1
    return found, elsewhere


def _mention(words: tuple[str, ...], start: int, end: int, meanings: tuple[Meaning, ...]) -> Mention:
    before = words[start - 1] if start else ""
    before2 = words[start - 2] if start > 1 else ""
    if before.isdigit() and before2 in FACILITIES:
        before = before2
    if before in _PEOPLE:
        meanings = tuple(m for m in meanings if len(m.code) <= len("52.01.01") and not m.needs_support)
    narrowed = _narrow(before, meanings)
    marked = before in MARKERS and bool(narrowed)
    weak = before in FACILITIES and (words[end] if end < len(words) else "") not in _ORDINALS
    kept = narrowed or _outermost(
        tuple(_supported(m) if weak and m.code.count(".") < _VILLAGE else m for m in meanings)
    )
    return Mention(
        start=start,
        end=end,
        meanings=kept,
        marked=marked,
        origin=_origin(words, start),
        street=before == _STREET or (before == "raya" and before2 == _STREET),
        destination=before in _DESTINATION or (before in MARKERS and before2 in _DESTINATION),
    )


def _outermost(meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Drop what lies inside another meaning of the same name: Praya is the kecamatan before its kelurahan."""
    codes = {meaning.code for meaning in meanings}
    return tuple(m for m in meanings if not any(m.code.startswith(f"{code}.") for code in codes if code != m.code))


def _supported(meaning: Meaning) -> Meaning:
    return Meaning(meaning.code, meaning.weight)


def _narrow(marker: str, meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Keep the meanings of the level that the marker names, with more weight; none when it names another."""
    if marker in VILLAGE_MARKERS:
        return tuple(Meaning(m.code, m.weight + 1.2) for m in meanings if m.code.count(".") == _VILLAGE)
    if marker in KECAMATAN_MARKERS:
        return tuple(Meaning(m.code, m.weight + 1.0) for m in meanings if m.code.count(".") == _KECAMATAN)
    if marker in REGENCY_MARKERS:
        return tuple(Meaning(m.code, 2.5) for m in meanings if m.code.count(".") == 1 and m.code < "52.7")
    if marker in CITY_MARKERS:
        return tuple(Meaning(m.code, 2.5) for m in meanings if m.code.count(".") == 1 and m.code > "52.7")
    if marker in HAMLET_MARKERS:
        sure = marker == "dusun"
        return tuple(Meaning(m.code, m.weight * 0.6) for m in meanings if sure or not m.needs_support)
    return ()


def _origin(words: tuple[str, ...], start: int) -> float:
    """Say how far the words before tell of an origin: 1 for `asal X`, `keluarga dari X`; half for `warga X`."""
    before = [w for w in words[max(0, start - 4) : start] if w not in MARKERS]
    if not before:
        return 0.0
    last = before[-1]
    if last in _ORIGIN or (last == "dari" and any(w in _ORIGIN_FROM | _ORIGIN for w in before[:-1])):
        return 1.0
    return 0.5 if last in _DWELLER else 0.0
