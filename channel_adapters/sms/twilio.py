"""Twilio Messaging webhooks (twilio.com/docs: "Messaging webhooks", "Validating requests", "Track message status").

Twilio signs the public address and every field. It does not repeat a call by itself: the address wants the connection
overrides `#rc=5&rp=all`, which are no part of what is signed, and a fallback address. What is answered goes to the
citizen unless it is an empty TwiML document.
"""

import base64
import binascii
import hashlib
import hmac
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from uuid import UUID

from pydantic import SecretStr

from channel_adapters.sms.authenticate import check_signature
from channel_adapters.sms.charsets import decode
from channel_adapters.sms.fields import Pairs, read_pairs
from channel_adapters.sms.kinds import linked
from channel_adapters.sms.payloads import Provider, Read, Sms
from channel_adapters.sms.settings import SmsSettings
from shared.channels.protocol import (
    Answer,
    Attachment,
    DeliveryOutcome,
    DeliveryReport,
    Door,
    Ignored,
    InboundRequest,
    Unreadable,
)
from shared.core.text import clean_text

_IDS = ("MessageSid", "SmsMessageSid", "SmsSid")
_MOST_MEDIA = 10
_OUTCOMES: Mapping[str, DeliveryOutcome] = {
    "accepted": "buffered",
    "scheduled": "buffered",
    "queued": "buffered",
    "sending": "buffered",
    "sent": "accepted",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_BASE64 = re.compile(r"[A-Za-z0-9+/]{59,}={0,2}")
"""Some operators hand long messages over so; no citizen writes sixty letters without a space that decode to words."""
STORED = Answer(status=200, body=b"<Response/>", content_type="text/xml; charset=utf-8")

DOOR = Door(
    method="POST",
    path="/channels/sms/twilio",
    summary="Twilio delivers a text message, or reports what became of one of ours",
    max_body=256 * 1024,
    operation={
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}},
        },
        "responses": {
            "200": {"description": "Stored. The body is an empty TwiML document: nothing is sent to the citizen."},
            "401": {"description": "The signature is missing."},
            "403": {"description": "The signature is wrong."},
            "404": {"description": "This gateway is not set up here."},
        },
    },
)


def provider(settings: SmsSettings) -> Provider | None:
    """Return its door, or None while there is no auth token or no public address."""
    token, url = settings.twilio_auth_token, settings.twilio_url
    if token is None or not url:
        return None
    return Provider(
        doors=(DOOR,), authenticate=lambda request: authenticate(request, token, url), read=read, stored=STORED
    )


def authenticate(request: InboundRequest, token: SecretStr, url: str) -> None:
    """Check `X-Twilio-Signature`; `url` is our address as Twilio has it, whatever a proxy made of it."""
    given = request.headers.get("x-twilio-signature", "").strip()
    called = url.encode() + (b"?" + request.query if request.query else b"")
    try:
        fields = read_pairs(request.body) if request.body.strip() else []
    except ValueError:
        fields = []
    check_signature(given, sign(called, fields, token.get_secret_value()), "X-Twilio-Signature")


def sign(url: bytes, fields: Pairs, token: str) -> bytes:
    """Sign as Twilio does: HMAC-SHA1 of the address and of all fields, sorted, each name with its values."""
    told = url + b"".join(name.encode("latin-1") + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), told, hashlib.sha1).digest())


def read(request: InboundRequest) -> Iterator[Read]:
    """Read one form; the last of repeated fields counts. The ids of a report stand in the query that we gave."""
    try:
        fields = {name: decode(value) for name, value in read_pairs(request.body)}
        ours = {name: decode(value) for name, value in read_pairs(request.query)}
    except ValueError:
        yield Unreadable(reason="too_many_fields")
        return
    if "MessageStatus" in fields and "Body" not in fields:
        yield _read_report(ours, fields["MessageStatus"])
    elif not any(fields.get(name) for name in _IDS):
        yield Unreadable(reason="unknown_shape")
    else:
        yield Sms(
            sender=fields.get("From", ""),
            receiver=fields.get("To", ""),
            text=_unwrap(fields.get("Body", "")),
            provider_id=next(fields[name].strip() for name in _IDS if fields.get(name)) or None,
            sent_at=None,
            received_at=request.received_at,
            attachments=tuple(_media(fields)),
        )


def _read_report(ours: Mapping[str, str], status: str) -> DeliveryReport | Ignored:
    try:
        reply, complaint = UUID(ours["reply"]), UUID(ours["complaint"])
        return DeliveryReport(reply_id=reply, complaint_id=complaint, outcome=_OUTCOMES[status])
    except (ValueError, KeyError):
        return Ignored(reason="delivery_report")


def _media(fields: Mapping[str, str]) -> Iterator[Attachment]:
    for number in range(_MOST_MEDIA):
        if f"MediaUrl{number}" in fields:
            yield linked(fields[f"MediaUrl{number}"], fields.get(f"MediaContentType{number}", "").lower())


def _unwrap(text: str) -> str:
    """Undo base64 where it hides words; the last character may be cut in two."""
    if len(text) % 4 or not _BASE64.fullmatch(text):
        return text
    try:
        # this decoder waits for the rest of a character that is cut in two, and so leaves it out
        words = getincrementaldecoder("utf-8")().decode(base64.b64decode(text, validate=True))
    except (binascii.Error, UnicodeDecodeError):
        return text
    return clean_text(words) if words.replace("\n", " ").replace("\r", " ").isprintable() else text
