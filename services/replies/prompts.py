"""What a citizen is told about a message that made no complaint; each fits one SMS.

Where they name a complaint they say `nomor`, not `laporan`: nobody who looks over a shoulder learns what it is about.
"""

from collections.abc import Mapping

from shared.core.ticket import PREFIX
from shared.events import STATE_WORDS

SPOKEN_ON = frozenset({"sms", "direct_message"})
"""Only between the citizen and us: below a post, everybody would read what they asked."""
ASKED_FOR = frozenset(
    {
        *("help", "status", "ticket_unknown", "cancelled", "not_cancelled", "reopened", "not_reopened"),
        *("stopped", "resumed", "joined", "not_joined"),
    }
)
"""Answers to a command. Whoever said STOP gets them all the same: it silences what we send unasked, and must not hide
what somebody does in their name."""

_SMS: Mapping[str, str] = {
    "greeting": (
        "NTB Care siap membantu. Silakan balas SMS ini: apa yang terjadi, di mana tempatnya, dan kapan terjadinya."
    ),
    "words_wanted": (
        "NTB Care: kiriman Anda kami terima. Mohon jelaskan dengan kata-kata: apa yang terjadi, di mana tempatnya, dan "
        "kapan terjadinya."
    ),
    "help": (
        "NTB Care: tulis laporan Anda langsung di sini. CEK nomor = perkembangan, BATAL = mencabut, STOP = berhenti "
        "dihubungi. Ada bahaya? Hubungi 112."
    ),
    "status": "NTB Care, nomor {ticket}: {state}. {where}",
    "ticket_unknown": (
        "NTB Care: nomor itu tidak kami temukan. Mohon periksa lagi, lalu kirim CEK dan nomornya. Belum melapor? "
        "Silakan tulis di sini."
    ),
    "cancelled": (
        "NTB Care: {about} sudah dicabut sesuai permintaan Anda. Keliru, atau bukan Anda? Balas LANJUT {ticket} dalam "
        "24 jam."
    ),
    "not_cancelled": (
        "NTB Care: {about} tidak dapat dicabut, karena sudah ditangani atau tidak kami temukan. Silakan balas bila ada "
        "yang ingin disampaikan."
    ),
    "reopened": "NTB Care: baik, {about} kami lanjutkan. Kirim CEK {ticket} untuk melihat perkembangannya.",
    "not_reopened": (
        "NTB Care: {about} tidak dapat dilanjutkan, karena tidak dicabut dalam 24 jam terakhir atau tidak kami "
        "temukan. Silakan tulis lagi di sini."
    ),
    "stopped": (
        "NTB Care: baik, kami tidak akan mengirim pesan lagi. Laporan Anda tetap diproses. Balas MULAI bila ingin "
        "menerima kabar lagi."
    ),
    "resumed": "NTB Care: baik, Anda akan menerima kabar dari kami lagi. Balas STOP bila ingin berhenti.",
    "joined": "NTB Care: terima kasih, pesan Anda di sini sudah tersambung dengan {about}.",
    "not_joined": (
        "NTB Care: nomor atau kode itu tidak cocok. Mohon periksa lagi, lalu kirim: GABUNG, nomor tiket, dan kode "
        "aksesnya."
    ),
    "rated": "NTB Care: terima kasih, nilai Anda untuk nomor {ticket} kami catat dan akan dibaca petugas.",
}
_DIRECT: Mapping[str, str] = {
    "greeting": (
        "Halo, terima kasih sudah menghubungi NTB Care. Silakan ceritakan di sini:\n"
        "1. apa yang terjadi,\n"
        "2. di mana tempatnya (desa atau kelurahan, kecamatan),\n"
        "3. kapan terjadinya,\n"
        "dan kirimkan foto bila ada."
    ),
    "words_wanted": (
        "Terima kasih, kiriman Anda sudah kami terima. Agar dapat kami teruskan, mohon tuliskan apa yang terjadi, di "
        "mana tempatnya, dan kapan terjadinya."
    ),
    "help": (
        "Tulis laporan Anda langsung di sini: apa yang terjadi, di mana, dan kapan; foto boleh disertakan.\n"
        "CEK dan nomor tiket: perkembangannya.\n"
        "STATUS: laporan Anda yang terakhir.\n"
        "BATAL: mencabut laporan; LANJUT: meneruskannya lagi, dalam 24 jam.\n"
        "STOP: tidak dihubungi lagi; MULAI: dihubungi kembali.\n"
        "Bila ada bahaya, segera hubungi 112."
    ),
}
"""Where more room serves; everything else reads as in an SMS."""


class UnknownPromptError(Exception):
    """Intake wants something said for which there are no words here."""


def prompt_text(prompt: str, *, surface: str, ticket: str | None, state: str | None, page: str) -> str:
    """Return the words of a prompt; `page` is where tickets are looked up, if there is one.

    Raises `UnknownPromptError`.
    """
    words = _DIRECT.get(prompt) if surface == "direct_message" else None
    words = words or _SMS.get(prompt)
    if words is None:
        raise UnknownPromptError(prompt)
    return words.format(
        ticket=ticket or PREFIX,
        about=f"nomor {ticket}" if ticket else "laporan Anda",
        state=STATE_WORDS.get(state or "received", STATE_WORDS["received"]),
        where=f"Perkembangan: {page}" if page else "",
    ).rstrip()


def longest_sms(page: str) -> dict[str, str]:
    """Return each prompt as the longest SMS that it can become: what the start checks."""
    ticket = f"{PREFIX}XXXX-XXXXX"
    state = max(STATE_WORDS, key=lambda one: len(STATE_WORDS[one]))
    return {name: prompt_text(name, surface="sms", ticket=ticket, state=state, page=page) for name in _SMS}
