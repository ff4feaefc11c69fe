"""A made-up past: 717 complaints of January 2020 to July 2021, 374 of them followed up; no real ones."""

import csv
import io
import random
from datetime import date, timedelta

TOTAL, FOLLOWED_UP = 717, 374
FIRST, LAST = date(2020, 1, 1), date(2021, 7, 31)
HEADER = (
    *("id", "tanggal", "kanal", "opd", "kabupaten", "urusan", "jenis"),
    *("tindak_lanjut", "dijawab", "selesai", "status", "alasan"),
)
AGENCIES = ("NTB.DIKPORA", "Dinas Kesehatan Provinsi NTB", "52.03.DIKBUD", "NTB.PUPRPERKIM", "")
REGENCIES = ("52.01", "Lotim", "Kota Mataram", "")
AFFAIRS = ("pendidikan", "kesehatan", "")
REASONS = ("too_general", "Tidak berkaitan dengan kinerja pemerintah.", "not_true", "")
COUNTED = frozenset({"not_true", ""})
KINDS = ("pengaduan", "Aspirasi", "bukan_pengaduan", "")


def rows(total: int = TOTAL, followed_up: int = FOLLOWED_UP, seed: int = 52) -> list[dict[str, str]]:
    chance = random.Random(seed)
    worked = set(chance.sample(range(total), followed_up))
    return [_row(chance, number, followed_up=number in worked) for number in range(total)]


def _row(chance: random.Random, number: int, *, followed_up: bool) -> dict[str, str]:
    received = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days + 1))
    first = received + timedelta(days=chance.randrange(30))
    answered = first + timedelta(days=chance.randrange(5)) if followed_up and chance.random() < 0.6 else None
    closed = answered + timedelta(days=10) if answered and chance.random() < 0.5 else None
    ended = chance.choice(("diterima", "ditolak", "arsip", ""))
    values = (
        f"NC-{number:04}",
        _day(chance, received),
        chance.choice(("sms", "Facebook", "instagram", "mobile")),
        *(chance.choice(some) for some in (AGENCIES, REGENCIES, AFFAIRS, KINDS)),
        _day(chance, first) if followed_up else "",
        _day(chance, answered) if answered else "",
        _day(chance, closed) if closed else "",
        "" if followed_up else ended,
        chance.choice(REASONS) if ended in {"ditolak", "arsip"} and not followed_up else "",
    )
    return dict(zip(HEADER, values, strict=True))


def _day(chance: random.Random, day: date) -> str:
    return day.strftime(chance.choice(("%Y-%m-%d", "%d/%m/%Y")))


def file_of(given: list[dict[str, str]], delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, given[0].keys(), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(given)
    return out.getvalue().encode(encoding)
