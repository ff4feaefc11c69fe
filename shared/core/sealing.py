"""Sealing: what only the Inspectorate may see, decided at the door, before anything reaches Kafka.

The rules are cautious on purpose: a report of bribery, extortion or abuse of office that leaks cannot be taken back,
one sealed too many is opened by the Inspectorate with a click. Sources: KUHP and UU 31/1999 jo. 20/2001 (corruption,
bribery, extortion by officials, gratification), UU 30/2014 (abuse of authority), PP 94/2021 (staff discipline).
"""

import math
import re
import unicodedata
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

_OFFICIAL = (
    r"(?:oknum|petugas|pegawai|pejabat|aparat|perangkat|asn|pns|kades|kadus|kadis|sekdes|sekda|bendahara|kepala|camat"
    r"|lurah|bupati|gubernur|wali ?kota|guru|polisi(?! tidur)"
    r"|polantas|kapol(?:sek|res)|satpol|jaksa|hakim|dinas|staf|sipir|bidan|dosen)"
    r"(?:nya)?"
)
_AMOUNT = (
    r"(?:rp\.? ?\d[\d.,]{0,20}|(?:\d[\d.,]{0,20} ?)?(?:rb|ribu|jt|juta)|\d[\d.,]{0,20}k"
    r"|\d{1,3}(?:[.,]000){1,3}|\d{2,4}000|rupiah|sejuta)"
)
_MONEY = rf"(?:uang|duit|setoran|bayar(?:an)?|membayar|jatah|imbalan|upeti|komisi|fee|{_AMOUNT})"
_ASKS_MONEY = (
    r"(?:di|me)?(?:minta(?:i|in)?|palak(?:in)?|malak|tarik|narik|pungut|mungut)"
    rf"(?=(?: \S{{1,40}}){{0,3}} {_MONEY}\b)"
)
"""Some words may stand between: "meminta sejumlah uang", "minta ke saya 500rb"."""
_AID = r"(?:bansos|bantuan (?:sosial|langsung|pangan|tunai)|dana|blt|bpnt|pkh|bst)"
_EATEN = (
    r"(?<!layak )(?<!bisa )(?<!dapat )(?<!boleh )(?<!enak )(?<!untuk )dimakan"
    r"(?! (?:tikus|kutu|ulat|hama|rayap|usia|waktu|anak|warga|bersama|sapi|ternak|ayam)\b)"
)
"""Rice of an aid may be unfit to be eaten, or eaten by rats."""
_BUDGET = r"(?:anggaran|dana|proyek|perjalanan dinas|perjalanan|laporan|kegiatan|sppd|kuitansi|pegawai|honorer|gaji)"
_THREATENS = r"mengancam(?! (?:keselamatan|kesehatan|keamanan|rumah|pengguna|pengendara))"
"""A tree by the office may threaten a house."""


@dataclass(frozen=True, slots=True)
class _Near:
    """Two words that mean something when no more than `gap` characters stand between them."""

    stems: str
    """One of these stands in every text that matches: a cheap first look."""
    one: str
    other: str
    gap: int
    either: bool = False
    """Whether `other` may come first."""

    def compiled(self) -> re.Pattern[str]:
        """Return one pattern that finds both in a single pass."""
        return re.compile(rf"\b(?:(?P<one>{self.one})|(?P<other>{self.other}))\b")


