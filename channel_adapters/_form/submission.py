"""Which submission it is: the sender draws a key for it, and repeats the key with every try."""

import hashlib
import re

from shared.channels.protocol import InboundRequest, RefusedError
from shared.core.ticket import InvalidTicketError, parse_ticket

_KEY = re.compile(r"[\x21-\x7e]{8,255}")
_DEVICE = re.compile(r"[\x21-\x7e]{22,255}")
"""22 characters of base64 are 128 random bits: the device's name is its credential."""


def device_of(request: InboundRequest) -> str | None:
    """Return `X-Device-Id`, None when there is none; raises `RefusedError` 400."""
    device = request.headers.get("x-device-id", "").strip()
    if device and not _DEVICE.fullmatch(device):
        raise RefusedError(
            "device_id_invalid", status=400, detail="X-Device-Id berisi 22 sampai 255 karakter ASCII acak tanpa spasi."
        )
    return device or None


def ticket_of(request: InboundRequest) -> str | None:
    """Return the ticket that the address names, as it is written properly; raises `RefusedError` 404."""
    given = request.path_values.get("ticket")
    if given is None:
        return None
    try:
        return parse_ticket(given)
    except InvalidTicketError:
        raise RefusedError("unknown_ticket", status=404, detail="Periksa kembali nomor tiketnya.") from None


def submission_of(request: InboundRequest) -> str:
    """Return the hash that names this submission for ever: of who sends it, what it is about, and `Idempotency-Key`.

    The key is taken with quotes (draft-ietf-httpapi-idempotency-key-header-07) or without. Raises `RefusedError` 400.
    """
    given = request.headers.get("idempotency-key", "").strip()
    if not given:
        raise RefusedError(
            "idempotency_key_missing", status=400, detail="Kirim header Idempotency-Key, misalnya sebuah UUID."
        )
    key = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    if not _KEY.fullmatch(key):
        raise RefusedError(
            "idempotency_key_invalid",
            status=400,
            detail="Idempotency-Key berisi 8 sampai 255 karakter ASCII tanpa spasi.",
        )
    ticket = ticket_of(request)
    scope = [device_of(request) or "", *([ticket] if ticket else []), key]
    return hashlib.sha256("\n".join(scope).encode()).hexdigest()
