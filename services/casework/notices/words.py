"""What a digest says, in plain Indonesian: as text, and as HTML for a cheap phone and a screen reader. Pure.

No citizen's words, no place finer than the regency, nobody who reported; of a sealed case the ticket and nothing else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from services.casework.notices.rules import Audience, Kind, Step
from shared.core.times import WITA
from shared.directory.regions import regencies

MOST_CASES = 100
"""Longer mails are cut by mail programs; what is left out is counted, and stands in the queue."""
_CLOCKS = {
    "verify": "Verifikasi laporan",
    "follow_up": "Tindak lanjut pertama",
    "resolve": "Jawaban akhir",
    "respond": "Tanggapan pertama",
    "transfer": "Keputusan atas usul pemindahan",
    "close": "Penutupan laporan",
    "complete": "Kelengkapan dari pelapor",
}
_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli"),
    *("Agustus", "September", "Oktober", "November", "Desember"),
)
_PLEAS: dict[Audience, str] = {
    "liaison": "Laporan warga berikut menunggu instansi Bapak/Ibu. Mohon dilihat dan ditindaklanjuti hari ini.",
    "leader": (
        "Laporan warga berikut ada di instansi yang Bapak/Ibu pimpin dan belum selesai pada waktunya. "
        "Mohon bantuan Bapak/Ibu agar segera ditindaklanjuti."
    ),
    "coordinator": "Laporan warga berikut perlu perhatian koordinator. Mohon instansinya dihubungi.",
    "inspectorate": "Laporan warga berikut perlu perhatian Inspektorat.",
}
_MORNING = "Surel ini dikirim otomatis oleh NTB Care, paling banyak sekali setiap pagi hari kerja. Mohon tidak dibalas."
_URGENT = "Surel ini dikirim otomatis oleh NTB Care karena laporannya mendesak. Mohon tidak dibalas."
_STYLE = "font-family:sans-serif;font-size:16px;line-height:1.5;color:#111;max-width:40em;margin:0 auto;padding:8px"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail's words."""

    subject: str
    text: str
    html: str


_Case = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Reader:
    audience: Audience
    now: datetime
    page: str | None


@dataclass(frozen=True, slots=True)
class _Item:
    title: str
    details: tuple[str, ...]
    link: str | None


def write(
    steps: Sequence[Step], *, name: str, audience: Audience, kind: Kind, now: datetime, page: str | None
) -> Letter:
    """Write a digest; `page` is where a case is opened, without its ticket."""
    cases = _by_case(steps)
    late = [case for case in cases if case[0].due_at <= now]
    near = [case for case in cases if case[0].due_at > now]
    groups = tuple(_groups(late, near, _Reader(audience, now, page)))
    left_out = max(0, len(cases) - MOST_CASES)
    subject = _subject(len(late), len(near), kind)
    opening = (f"Yth. {name},", _PLEAS[audience])
    closing = tuple(_closing(left_out, kind, page))
    return Letter(subject=subject, text=_text(opening, groups, closing), html=_html(subject, opening, groups, closing))


def _by_case(steps: Sequence[Step]) -> list[_Case]:
    """Put what is said of one case together, each clock once; the longest due first."""
    found: dict[str, dict[str, Step]] = {}
    for step in sorted(steps, key=lambda step: (step.due_at, step.ticket, step.clock)):
        found.setdefault(step.ticket, {}).setdefault(step.clock, step)
    return [tuple(clocks.values()) for clocks in found.values()]


def _subject(late: int, near: int, kind: Kind) -> str:
    counts = [f"{late} laporan lewat tenggat"] if late else []
    counts += [f"{near} hampir tenggat" if late else f"{near} laporan hampir tenggat"] if near else []
    return f"NTB Care: {'MENDESAK, ' if kind == 'urgent' else ''}{', '.join(counts)}"


