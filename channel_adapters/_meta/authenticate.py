"""Is it Meta? The signature over the raw bytes, and the handshake of the callback address.

Meta for Developers, "Webhooks: Getting started" (Verification requests; Event notifications: validate payloads).
"""

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl

from pydantic import SecretStr

from shared.channels.protocol import Answer, InboundRequest, RefusedError

_MAX_FIELDS = 32


def check_signature(request: InboundRequest, app_secrets: Sequence[SecretStr]) -> None:
    """Check `X-Hub-Signature-256` over the body as it came; raises `RefusedError` 401 (missing) or 403 (wrong).

    Every secret is tried, also after a match, so that the time taken does not tell which one is in use.
    """
    given = request.headers.get("x-hub-signature-256", "").strip()
    if not given:
        raise RefusedError("signature_missing", status=401, detail="The header X-Hub-Signature-256 is missing.")
    matches = [
        hmac.compare_digest(given.encode("utf-8", "replace"), _sign(secret, request.body)) for secret in app_secrets
    ]
    if not any(matches):
        raise RefusedError("signature_wrong", status=403, detail="X-Hub-Signature-256 does not match the body.")


def _sign(secret: SecretStr, body: bytes) -> bytes:
    return b"sha256=" + hmac.new(secret.get_secret_value().encode(), body, hashlib.sha256).hexdigest().encode()


def answer_handshake(request: InboundRequest, verify_token: SecretStr) -> Answer:
    """Give back the raw challenge to whoever knows our verify token; raises `RefusedError` 403.

    Latin-1 carries the query's bytes through `parse_qsl` unchanged, so that the challenge leaves as it came.
    """
    refused = RefusedError("handshake_refused", status=403, detail="The mode or the verify token is wrong.")
    try:
        pairs = parse_qsl(request.query.decode("latin-1"), encoding="latin-1", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise refused from None
    fields = {name: value.encode("latin-1") for name, value in pairs}
    known = hmac.compare_digest(fields.get("hub.verify_token", b""), verify_token.get_secret_value().encode())
    if not known or fields.get("hub.mode") != b"subscribe" or "hub.challenge" not in fields:
        raise refused
    return Answer(status=200, body=fields["hub.challenge"], headers={"X-Content-Type-Options": "nosniff"})
