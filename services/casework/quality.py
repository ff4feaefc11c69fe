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
    r"\b(?:di|me)?(?:teruskan|neruskan|disposisi|koordinasi|sampaikan|nyampaikan|laporkan)", re.IGNORECASE
)
_DONE = (
    *(
        "ambal",
        "perbaik",
        "baiki",
        "bersih",
        "angkut",
        "ganti",
        "pasang",
        "periksa",
        "tinjau",
        "survei",
        "survey",
        "ukur",
    ),
    *("bangun", "aspal", "keruk", "gali", "bongkar", "alirkan", "sambung", "tambah", "lengkapi", "rehab", "renovasi"),
    *("normalisasi", "salur", "bayar", "cairkan", "terbit", "cetak", "jadwal", "anggar", "pindah", "mutasi", "tebang"),
    *("rapikan", "nyala", "padam", "fogging", "emprot", "vaksin", "evakuasi", "rawat", "obati", "antar", "jemput"),
    *("tertib", "tegur", "panggil", "sidak", "razia", "segel", "denda", "sanksi", "cabut", "blokir", "batalkan"),
    *("kembalikan", "mediasi", "klarifikasi", "verifikasi", "investigasi", "audit", "selesaikan", "latih"),
)
"""What agencies do, by the part of the word that no prefix or suffix changes: menambal, ditambal, penambalan."""
_ACTION = re.compile(rf"\b[a-z]{{0,5}}(?:{'|'.join(_DONE)})[a-z]{{0,4}}\b", re.IGNORECASE)
_MONTHS = "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember"
_SHORT_MONTHS = "jan|feb|mar|apr|jun|jul|agu|agt|ags|sep|okt|nov|des"
_DATE = re.compile(
    rf"\b(?:{_MONTHS}|\d{{1,2}} (?:{_SHORT_MONTHS})\.?|\d{{1,2}}[/.-]\d{{1,2}}(?:[/.-]\d{{2,4}})?"
    r"|senin|selasa|rabu|kamis|jum'?at|sabtu|hari ini|kemarin|besok|lusa|tadi (?:pagi|siang|sore|malam)"
    r"|(?:minggu|pekan|bulan|tahun) (?:ini|depan|lalu)|\d+ (?:jam|hari|minggu|bulan)|(?:pukul|jam) \d|triwulan"
    r"|20\d\d)\b",
    re.IGNORECASE,
)
_ACTOR = re.compile(
    r"\b(?:dinas|badan|bidang|seksi|tim|petugas|uptd?|upk|bagian|kelurahan|desa|kecamatan|kepala|kades|lurah|camat|regu"
    r"|puskesmas|rsud|rumah sakit|sekolah|satpol|pemadam|pdam|ptam|pln|polsek|polres|biro|sekretariat|inspektorat"
    r"|satgas|kantor|penyuluh|teknisi|kontraktor|rekanan|balai|samsat)\b",
    re.IGNORECASE,
)
_TICKET = re.compile(rf"{re.escape(PREFIX)}[0-9A-Z-]+", re.IGNORECASE)


def lacks(text: str) -> tuple[Warning, ...]:
    """Return what an answer lacks by its own words: what was done, when, and by whom."""
    found: list[Warning] = []
    if not _ACTION.search(text):
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