def _groups(late: Sequence[_Case], near: Sequence[_Case], reader: _Reader) -> Iterator[tuple[str, list[_Item]]]:
    shown = late[:MOST_CASES]
    if late:
        yield f"Lewat tenggat ({len(late)})", [_item(case, reader) for case in shown]
    if near:
        rest = near[: MOST_CASES - len(shown)]
        yield f"Hampir tenggat ({len(near)})", [_item(case, reader) for case in rest]


def _item(case: _Case, reader: _Reader) -> _Item:
    first = case[0]
    link = f"{reader.page}/{first.ticket}" if reader.page else None
    if first.sealed:
        return _Item(first.ticket, (), link)
    who = first.agency_name or "Belum ada instansi"
    place = next((one.name for one in regencies() if one.code == first.regency), None)
    details = [f"{who}, {place}" if place else who, *(_clock(step, reader.now) for step in case)]
    if any(step.problem and reader.audience != step.audience for step in case):
        details.append("Instansi ini belum dapat diberi tahu lewat surel.")
    return _Item(f"{first.ticket}{' (darurat)' if first.emergency else ''}", tuple(details), link)


def _clock(step: Step, now: datetime) -> str:
    clock = _CLOCKS.get(step.clock, step.clock.replace("_", " "))
    return f"{clock}: {due_words(step.due_at)}, {_distance(step, now)}"


def due_words(due_at: datetime) -> str:
    """Return for example "tenggat Senin, 30 November 2026 15.30 WITA"."""
    at = due_at.astimezone(WITA)
    return f"tenggat {_DAYS[at.weekday()]}, {at.day} {_MONTHS[at.month - 1]} {at.year} {at:%H.%M} WITA"


def _distance(step: Step, now: datetime) -> str:
    late = now - step.due_at
    return f"terlambat {span_words(late)}" if late >= timedelta(0) else f"sisa waktu {span_words(-late)}"


def span_words(span: timedelta) -> str:
    """Return a length of time by its largest unit, rounded down; days and hours of the wall clock."""
    minutes = int(span.total_seconds() // 60)
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60)} hari"
    return f"{minutes // 60} jam" if minutes >= 60 else f"{max(minutes, 1)} menit"  # noqa: PLR2004 - an hour


def _closing(left_out: int, kind: Kind, page: str | None) -> Iterator[str]:
    if left_out:
        yield f"Masih ada {left_out} laporan lain; semuanya ada di antrean NTB Care."
    if page is None:
        yield "Laporan dapat dibuka di NTB Care dengan nomor tiketnya."
    yield "Terima kasih atas pelayanan Bapak/Ibu kepada warga."
    yield _URGENT if kind == "urgent" else _MORNING


def _text(opening: Sequence[str], groups: Sequence[tuple[str, list[_Item]]], closing: Sequence[str]) -> str:
    parts = list(opening)
    for heading, items in groups:
        parts.append(heading.upper())
        parts += [
            "\n".join([f"{number}. {item.title}", *(f"   {line}" for line in (*item.details, item.link) if line)])
            for number, item in enumerate(items, 1)
        ]
    return "\n\n".join([*parts, *closing]) + "\n"


def _html(
    subject: str, opening: Sequence[str], groups: Sequence[tuple[str, list[_Item]]], closing: Sequence[str]
) -> str:
    body = [f"<p>{escape(line)}</p>" for line in opening]
    for heading, items in groups:
        body += [f"<h2>{escape(heading)}</h2>", "<ol>", *(_html_item(item) for item in items), "</ol>"]
    body += [f"<p>{escape(line)}</p>" for line in closing]
    return "\n".join(
        [
            '<!DOCTYPE html><html lang="id"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<title>{escape(subject)}</title></head><body style="{_STYLE}">',
            f"<h1>{escape(subject.removeprefix('NTB Care: '))}</h1>",
            *body,
            "</body></html>\n",
        ]
    )


def _html_item(item: _Item) -> str:
    title = f"<strong>{escape(item.title)}</strong>"
    if item.link:
        title = f'<a href="{escape(item.link)}">{title}</a>'
    return f"<li>{'<br>'.join([title, *map(escape, item.details)])}</li>"
