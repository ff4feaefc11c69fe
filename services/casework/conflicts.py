"""Why an officer cannot do something now, in words that say what to do instead."""

from typing import Any, Literal

from sqlalchemy import Row

from services.casework.rules import Move, ReopenLimit, moves_of
from shared.core.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PreconditionRequiredError,
    ProblemError,
    StaleError,
)
from shared.core.times import WITA
from shared.events import STATE_WORDS
from shared.security import Principal

MOVE_WORDS: dict[Move, str] = {
    "take": "menangani",
    "assign": "meneruskan",
    "ask": "meminta keterangan",
    "proceed": "melanjutkan tanpa keterangan",
    "transfer": "mengusulkan pemindahan",
    "decline": "menolak pemindahan",
    "follow_up": "menindaklanjuti",
    "answer": "menjawab",
    "close": "menutup",
    "archive": "mengarsipkan",
    "reject": "menolak",
    "reopen": "membuka kembali",
    "unseal": "membuka segel",
}


def unknown_case() -> NotFoundError:
    """Say that there is no such case: the same words for one that exists and is not the caller's to see."""
    return NotFoundError("unknown_case", "Aduan ini tidak ditemukan; periksa nomor tiketnya")


def role_sees_no_case() -> ForbiddenError:
    """Say that the role has no queue."""
    return ForbiddenError("role_not_allowed", "Peran Anda tidak memiliki akses ke aduan")


def refused(move: Move) -> ForbiddenError:
    """Say that somebody else has to make this move."""
    return ForbiddenError("move_not_allowed", f"Anda tidak berwenang {MOVE_WORDS[move]} aduan ini")


def may_not_verify() -> ForbiddenError:
    """Say that somebody else has to verify it."""
    return ForbiddenError("move_not_allowed", "Anda tidak berwenang memverifikasi aduan ini")


def may_not_mark() -> ForbiddenError:
    """Say that somebody else has to say who may see it, and whether life is in danger."""
    return ForbiddenError("move_not_allowed", "Anda tidak berwenang mengubah kerahasiaan atau kedaruratan aduan ini")


def may_not_note() -> ForbiddenError:
    """Say that notes are for those who work it."""
    return ForbiddenError("move_not_allowed", "Anda tidak berwenang menulis catatan pada aduan ini")


def may_not_join() -> ForbiddenError:
    """Say that somebody else has to join or separate these."""
    return ForbiddenError("move_not_allowed", "Anda tidak berwenang menggabungkan atau memisahkan aduan ini")


def sealed_stands_alone() -> ConflictError:
    """Say that what only the Inspectorate sees is joined with nothing."""
    return ConflictError("sealed_stands_alone", "Aduan yang disegel tidak dapat digabungkan; tangani sendiri-sendiri")


def same_case() -> ConflictError:
    """Say that two cases are needed."""
    return ConflictError("same_case", "Aduan tidak dapat digabungkan dengan dirinya sendiri; sebutkan tiket lain")


def not_joined(case: Row[Any]) -> ConflictError:
    """Say that there is nothing to separate."""
    return ConflictError(
        "not_joined", "Aduan ini tidak tergabung dengan aduan lain", current_version=case.version, state=case.state
    )


def sealed_stays() -> ConflictError:
    """Say that what is sealed leaves the Inspectorate for nobody."""
    return ConflictError(
        "sealed_stays", "Aduan yang disegel hanya dapat diteruskan ke Inspektorat; buka segelnya lebih dahulu"
    )


def unknown_agency(key: str) -> ProblemError:
    """Say that the directory has no such agency today."""
    return ProblemError("unknown_agency", "Instansi ini tidak ada dalam direktori hari ini; pilih yang lain", key)


def unknown_affair(key: str) -> ProblemError:
    """Say that the directory has no such affair."""
    return ProblemError("unknown_affair", "Urusan ini tidak ada dalam direktori; pilih yang lain", key)


def already_theirs() -> ConflictError:
    """Say that the agency proposes itself."""
    return ConflictError("already_theirs", "Aduan ini sudah pada instansi itu; sebutkan instansi lain atau kosongkan")


def cannot_reopen(why: Literal["withdrawn", "late", "often"], limit: ReopenLimit) -> ConflictError:
    """Say why it stays as it is, and what to do instead."""
    words = {
        "withdrawn": "Pelapor sudah mencabut aduan ini; hanya pelapor yang dapat melanjutkannya",
        "late": f"Sudah lebih dari {limit.within.days} hari sejak aduan ini selesai; catat sebagai aduan baru",
        "often": f"Aduan ini sudah {limit.times} kali dibuka kembali; catat sebagai aduan baru",
    }
    return ConflictError(f"cannot_reopen_{why}", words[why])


def wish_of_the_citizen() -> ConflictError:
    """Say that an officer does not show what its citizen wanted hidden."""
    return ConflictError(
        "hidden_by_citizen", "Pelapor sendiri yang memilih kerahasiaan ini; petugas tidak dapat mencabutnya"
    )


def no_precondition(case: Row[Any]) -> PreconditionRequiredError:
    """Say which header is missing."""
    return PreconditionRequiredError(
        "if_match_required",
        "Sertakan If-Match dengan versi yang Anda baca",
        'Contoh: If-Match: "3"; versinya ada pada header ETag',
        current_version=case.version,
    )


def stale(case: Row[Any], last: Row[Any]) -> StaleError:
    """Say what somebody else did since the officer read the case."""
    return StaleError(
        "case_changed",
        "Aduan ini sudah berubah sejak Anda membukanya; baca lagi lalu putuskan kembali",
        _what_happened(last),
        current_version=case.version,
        state=case.state,
        last_change=_change(last),
    )


def wrong_state(case: Row[Any], last: Row[Any], principal: Principal) -> ConflictError:
    """Say what the case's state allows to this officer."""
    taken = case.taken_by is not None
    moves = moves_of(principal, case.state, agency_key=case.agency_key, sealed=case.sealed, taken=taken)
    words = ", ".join(MOVE_WORDS[move] for move in moves) or "tidak ada"
    return ConflictError(
        "illegal_move",
        f"Aduan ini {STATE_WORDS[case.state].lower()}; yang bisa dilakukan sekarang: {words}",
        _what_happened(last),
        current_version=case.version,
        state=case.state,
        legal_moves=list(moves),
        last_change=_change(last),
    )


def _what_happened(last: Row[Any]) -> str:
    people = {"officer": f"petugas {last.actor_id}", "citizen": "pelapor", "channel": f"kanal {last.actor_id}"}
    who = people.get(last.actor_kind, "sistem")
    at = last.at.astimezone(WITA)
    return f"Versi {last.version}, {STATE_WORDS[last.state].lower()}, oleh {who} pada {at:%Y-%m-%d %H:%M:%S %Z}"


def _change(last: Row[Any]) -> dict[str, object]:
    return {
        "version": last.version,
        "previous": last.previous,
        "state": last.state,
        "actor": {"kind": last.actor_kind, "id": last.actor_id},
        "at": last.at.isoformat(),
    }
