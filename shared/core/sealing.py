"""Sealing: what only the Inspectorate may see, decided at the door, before anything reaches Kafka.

The rules are cautious on purpose: a report of bribery, extortion or abuse of office that leaks cannot be taken back,
one sealed too many is opened by the Inspectorate with a click. Sources: KUHP and UU 31/1999 jo. 20/2001 (corruption,
bribery, extortion by officials, gratification), UU 30/2014 (abuse of authority), PP 94/2021 (staff discipline).
"""

import re

_OFFICIAL = (
    r"(?:oknum|petugas|pegawai|pejabat|aparat|perangkat|asn|pns|kades|kadus|kadis|sekdes|bendahara|kepala|camat|lurah"
    r"|bupati|wali ?kota|guru|polisi(?! tidur)|satpol|dinas|staf)"
)
_DEMAND = r"(?:di|me)?(?:minta(?:i|in)?|palak(?:in)?|malak|tarik|narik|pungut|mungut)"
_MONEY = r"(?:uang|duit|setoran|bayar(?:an)?|membayar|jatah|imbalan|upeti|komisi|fee)"
_THREATENS = r"mengancam(?! (?:keselamatan|kesehatan|keamanan|rumah|pengguna|pengendara))"
"""A tree by the office may threaten a house."""
_PATTERNS = (
    # bribery and gratification
    r"\b(?:me(?:ny|s)uap|di ?suap|suap(?:an)?|penyuapan|sogok(?:an)?|(?:me)?nyogok|disogok|gratifikasi)\b",
    r"\buang (?:pelicin|pelancar|rokok|terima kasih|ketok palu)\b",
    # extortion and illegal levies; one or two words may stand between: "meminta sejumlah uang"
    r"\b(?:pungli|pungutan liar|pemerasan|diperas|memeras)\b",
    rf"\b{_DEMAND}(?: \S+){{0,2}} {_MONEY}\b.{{0,60}}\b{_OFFICIAL}\b",
    rf"\b{_OFFICIAL}\b.{{0,60}}\b{_DEMAND}(?: \S+){{0,2}} {_MONEY}\b",
    r"\b(?:bansos|bantuan (?:sosial|langsung|pangan|tunai)|dana|blt|bpnt|pkh|bst)\b.{0,40}\b(?:dipotong|disunat)\b",
    # corruption and abuse of office
    r"\b(?:korupsi|dikorup(?:si)?|mengorupsi|koruptor|nepotisme|kolusi|penggelapan|menggelapkan|digelapkan)\b",
    r"\b(?:(?:pe|me)nyeleweng|diseleweng|(?:di|me)?[nt]ilep)",
    r"\b(?:penyalahgunaan|menyalahgunakan|disalahgunakan)\b.{0,30}\b(?:wewenang|kewenangan|jabatan|dana|anggaran)\b",
    r"\b(?:jual beli|beli|bayar|setor)\b.{0,20}\bjabatan\b",
    r"\b(?:mark ?up|fiktif)\b.{0,40}\b(?:anggaran|dana|proyek|perjalanan|laporan|kegiatan)\b",
    r"\b(?:anggaran|dana|proyek|perjalanan dinas|laporan|kegiatan)\b.{0,40}\b(?:mark ?up|fiktif)\b",
    # abuse of persons by officials
    rf"\b{_OFFICIAL}\b.{{0,60}}\b(?:melecehkan|pelecehan|cabul|mencabuli|memukul|menganiaya|selingkuh|{_THREATENS})\b",
    rf"\b(?:dilecehkan|pelecehan|dicabuli|dipukul|dianiaya|diancam)\b.{{0,60}}\b{_OFFICIAL}\b",
    r"\b(?:whistle ?blow\w*|wbs)\b",
)
_SEALED = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE | re.DOTALL)
_COLLUSION = re.compile(r"\bkkn\b", re.IGNORECASE)
_FIELD_STUDY = re.compile(r"\b(?:mahasisw|kuliah kerja|kampus|universitas|unram|posko|dosen)", re.IGNORECASE)
"""KKN is korupsi, kolusi, nepotisme, and also the Kuliah Kerja Nyata of students in villages."""


def must_seal(text: str) -> bool:
    """Tell whether a complaint's text speaks of bribery, extortion, corruption or abuse of office."""
    words = " ".join(text.split())
    if _SEALED.search(words):
        return True
    return _COLLUSION.search(words) is not None and not _FIELD_STUDY.search(words)
