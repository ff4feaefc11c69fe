"""What an answer to a citizen lacks. An officer is warned and may send it all the same; leaders see the figures.

UU 25/2009 wants complaints answered with what was done. An answer says what, when and by whom; that it was passed on is
none, and the same words to everybody answer nobody.
"""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Literal

from services.casework import repository
from shared.core.ticket import PREFIX
from shared.db import UnitOfWork

Warning = Literal["only_forwarded", "no_action", "no_date", "no_actor", "repeated"]  # noqa: A001 - the field's word

WARNING_WORDS: dict[Warning, str] = {
    "only_forwarded": "Jawaban ini hanya mengatakan bahwa aduan diteruskan; sebutkan apa yang sudah dikerjakan.",
    "no_action": "Jawaban ini belum menyebut apa yang dikerjakan atau akan dikerjakan.",
    "no_date": "Jawaban ini belum menyebut kapan.",
    "no_actor": "Jawaban ini belum menyebut siapa yang mengerjakan (bidang, tim, atau petugas).",
    "repeated": "Jawaban yang sama sudah dikirim kepada pelapor lain; sesuaikan dengan aduan ini.",
}
"""What officers read."""

REPEATED_WITHIN = timedelta(days=90)
REPEATED_FROM = 2
"""So many others got the same words."""

_FORWARDED = re.compile(
    r"\b(?:di|me|ter|kami |akan |kami akan )?(?:teruskan|neruskan|tindak ?lanjuti ke|sampaikan (?:ke|kepada)"
    r"|koordinasikan|disposisikan|laporkan (?:ke|kepada))",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"\b(?:(?:telah|sudah|akan|sedang|selesai|segera)\s+(?:kami\s+|di)?"
    r"(?!teruskan|tindak|sampaikan|koordinasi|disposisi|lapor|terima|catat)"
    r"[a-z]{4,}|di(?:perbaiki|tambal|bersihkan|angkut|ganti|pasang|periksa|tinjau|survei|cek|bangun|aspal|keruk|salurkan"
    r"|bayarkan|tertibkan|tegur|panggil|terbitkan|cetak|jadwalkan|anggarkan|pindahkan|mutasi|proses|selesaikan|nyalakan"
    r"|rapikan|tebang|fogging|semprot|evakuasi|verifikasi|blokir|batalkan|kembalikan)"
    r"|(?:perbaikan|peninjauan|penambalan|pengangkutan|pemeriksaan|penertiban|penggantian|pemasangan|pembersihan"
    r"|pengerukan|penyaluran|pembayaran|penerbitan|survei|mediasi|klarifikasi)\b)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:\d{1,2}\s+(?:jan|feb|mar|apr|mei|jun|jul|agu|agt|sep|okt|nov|des)[a-z]*|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?"
    r"|(?:januari|februari|maret|april|juni|juli|agustus|september|oktober|november|desember)"
    r"|senin|selasa|rabu|kamis|jum'?at|sabtu|minggu (?:ini|depan|lalu|kemarin)"
    r"|hari ini|kemarin|besok|lusa|tadi (?:pagi|siang|sore|malam)"
    r"|pukul \d|jam \d|\d+ (?:jam|hari|minggu|bulan)(?: kerja)?|(?:pekan|bulan|tahun) (?:ini|depan|lalu)|triwulan"
    r"|tahun (?:anggaran )?20\d\d)\b",
    re.IGNORECASE,
)
_ACTOR = re.compile(
    r"\b(?:dinas|badan|bidang|seksi|tim|petugas|upt|uptd|upk|bagian|kelurahan|desa|kecamatan|kepala|kades|lurah|camat"
    r"|puskesmas|rsud|rumah sakit|sekolah|satpol|pemadam|pdam|ptam|pln|polsek|polres|biro|sekretariat|inspektorat"
    r"|kantor|penyuluh|teknisi|operator|regu|satgas|kontraktor|rekanan|balai|samsat)\b",
    re.IGNORECASE,
)
_TICKET = re.compile(rf"{re.escape(PREFIX)}[0-9A-Z-]+", re.IGNORECASE)


def lacks(text: str) -> tuple[Warning, ...]:
    """Return what an answer lacks by its own words: what was done, when, and by whom."""
    found: list[Warning] = []
    acted = _ACTION.search(text) is not None
    if not acted:
        found.append("only_forwarded" if _FORWARDED.search(text) else "no_action")
    if not _DATE.search(text):
        found.append("no_date")
    if not _ACTOR.search(text):
        found.append("no_actor")
    return tuple(found)


def fingerprint(text: str) -> str:
    """Return the same for answers that differ in tickets, case, marks and spaces alone; SHA-256 in hexadecimal."""
    words = re.findall(r"\w+", _TICKET.sub(" ", text).lower())
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


async def judge(
    tx: UnitOfWork, text: str, *, agency_key: str | None, matter_id: object, now: datetime
) -> tuple[Warning, ...]:
    """Return what an answer lacks, also beside what the agency told others about other matters lately."""
    others = await repository.count_same_answers(
        tx, fingerprint(text), agency_key=agency_key, matter_id=matter_id, since=now - REPEATED_WITHIN
    )
    return (*lacks(text), "repeated") if others >= REPEATED_FROM else lacks(text)
