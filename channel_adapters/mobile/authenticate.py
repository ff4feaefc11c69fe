"""Stop 2: which app, which device and which submission it is.

Anybody may submit, also without an account; nothing here proves a person. The idempotency key is the app's: whoever
knows it (and the device) gets the same answer again, so that an app draws a UUID for each complaint.
"""

import hashlib
import re

from channel_adapters.mobile.settings import MobileSettings
from shared.channels.protocol import InboundRequest, RefusedError

_VISIBLE = re.compile(r"[\x21-\x7e]{8,255}")


def app_of(request: InboundRequest, settings: MobileSettings) -> str:
    """Return the app's name (`X-App-Id`); raises `RefusedError` 403 for one that we do not know."""
    app = request.headers.get("x-app-id", "").strip() or settings.apps[0]
    if app not in settings.apps:
        raise RefusedError("unknown_account", status=403, detail="Aplikasi pada X-App-Id tidak dikenal.")
    return app


def device_of(request: InboundRequest) -> str | None:
    """Return `X-Device-Id`, None when the app gives none; raises `RefusedError` 400."""
    device = request.headers.get("x-device-id", "").strip()
    if device and not _VISIBLE.fullmatch(device):
        raise RefusedError("device_id_invalid", status=400, detail="X-Device-Id berisi 8 sampai 255 karakter ASCII.")
    return device or None


def submission_of(request: InboundRequest) -> str:
    """Return the hash that names this submission for ever: of `X-Device-Id` and `Idempotency-Key`.

    The key is taken with quotes (draft-ietf-httpapi-idempotency-key-header-07) or without. Raises `RefusedError` 400.
    """
    given = request.headers.get("idempotency-key", "").strip()
    if not given:
        raise RefusedError(
            "idempotency_key_missing", status=400, detail="Kirim header Idempotency-Key, misalnya sebuah UUID."
        )
    key = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    if not _VISIBLE.fullmatch(key):
        raise RefusedError(
            "idempotency_key_invalid",
            status=400,
            detail="Idempotency-Key berisi 8 sampai 255 karakter ASCII tanpa spasi.",
        )
    return hashlib.sha256(f"{device_of(request) or ''}\n{key}".encode()).hexdigest()
