"""A ticket as people give it, and what they are told when it does not fit."""

from shared.core.errors import ForbiddenError, NotFoundError
from shared.core.ticket import InvalidTicketError, parse_ticket


def canonical(ticket: str) -> str:
    """Return the ticket as it is stored; raises `NotFoundError` for what can be none."""
    try:
        return parse_ticket(ticket)
    except InvalidTicketError:
        raise unknown_ticket() from None


def unknown_ticket() -> NotFoundError:
    """Return what is said of a ticket that does not exist, and of one that is not theirs."""
    return NotFoundError("unknown_ticket", "Nomor tiket tidak ditemukan; periksa kembali nomornya")


def wrong_access_code() -> ForbiddenError:
    """Return what is said of a code that does not open the ticket."""
    return ForbiddenError("wrong_access_code", "Kode akses tidak cocok dengan nomor tiket ini")
