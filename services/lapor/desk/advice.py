"""What an officer is told to do about each thing on the list, in steps. Pure."""

from datetime import datetime
from typing import Final

from shared.core.times import WITA

NOTICES: Final = {
    "number_taken": "LAPOR! memberi nomor yang sudah milik aduan lain; periksa keduanya di LAPOR!",
    "perhaps_double": "Mungkin ada dua di LAPOR!; periksa nomor ini. Bila sama, minta LAPOR! mengarsipkan yang "
    "berlebih. Bila ternyata aduan lain, masukkan nomornya pada Aduan yang ditugaskan LAPOR!, supaya diterima di sini",
    "not_for_lapor": "Sudah ada di LAPOR!, tetapi kini di instansi yang aduannya tidak dikirim ke sana; putuskan: "
    "minta LAPOR! menyembunyikan atau mengarsipkannya, atau biarkan",
    "in_hand": "Dicabut atau disegel ketika sedang diketik, atau nomornya baru saja ditulis; cari tiketnya di LAPOR!. "
    "Bila ada, tulis nomornya; bila tidak, pilih Belum ada",
    "hidden_after_told": "Kini rahasia atau anonim di sini, tetapi sudah ada di LAPOR!; minta disembunyikan di sana",
    "gone_at_lapor": "LAPOR! tidak mengenal nomor ini lagi; periksa di LAPOR!",
    "passed_on_there": "LAPOR! meneruskannya ke instansi lain; periksa apakah penanggung jawabnya perlu dipindah",
    "unknown_status": "LAPOR! memakai status yang belum kami kenal; beri tahu pengelola sistem",
    "arrival_refused": "Aduan yang datang dari LAPOR! tidak dapat diterima. Bila isinya salah, masukkan lagi yang "
    "sudah diperbaiki; bila bukan, pilih Serahkan lagi",
    "arrival_without_words": "Daftar LAPOR! menyebut nomor ini tanpa isinya; baca di LAPOR!, lalu masukkan aduannya",
    "upload_left_out": "Lampiran tidak terkirim; lampirkan sendiri di LAPOR! bila perlu",
    "follow_up_left_out": "Tindak lanjut ditolak, atau tidak juga tampak; periksa, dan ketik sendiri bila perlu",
    "pass_on_left_out": "Disposisi ditolak, atau tidak juga tampak; periksa, dan disposisikan sendiri di LAPOR!",
}


def of_review() -> list[str]:
    """Say how to look at what goes."""
    return [
        "Baca isinya sampai selesai. Yang ditandai sudah disamarkan.",
        "Hapus nama atau nomor orang yang masih tertinggal.",
        "Pilih Kirim, atau Jangan kirim dengan alasannya.",
    ]


def of_typing(*, queued: bool, words: bool, refused: bool) -> list[str]:
    """Say how to type a complaint in."""
    steps = ["Ambil aduan ini dulu, supaya tidak terkirim dua kali."] if queued else []
    if refused:
        steps.append("LAPOR! menolak kiriman otomatisnya; alasannya tertulis di sini.")
    steps.append(
        "Buka formulir pengaduan di LAPOR!, lalu salin isian satu per satu."
        if words
        else "Isinya tidak disimpan di sini. Tulis dari perkaranya, dan hanya yang boleh diketahui LAPOR!."
    )
    return [*steps, "Lampirkan berkasnya.", "Tulis nomor yang diberikan LAPOR!, lalu Simpan."]


def of_checking(
    ticket: str, posted_at: datetime | None, institution: str, title: str | None, *, words: bool
) -> list[str]:
    """Say how to find out whether LAPOR! has a complaint; `words`: whether they are here, so that it may go again."""
    when = f" yang dikirim {in_wita(posted_at)}" if posted_at else ""
    steps = [
        f"Di LAPOR!, cari laporan{when} untuk {institution}.",
        f"Isinya diawali [{ticket}]." + (f" Judulnya: {title}" if title else ""),
    ]
    return [
        *steps,
        "Bila ada: pilih Sudah ada, dan tulis nomornya.",
        "Bila tidak ada, juga sesudah beberapa menit: pilih Belum ada, kirim lagi."
        + ("" if words else " Isinya sudah tidak disimpan di sini, maka tidak ada yang terkirim."),
    ]


def of_step(kind: str, number: str, institution: str | None) -> list[str]:
    """Say how to do a step by hand."""
    if kind == "pass_on":
        return [f"Buka laporan #{number} di LAPOR!.", f"Disposisikan ke {institution}.", "Lalu pilih Sudah diketik."]
    return [f"Buka laporan #{number} di LAPOR!.", "Salin tindak lanjut ini ke sana.", "Lalu pilih Sudah diketik."]


def of_notice(kind: str) -> list[str]:
    """Say what a notice asks for."""
    return [NOTICES.get(kind, "Periksa, lalu tandai selesai")]


def in_wita(moment: datetime) -> str:
    """Return a time as LAPOR! and its officers write it."""
    return moment.astimezone(WITA).strftime("%d-%m-%Y %H.%M WITA")
