"""Finds where a text names places: spans with their meanings, and what the words around them say."""

from dataclasses import dataclass, replace
from enum import IntEnum

from services.routing.rules import sentence
from services.routing.rules.gazetteer import Gazetteer, Meaning
from services.routing.rules.spelling import fold, meet

#: After "di lembar", "di alas": the word is itself, not a kecamatan.
_ORDINALS = frozenset({"pertama", "kedua", "ketiga", "terakhir", "ini", "itu", "kertas", "jawaban", "kaki", "meja"})
_STREET = "jalan"
_LOCATIVE = frozenset({"", "di", "dari", "ke", "warga", "jalan", "kantor", "balai"})
_MIN_JOINED = 6
_REGENCY, _KECAMATAN, _VILLAGE = 1, 2, 3  # dots in the code


class Outside(IntEnum):
    """How far a text speaks of places outside the province."""

    NOT = 0
    PASSING = 1
    NAMED = 2
    CERTAIN = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A named place: its words `[start, end)`, what it may mean, and how the sentence holds it.

    `origin` is how far the words around say that someone merely comes from there, 0 to 1.
    """

    start: int
    end: int
    meanings: tuple[Meaning, ...]
    marked: bool
    origin: float
    street: bool
    destination: bool


def find_mentions(words: tuple[str, ...], names: Gazetteer) -> tuple[list[Mention], Outside]:
    """Return the mentions in order, longest name first, and whether well-known places outside are named."""
    found: list[Mention] = []
    outside = Outside.NOT
    before = ""
    folded = tuple(map(fold, words))
    i = 0
    while i < len(words):
        key, n = _longest(folded, i, names)
        if not n:
            i += 1
            continue
        meanings = names.meanings.get(key, ())
        mention = _mention(words, folded, i, i + n, meanings, names) if meanings else None
        if mention and found and found[-1].end == i and before == key:
            found[-1] = _innermost(found[-1], meanings)
        if mention:
            found.append(mention)
        before = key
        if key in names.elsewhere and not (mention and mention.marked):
            outside = max(outside, _outside(words, i, i + n))
        i += n
    return found, outside


def _longest(folded: tuple[str, ...], at: int, names: Gazetteer) -> tuple[str, int]:
    """Return the longest name that starts here and its number of words; 0 when none does."""
    key, longest = "", ("", 0)
    for n, following in enumerate(folded[at : at + names.longest], 1):
        key = meet(key, following)
        if key not in names.starts:
            break
        meanings = names.meanings.get(key)
        named = meanings and (n == 1 or len(key) >= _MIN_JOINED or all(m.needs_support for m in meanings))
        if named or key in names.elsewhere:
            longest = key, n
    return longest


def _outside(words: tuple[str, ...], start: int, end: int) -> Outside:
    before = words[start - 1] if start else ""
    if before in sentence.REGENCY_MARKERS | sentence.CITY_MARKERS:
        return Outside.CERTAIN
    passing = before == "dari" or sentence.is_destination(words, start) or sentence.origin_of(words, start, end)
    return Outside.PASSING if passing else Outside.NAMED


def _mention(
    words: tuple[str, ...],
    folded: tuple[str, ...],
    start: int,
    end: int,
    meanings: tuple[Meaning, ...],
    names: Gazetteer,
) -> Mention:
    before = words[start - 1] if start else ""
    before2 = words[start - 2] if start > 1 else ""
    if before.isdigit() and before2 in sentence.FACILITIES:
        before = before2
    if before in sentence.PEOPLE:
        meanings = tuple(m for m in meanings if m.code.count(".") < _VILLAGE and not m.needs_support)
    narrowed = _narrow(before, meanings)
    if narrowed and all(m.needs_support for m in narrowed) and not _is_a_name(words, folded, start, end, names):
        narrowed = ()
    weak = before in sentence.FACILITIES and (words[end] if end < len(words) else "") not in _ORDINALS
    kept = narrowed or _outermost(
        tuple(Meaning(m.code, m.weight) if weak and m.code.count(".") < _VILLAGE else m for m in meanings)
    )
    return Mention(
        start=start,
        end=end,
        meanings=kept,
        marked=before in sentence.MARKERS and bool(narrowed),
        origin=sentence.origin_of(words, start, end),
        street=before == _STREET or (before == "raya" and before2 == _STREET),
        destination=sentence.is_destination(words, start),
    )


def _is_a_name(words: tuple[str, ...], folded: tuple[str, ...], start: int, end: int, names: Gazetteer) -> bool:
    """Say whether a common word after its marker is a name: not in "kades baru", nor in a kecamatan of elsewhere."""
    if end - start == 1 and folded[start] in names.function_words:
        before2 = words[start - 2] if start > 1 else ""
        if words[start - 1] in sentence.HEADS or before2 not in _LOCATIVE:
            return False
    for at in range(end, min(end + 3, len(words) - 1)):
        if words[at] in {"kecamatan", "kabupaten"} and sentence.is_region_of_another_name(words, at + 1):
            key, n = _longest(folded, at + 1, names)
            return bool(n) and key in names.meanings
    return True


def _outermost(meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Drop what lies inside another meaning of the same name: Praya is the kecamatan before its kelurahan."""
    codes = {meaning.code for meaning in meanings}
    return tuple(m for m in meanings if not any(m.code.startswith(f"{code}.") for code in codes if code != m.code))


def _innermost(mention: Mention, meanings: tuple[Meaning, ...]) -> Mention:
    """Read a name said twice as a village in the kecamatan of its name: "Narmada, Narmada"."""
    codes = {meaning.code for meaning in meanings}
    inner = tuple(m for m in meanings if m.code.rpartition(".")[0] in codes)
    return mention if mention.marked or not inner else replace(mention, meanings=inner)


def _narrow(marker: str, meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Keep the meanings of the level that the marker names, with more weight; none when it names another."""
    if marker in sentence.VILLAGE_MARKERS:
        return tuple(
            Meaning(m.code, m.weight + 1.2, m.needs_support) for m in meanings if m.code.count(".") == _VILLAGE
        )
    if marker in sentence.KECAMATAN_MARKERS:
        return tuple(
            Meaning(m.code, m.weight + 1.0, m.needs_support) for m in meanings if m.code.count(".") == _KECAMATAN
        )
    if marker in sentence.REGENCY_MARKERS:
        return tuple(Meaning(m.code, 2.5) for m in meanings if m.code.count(".") == _REGENCY and m.code < "52.7")
    if marker in sentence.CITY_MARKERS:
        return tuple(Meaning(m.code, 2.5) for m in meanings if m.code.count(".") == _REGENCY and m.code > "52.7")
    if marker in sentence.HAMLET_MARKERS:
        sure = marker == "dusun"
        return tuple(Meaning(m.code, m.weight * 0.6) for m in meanings if sure or not m.needs_support)
    return ()