_WORDS = (
    # bribery, gratification, extortion and illegal levies
    r"me(?:ny|s)uap|di ?suap|suap(?:an)?|penyuapan|sogok(?:an)?|(?:me)?nyogok|disogok|gratifikasi",
    r"uang (?:pelicin|pelancar|rokok|terima kasih|ketok palu)",
    r"pungli|pungutan liar|pemerasan|diperas|memeras",
    # corruption and abuse of office
    r"(?:di)?korup(?:si|tif|tor)?|mengorupsi|nepotisme|kolusi|penggelapan|menggelapkan|digelapkan",
    r"(?:me)?makan (?:uang|duit|dana|anggaran)",
    r"(?:(?:pe|me)nyeleweng|diseleweng|(?:di|me)?[nt]ilep)\w*",
    r"whistle ?blow\w*|wbs",
)
_WORD_STEMS = (
    "uap sogok nyogok gratifikasi pungli pungutan meras peras korup orupsi nepotisme kolusi nggelap digelap eleweng"
    " ilep whistle wbs"
)
_PHRASES = (
    *("uang pelicin", "uang pelancar", "uang rokok", "uang terima kasih", "uang ketok palu"),
    *("makan uang", "makan duit", "makan dana", "makan anggaran"),
)
"""Rather than "uang" (`ruang`), "makan" and "gelap" (a street without lamps), which stand in many texts."""
_PAIRS = (
    _Near("minta palak malak tarik narik pungut mungut", _ASKS_MONEY, _OFFICIAL, gap=90, either=True),
    _Near("dipotong disunat", _AID, r"(?:dipotong|disunat)", gap=40),
    _Near("dipotong disunat", r"(?:honor|insentif|pip|beasiswa)", rf"(?:dipotong|disunat)(?= {_OFFICIAL}\b)", gap=40),
    _Near("dijual", r"(?:tanah desa|aset|beras bantuan)", rf"dijual(?= {_OFFICIAL}\b)", gap=20),
    _Near("mudik bolos mabuk", r"(?:asn|pns|(?:mobil|motor|kendaraan) dinas)", r"(?:bolos|mabuk|mudik)", gap=30),
    _Near("dimakan", rf"(?:{_AID}|bantuan|anggaran)", _EATEN, gap=40),
    _Near(
        "alahguna",
        r"(?:penyalahgunaan|menyalahgunakan|disalahgunakan)",
        r"(?:wewenang|kewenangan|jabatan|dana|anggaran)",
        gap=30,
    ),
    _Near("jabatan", r"(?:jual beli|beli|bayar|setor)", "jabatan", gap=20),
    _Near("mark fiktif", r"(?:mark ?up|fiktif)", _BUDGET, gap=40, either=True),
    _Near(
        "leceh cabul ukul aniaya selingkuh ancam",
        _OFFICIAL,
        rf"(?:melecehkan|pelecehan|cabul|mencabuli|memukul|menganiaya|selingkuh|{_THREATENS})",
        gap=60,
    ),
    _Near(
        "leceh cabul pukul aniaya ancam",
        r"(?:dilecehkan|pelecehan|dicabuli|dipukul|dianiaya|diancam)",
        _OFFICIAL,
        gap=60,
    ),
)
_SEALED = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
_STEMS_OF_WORDS = frozenset((*_WORD_STEMS.split(), *_PHRASES))
_COMPILED = tuple((pair, frozenset(pair.stems.split()), pair.compiled()) for pair in _PAIRS)
_STEMS = AhoCorasick(sorted(_STEMS_OF_WORDS.union({"kkn"}, *(stems for _, stems, _ in _COMPILED))), store_patterns=True)
"""All stems in one pass: nearly every text holds none that matters, and then no pattern is tried."""
_COLLUSION = re.compile(r"\bkkn\b")
_FIELD_STUDY = re.compile(r"\b(?:mahasisw|kuliah kerja|kampus|universitas|unram|posko|dosen)")
"""KKN is korupsi, kolusi, nepotisme, and also the Kuliah Kerja Nyata of students in villages."""
_UNSEEN = {"Cf", "Mn", "Me"}
"""Unicode categories of what changes no letter: zero-width characters, soft hyphens, accents put over letters."""


def must_seal(*texts: str) -> bool:
    """Tell whether one of a complaint's texts speaks of bribery, extortion, corruption or abuse of office.

    Every text is judged by itself and to its end; the time grows with its length and no faster.
    """
    return any(_speaks_of_abuse(_plain(text)) for text in texts if text)


def _speaks_of_abuse(words: str) -> bool:
    held = set(_STEMS.find_matches_as_strings(words, overlapping=True))
    if not held:
        return False
    if not held.isdisjoint(_STEMS_OF_WORDS) and _SEALED.search(words):
        return True
    if any(not held.isdisjoint(stems) and _stand_near(words, pair, pattern) for pair, stems, pattern in _COMPILED):
        return True
    return "kkn" in held and _COLLUSION.search(words) is not None and not _FIELD_STUDY.search(words)


def _stand_near(words: str, pair: _Near, pattern: re.Pattern[str]) -> bool:
    ends = {"one": -math.inf, "other": -math.inf}
    for found in pattern.finditer(words):
        here = "one" if found["one"] is not None else "other"
        before = "other" if here == "one" else "one"
        if (pair.either or here == "other") and found.start() - ends[before] <= pair.gap:
            return True
        ends[here] = found.end()
    return False


def _plain(text: str) -> str:
    """Return the text in small plain letters (NFKD without what is not seen), one space between words.

    Letter by letter, because sorting thousands of accents on one letter takes quadratic time.
    """
    if not text.isascii():
        letters = {letter: _plain_letter(letter) for letter in set(text)}
        text = "".join(map(letters.__getitem__, text))
    return " ".join(text.lower().split())


def _plain_letter(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if unicodedata.category(part) not in _UNSEEN)
