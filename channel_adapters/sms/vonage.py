"""Vonage (formerly Nexmo) inbound text messages, and delivery receipts (developer.vonage.com, "SMS API").

They come as a query, a form or JSON, whatever the account says, and again for 24 hours until we answer 200. Long
messages come in parts (`concat-…`). Before it takes an address Vonage calls it without parameters. Accounts sign only
where they are set to; the address therefore holds a secret besides.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from channel_adapters.sms.authenticate import check_fresh, check_signature, check_token
from channel_adapters.sms.charsets import decode
from channel_adapters.sms.fields import NotJsonError, as_dict, as_text, read_json, read_pairs
from channel_adapters.sms.kinds import linked
from channel_adapters.sms.payloads import Provider, Read, Sms
from channel_adapters.sms.settings import SmsSettings, VonageMethod
from channel_adapters.sms.udh import part_of
from shared.channels.protocol import Attachment, AttachmentKind, Door, Ignored, InboundRequest, Part, Unreadable
from shared.channels.times import read_time

_PATH = "/channels/sms/vonage/{token}"
_NEWER = {"from": "msisdn", "message_uuid": "messageId", "timestamp": "message-timestamp"}
"""What the Messages API calls the same; an account may be set to either."""
_ENCLOSED: tuple[AttachmentKind, ...] = ("image", "audio", "video", "file")
"""Types of messages in that API which hold an address, and perhaps words."""
_UNSAFE = str.maketrans("&=", "__")
_TOKEN = {"in": "path", "name": "token", "required": True, "schema": {"type": "string"}}
_RESPONSES = {
    "200": {"description": "What it told is stored. The body is empty."},
    "401": {"description": "The signature is missing."},
    "403": {"description": "The token or the signature is wrong, or the signature is older than five minutes."},
    "404": {"description": "This gateway is not set up here."},
}

DOORS = (
    Door(
        method="GET",
        path=_PATH,
        summary="Vonage delivers a text message in the address",
        max_body=0,
        operation={"parameters": [_TOKEN], "responses": _RESPONSES},
    ),
    Door(
        method="POST",
        path=_PATH,
        summary="Vonage delivers a text message as a form or as JSON",
        max_body=256 * 1024,
        operation={"parameters": [_TOKEN], "responses": _RESPONSES},
    ),
)


def provider(settings: SmsSettings) -> Provider | None:
    """Return its doors, or None while there is no token."""
    token = settings.vonage_token
    if token is None:
        return None

    def authenticate(request: InboundRequest) -> None:
        check_token(request, token)
        if settings.vonage_signature_secret is not None:
            secret = settings.vonage_signature_secret.get_secret_value()
            check_signed(request, secret, settings.vonage_signature_method)

    return Provider(doors=DOORS, authenticate=authenticate, read=read, may_be_empty=True)


def check_signed(request: InboundRequest, secret: str, method: VonageMethod) -> None:
    """Check `sig` and `timestamp`; a call without parameters, which tells nothing, needs none."""
    try:
        fields = _read_fields(request)
    except ValueError:
        fields = {"": ""}
    if fields:
        check_signature(fields.get("sig", "").lower(), sign(fields, secret, method), "sig")
        check_fresh(fields.get("timestamp", ""), request.received_at)


def sign(fields: Mapping[str, str], secret: str, method: VonageMethod) -> bytes:
    """Sign all fields but `sig` as Vonage does ("Signing messages"), in lower-case hexadecimal."""
    told = "".join(f"&{name}={fields[name].translate(_UNSAFE)}" for name in sorted(fields) if name != "sig")
    key, words = secret.encode("utf-8", "replace"), told.encode("utf-8", "replace")
    if method == "md5hash":
        return hashlib.md5(words + key, usedforsecurity=False).hexdigest().encode()
    return hmac.new(key, words, method).hexdigest().encode()


def read(request: InboundRequest) -> Iterator[Read]:
    """Read one message or receipt."""
    try:
        document = _read_document(request)
    except NotJsonError:
        yield Unreadable(reason="not_json")
    except ValueError:
        yield Unreadable(reason="too_many_fields")
    else:
        yield _read(document, request)


def _read_fields(request: InboundRequest) -> dict[str, str]:
    """Return what is signed; raises as `_read_document`."""
    return _words(_read_document(request))


def _read_document(request: InboundRequest) -> dict[str, Any]:
    """Return what came in the query and in the body; raises `NotJsonError`, or `ValueError` for too many fields."""
    pairs: dict[str, Any] = {name: decode(value) for name, value in read_pairs(request.query)}
    if not request.body.strip():
        return pairs
    if request.body.lstrip().startswith(b"{"):
        return pairs | as_dict(read_json(request.body))
    return pairs | {name: decode(value) for name, value in read_pairs(request.body)}


def _words(document: Mapping[str, Any]) -> dict[str, str]:
    return {name: _word(value) for name, value in document.items()}


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else as_text(value)


def _read(document: Mapping[str, Any], request: InboundRequest) -> Read:
    told = _words(document)
    if not told:
        return Ignored(reason="url_check")
    fields = {_NEWER.get(name, name): value for name, value in told.items()} if "message_uuid" in told else told
    if "status" in fields and "text" not in fields:
        return Ignored(reason="delivery_report")
    message_id = fields.get("messageId", "").strip() or None
    if fields.get("type") == "binary":
        return Ignored(reason="binary", provider_message_id=message_id)
    if "msisdn" not in fields and "text" not in fields:
        return Unreadable(reason="unknown_shape")
    return Sms(
        sender=fields.get("msisdn", ""),
        receiver=fields.get("to", ""),
        text=fields.get("text") or as_text(_enclosed(document).get("caption")),
        provider_id=message_id,
        sent_at=read_time(fields.get("message-timestamp"), request.received_at),
        received_at=request.received_at,
        attachments=tuple(_attachments(document)),
        part=_part(fields),
    )


def _enclosed(document: Mapping[str, Any]) -> dict[str, Any]:
    kind = document.get("message_type")
    return as_dict(document.get(kind)) if kind in _ENCLOSED else {}


def _attachments(document: Mapping[str, Any]) -> Iterator[Attachment]:
    enclosed = _enclosed(document)
    for kind in _ENCLOSED:
        if enclosed and kind == document.get("message_type"):
            yield linked(enclosed.get("url"), "", kind)


def _part(fields: Mapping[str, str]) -> Part | None:
    if fields.get("concat", "").lower() != "true":
        return None
    return part_of(fields.get("concat-ref", ""), fields.get("concat-part", ""), fields.get("concat-total", ""))
