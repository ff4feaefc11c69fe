"""Sealing: what only the Inspectorate may see, decided at the door, before anything reaches Kafka.

The rules are cautious on purpose: a report of bribery, extortion or abuse of office that leaks cannot be taken back,
one sealed too many is opened by the Inspectorate with a click. Sources: KUHP and UU 31/1999 jo. 20/2001 (corruption,
bribery, extortion by officials, gratification), UU 30/2014 (abuse of authority), PP 94/2021 (staff discipline).
"""

import re

_OFFICIAL = (
    r"(?:oknum|petugas|pegawai|pejabat|aparat|asn|pns|kades|kepala|camat|lurah|bupati|wali ?kota|guru|polisi"
    r"|dinas|staf)"
)
_PATTERNS = (
    # bribery and gratification
    r"\b(?:me(?:ny|s)uap|di ?suap|suap(?:an)?|penyuapan|sogok(?:an)?|(?:me)?nyogok|disogok|gratifikasi)\b",
    r"\buang (?:pelicin|pelancar|rokok|terima kasih|ketok palu)\b",
    # extortion and illegal levies
    r"\b(?:pungli|pungutan liar|pemerasan|diperas|memeras|peras)\b",
    r"\b(?:di)?(?:minta(?:i|in)?|palak(?:in)?|tarik) (?:uang|duit|setoran|bayaran|jatah)\b.{0,60}\b"
    + _OFFICIAL
    + r"\b",
    r"\b" + _OFFICIAL + r"\b.{0,60}\b(?:me)?(?:minta(?:i|in)?|malak|narik|palak) (?:uang|duit|setoran|bayaran|jatah)\b",
    # corruption and abuse of office
    r"\b(?:korupsi|dikorup(?:si)?|mengorupsi|koruptor|kkn|nepotisme|kolusi|penggelapan|menggelapkan|digelapkan)\b",
    r"\b(?:penyalahgunaan|menyalahgunakan|disalahgunakan)\b.{0,30}\b(?:wewenang|kewenangan|jabatan|dana|anggaran)\b",
    r"\b(?:jual beli|beli|bayar|setor)\b.{0,20}\bjabatan\b",
    r"\b(?:mark ?up|fiktif)\b.{0,40}\b(?:anggaran|dana|proyek|perjalanan|laporan|kegiatan)\b",
    r"\b(?:anggaran|dana|proyek|perjalanan dinas|laporan|kegiatan)\b.{0,40}\b(?:mark ?up|fiktif)\b",
    # abuse of persons by officials
    r"\b" + _OFFICIAL + r"\b.{0,60}\b(?:melecehkan|pelecehan|cabul|mencabuli|memukul|menganiaya|mengancam|selingkuh)\b",
    r"\b(?:dilecehkan|pelecehan|dicabuli|dipukul|dianiaya|diancam)\b.{0,60}\b" + _OFFICIAL + r"\b",
    r"\b(?:whistle ?blow\w*|wbs)\b",
)
_SEALED = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE | re.DOTALL)


def must_seal(text: str) -> bool:
    """Tell whether a complaint's text speaks of bribery, extortion or abuse of office."""
    return _SEALED.search(" ".join(text.split())) is not None
