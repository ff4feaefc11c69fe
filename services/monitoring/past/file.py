"""A CSV file as people save it: comma, semicolon or tab; UTF-8 with or without a BOM, or Windows' own."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.core.errors import ExplainedError

COLUMNS: dict[str, tuple[str, ...]] = {
    "external_id": ("id", "no", "nomor", "nomor_pengaduan", "kode", "tiket"),
    "received": ("tanggal", "tanggal_masuk", "tanggal_diterima", "diterima", "received_date"),
    "channel": ("kanal",),
    "agency": ("opd", "instansi", "perangkat_daerah"),
    "regency": ("kabupaten", "kab_kota", "kabupaten_kota", "wilayah"),
    "affair": ("urusan",),
    "kind": ("jenis",),
    "verified": ("diverifikasi", "tanggal_verifikasi"),
    "assigned": ("diteruskan", "disposisi", "tanggal_disposisi"),
    "followed_up": ("tindak_lanjut", "tanggal_tindak_lanjut", "ditindaklanjuti", "first_follow_up"),
    "answered": ("dijawab", "tanggal_jawaban"),
    "closed": ("selesai", "tanggal_selesai"),
    "status": ("state",),
    "verify_due": ("batas_verifikasi",),
    "follow_up_due": ("batas_tindak_lanjut",),
    "close_due": ("batas_selesai",),
    "reason": ("alasan", "alasan_arsip", "alasan_ditolak", "reason_code"),
}
"""Every column that is read, and what else it may be called. Nothing else is read: no words, and nobody's name."""
REQUIRED = ("external_id", "received", "channel")
FIRST_ROW = 2
"""Below the header, as a spreadsheet numbers rows."""
MOST_BYTES = 64 * 1024 * 1024
_NAMES = {name: column for column, others in COLUMNS.items() for name in (column, *others)}
_DELIMITERS = (",", ";", "\t")
_ENCODINGS = ("utf-8-sig", "cp1252")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file by its row number, each with what its columns hold; `ignored` columns were not read."""

    rows: Sequence[tuple[int, Mapping[str, str]]]
    ignored: tuple[str, ...]


def read_table(content: bytes) -> Table:
    """Read a file. Raises `ExplainedError` where it is no table, or a column is missing or stands twice."""
    if len(content) > MOST_BYTES:
        raise ExplainedError(f"The file has more than {MOST_BYTES // 1024**2} MB; cut it by year.")
    text = _decoded(content)
    header_line, delimiter = text.partition("\n")[0], None
    if header_line.lower().startswith("sep="):
        text, delimiter = text.partition("\n")[2], header_line.rstrip("\r\n")[4:] or None
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True))
    except (csv.Error, TypeError) as error:
        raise ExplainedError(f"This is no CSV file that can be read ({error}); save it again as CSV UTF-8.") from None
    header = [_plain(name) for name in lines[0]] if lines else []
    columns = _columns(header)
    rows = [
        (number, {column: line[at].strip() if at < len(line) else "" for column, at in columns.items()})
        for number, line in enumerate(lines[1:], start=FIRST_ROW)
        if any(cell.strip() for cell in line)
    ]
    return Table(rows, tuple(name for name in header if name and name not in _NAMES))


def _columns(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, name in enumerate(header):
        column = _NAMES.get(name)
        if column in found:
            raise ExplainedError(f"The column {column} stands twice, as {header[found[column]]} and as {name}.")
        if column is not None:
            found[column] = at
    if missing := [column for column in REQUIRED if column not in found]:
        expected = "; ".join(f"{column} (or {', '.join(COLUMNS[column])})" for column in missing)
        raise ExplainedError(f"The first row must name the columns; missing: {expected}.")
    return found


def _delimiter(text: str) -> str:
    """Return what cuts the header into the most names that are known."""
    header = text.partition("\n")[0]
    return max(_DELIMITERS, key=lambda one: sum(_plain(name) in _NAMES for name in header.split(one)))


def _plain(name: str) -> str:
    return "_".join(name.strip().strip('"').strip().lower().replace("/", " ").replace("-", " ").split())


def _decoded(content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ExplainedError("The file is neither UTF-8 nor Windows-1252; save it again as CSV UTF-8.")
