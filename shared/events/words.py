"""The words of a complaint: states, kinds, urgencies, actions, reasons; the names in code, and what people read."""

from typing import Literal

CaseState = Literal[
    "received",
    "awaiting_information",
    "assigned",
    "transfer_requested",
    "in_progress",
    "answered",
    "closed",
    "archived",
    "rejected",
]
"""Where a complaint stands; only casework moves it. In events it is a plain string: states will be added."""

STATE_WORDS: dict[str, str] = {
    "received": "Diterima",
    "awaiting_information": "Menunggu keterangan pelapor",
    "assigned": "Diteruskan ke instansi",
    "transfer_requested": "Dicarikan instansi yang berwenang",
    "in_progress": "Sedang ditindaklanjuti",
    "answered": "Sudah dijawab",
    "closed": "Selesai",
    "archived": "Diarsipkan",
    "rejected": "Ditolak",
}
"""What citizens and officers read for each state."""

Kind = Literal[
    "pengaduan", "pengaduan_pengawasan", "whistleblowing", "aspirasi", "permintaan_informasi", "bukan_pengaduan"
]

Urgency = Literal["mendesak", "penting", "biasa"]

KIND_WORDS: dict[str, str] = {
    "pengaduan": "Pengaduan",
    "pengaduan_pengawasan": "Pengaduan berkadar pengawasan",
    "whistleblowing": "Whistleblowing (WBS)",
    "aspirasi": "Aspirasi",
    "permintaan_informasi": "Permintaan informasi",
    "bukan_pengaduan": "Bukan pengaduan",
}
"""Every kind (jenis) of what citizens write, as SP4N names them (PermenPANRB 62/2018, 5/2025), and what people read."""

URGENCY_WORDS: dict[str, str] = {"mendesak": "Mendesak", "penting": "Penting", "biasa": "Biasa"}
"""Every urgency, as NTB Care has had them since 2018 (1, 24 and 48 hours), most urgent first."""

ACTION_WORDS: dict[str, str] = {
    "inspection": "Peninjauan lapangan",
    "repair": "Perbaikan atau pengerjaan",
    "coordination": "Koordinasi dengan pihak terkait",
    "clarification": "Klarifikasi kepada pelapor",
    "examination": "Pemeriksaan atau investigasi",
    "enforcement": "Teguran atau penertiban",
    "planning": "Penjadwalan atau penganggaran",
    "other": "Tindakan lain",
}
"""What an agency did about a complaint (tindak lanjut), and what people read."""

ArchiveReason = Literal["too_general", "not_about_government", "already_handled", "in_court", "no_information", "other"]

RejectReason = Literal["not_a_complaint", "not_true", "abusive", "advertising", "other"]

REASON_WORDS: dict[str, str] = {
    "too_general": "terlalu umum untuk ditindaklanjuti",
    "not_about_government": "tidak berkaitan dengan kinerja pemerintah",
    "already_handled": "sudah ditangani melalui laporan lain",
    "in_court": "sedang atau sudah diproses secara hukum",
    "no_information": "keterangan yang diminta tidak kami terima",
    "not_a_complaint": "bukan pengaduan",
    "not_true": "tidak sesuai dengan kenyataan setelah diperiksa",
    "abusive": "disampaikan dengan kata-kata kasar",
    "advertising": "berisi iklan atau promosi",
    "other": "alasan lain",
}
"""Why a complaint ends without an answer, and what people read. SP4N's administrators archive what is too general or
not about the work of government (PermenPANRB 62/2018, 5/2025)."""

Level = Literal["national", "province", "regency", "village", "regional_company"]
"""Whose authority it is (tingkat kewenangan, UU 23/2014): the state and its vertical bodies, the province, a regency or
city, a village, or a company owned by a region."""
