"""What officers read of the rule's decisions, and citizens of an end that was declared at SP4N-LAPOR!. Pure."""

from services.casework.mirroring.rules import Outcome
from shared.events import STATE_WORDS, CaseState

_TO_SETTLE = "putuskan di sini; langkah atau catatan petugas menyelesaikannya"


def said_of(status: str, outcome: Outcome, ours: CaseState, *, sealed: bool, withdrawn: bool, stale: bool) -> str:
    """Return a sentence about what LAPOR! shows and what follows from it here."""
    here = STATE_WORDS[ours].lower()
    match outcome:
        case "nothing":
            then = "tidak ada yang perlu berubah di sini"
        case "begin":
            then = "diikuti, aduan sedang ditindaklanjuti"
        case "answer":
            then = "diikuti sebagai jawaban; pelapor masih dapat menanggapinya"
        case "ours_stands":
            then = _why_ours(here, sealed=sealed, withdrawn=withdrawn, stale=stale)
        case "conflict":
            then = f"di sini: {here}; {_TO_SETTLE}"
        case "unknown_status":
            then = f"status ini belum dikenal; {_TO_SETTLE}"
    return f"Di SP4N-LAPOR!: {status}; {then}."


def _why_ours(here: str, *, sealed: bool, withdrawn: bool, stale: bool) -> str:
    if sealed:
        return "aduan ini disegel, maka keadaan di sini tetap"
    if withdrawn:
        return "pelapor sudah mencabut aduan ini, maka keadaan di sini tetap"
    if stale:
        return "itu lebih lama daripada yang terjadi di sini, maka keadaan di sini tetap"
    return f"keadaan di sini tetap: {here}"


def followed_up(institution: str) -> str:
    """Return a sentence about a follow-up that moved a case."""
    return f"Tindak lanjut di SP4N-LAPOR! oleh {institution}." if institution else "Tindak lanjut di SP4N-LAPOR!."


def finished(*, told: bool, hidden: bool) -> str:
    """Return what a citizen reads where the end was declared at LAPOR!.

    `told`: they heard already what was done; `hidden`: that somebody complained stays between them and us.
    """
    where = "" if hidden else " di SP4N-LAPOR!"
    done = "Tindak lanjutnya sudah kami sampaikan kepada Anda." if told else "Keterangan tertulisnya belum kami terima."
    return (
        f"Instansi yang menangani menyatakan hal ini sudah selesai{where}. {done} Bila menurut Anda belum selesai, "
        "mohon balas pesan ini dengan menyebut nomor itu; kami tindak lanjuti kembali."
    )
