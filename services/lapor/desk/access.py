"""Who may do what at the desk: the coordinator everything; an operator sees states and settles doubts, and no words.

What is sealed is there for nobody. Pure.
"""

from typing import Any

from sqlalchemy import Row

from shared.core.errors import ConflictError, ForbiddenError, NotFoundError
from shared.core.ticket import InvalidTicketError, parse_ticket
from shared.security import Principal, Role

STATE_WORDS = {
    "waiting": "menunggu verifikasi",
    "to_review": "menunggu pemeriksaan petugas",
    "by_hand": "menunggu diketik petugas",
    "queued": "dalam antrean kirim",
    "posting": "sedang dikirim",
    "perhaps_created": "mungkin sudah ada di LAPOR!",
    "refused": "ditolak LAPOR!",
    "created": "sudah ada di LAPOR!",
    "tracked": "sudah ada di LAPOR!",
    "withheld": "tidak dikirim",
    "arriving": "aduan yang datang dari LAPOR!",
}


def require_seeing(principal: Principal) -> None:
    """Let through who may see how complaints stand. Raises `ForbiddenError`."""
    if principal.role not in {Role.COORDINATOR, Role.OPERATOR} or principal.regions:
        raise ForbiddenError("role_sees_no_mirror", "Pengiriman ke LAPOR! diurus oleh koordinator provinsi")


def require_typing(principal: Principal) -> None:
    """Let through who reads and types what is told. Raises `ForbiddenError`."""
    require_seeing(principal)
    if not sees_words(principal):
        raise ForbiddenError("role_sees_no_words", "Isi aduan hanya dibuka dan dikirim oleh koordinator provinsi")


def sees_words(principal: Principal) -> bool:
    """Tell whether somebody may read what is told: who runs the machines may not."""
    return principal.role is Role.COORDINATOR


def canonical(ticket: str) -> str:
    """Return the ticket as it is kept. Raises `NotFoundError`."""
    try:
        return parse_ticket(ticket)
    except InvalidTicketError:
        raise unknown_ticket() from None


def unknown_ticket() -> NotFoundError:
    """Say that there is no such ticket, or none for anybody here."""
    return NotFoundError("ticket_unknown", "Periksa nomor tiketnya; nomor itu tidak ada di sini")


def unfit(row: Row[Any]) -> ConflictError:
    """Say how a complaint stands, which does not allow this."""
    words = STATE_WORDS.get(row.state, row.state)
    return ConflictError(
        "mirror_state_unfit",
        "Keadaan aduan ini tidak mengizinkan tindakan itu; muat ulang daftarnya",
        f"Keadaannya: {words}",
        state=row.state,
        reason=row.reason,
    )
