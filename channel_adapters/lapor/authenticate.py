"""Stop 2: is it our own service lapor? Nobody else may say what LAPOR! has given to the province."""

from collections.abc import Mapping
from typing import Literal

from channel_adapters.lapor.settings import LaporDoorSettings
from shared.channels.protocol import InboundRequest, RefusedError
from shared.security.signed import SIGNATURE, TIMESTAMP, check

_REFUSALS: Mapping[Literal["missing", "wrong", "expired"], tuple[int, str]] = {
    "missing": (401, f"Kirim header {TIMESTAMP} dan {SIGNATURE}."),
    "wrong": (403, f"{SIGNATURE} tidak cocok dengan waktu dan isi permintaan."),
    "expired": (403, f"{TIMESTAMP} lebih dari 5 menit dari waktu kami; periksa jam pengirim."),
}


def authenticate(request: InboundRequest, settings: LaporDoorSettings) -> None:
    """Check time and signature; raises `RefusedError` 401 (missing) or 403 (wrong, or too old)."""
    verdict = check(
        settings.secrets,
        timestamp=request.headers.get(TIMESTAMP.lower()),
        signature=request.headers.get(SIGNATURE.lower()),
        body=request.body,
        now=request.received_at,
    )
    if verdict != "valid":
        status, detail = _REFUSALS[verdict]
        raise RefusedError(f"signature_{verdict}", status=status, detail=detail)
