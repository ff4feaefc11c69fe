"""Twilio Messaging webhooks (twilio.com/docs: "Messaging webhooks", "Validating requests", "Track message status").

Twilio signs the public address and every field. It does not repeat a call by itself: the address wants the connection
overrides `#rc=5&rp=all`, which are no part of what is signed, and a fallback address. What is answered goes to the
citizen unless it is an empty TwiML document.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from pydantic import SecretStr

from channel_adapters.sms.authenticate import check_signature, same
from channel_adapters.sms.charsets import decode
from channel_adapters.sms.fields import NotJsonError, Pairs, as_dict, as_text, read_json, read_pairs
from channel_adapters.sms.payloads import Provider, Read, Sms
from channel_adapters.sms.settings import SmsSettings
from channel_adapters.sms.twilio_fields import media, number, person, place, words
from shared.channels.protocol import (
    Answer,
    Attachment,
    DeliveryOutcome,
    DeliveryReport,
    Door,
    GivenPlace,
    Ignored,
    InboundRequest,
    Unreadable,
)

_IDS = ("MessageSid", "SmsMessageSid", "SmsSid")
_INBOUND = ("received", "receiving")
"""What Twilio says of a message to us; any other status is of one of ours."""
_PORTS = {"https": 443, "http": 80}
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
    """Check `X-Twilio-Signature`; `url` is our address as Twilio has it, whatever a proxy made of it.

    Twilio may sign it with the port or without. JSON is signed as a whole: its hash stands in the signed query.
    """
    given = request.headers.get("x-twilio-signature", "").strip()
    query = b"?" + request.query if request.query else b""
    fields = _signed_fields(request)
    expected = [sign(one.encode() + query, fields, token.get_secret_value()) for one in _spellings(url)]
    check_signature(given, next((one for one in expected if same(given, one)), expected[0]), "X-Twilio-Signature")


def _signed_fields(request: InboundRequest) -> Pairs:
    try:
        digest = dict(read_pairs(request.query)).get("bodySHA256")
        if digest is not None:
            check_signature(digest.decode("latin-1"), hashlib.sha256(request.body).hexdigest().encode(), "bodySHA256")
            return []
        return read_pairs(request.body) if request.body.strip() else []
    except ValueError:
        return []


def _spellings(url: str) -> Iterator[str]:
    """Give our address as it is set, without its port, and with the one that goes without saying."""
    parts = urlsplit(url)
    bare = parts.netloc if parts.port is None else parts.netloc.rpartition(":")[0]
    yield url
    yield urlunsplit(parts._replace(netloc=bare))
    yield urlunsplit(parts._replace(netloc=f"{bare}:{_PORTS.get(parts.scheme, 443)}"))


def sign(url: bytes, fields: Pairs, token: str) -> bytes:
    """Sign as Twilio does: HMAC-SHA1 of the address and of all fields, sorted, each name with its values."""
    told = url + b"".join(name.encode("latin-1") + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), told, hashlib.sha1).digest())


def read(request: InboundRequest) -> Iterator[Read]:
    """Read a message or a report, whose ids stand in the query that we gave; the last of repeated fields counts."""
    try:
        fields = _read_fields(request.body)
        ours = {name: decode(value) for name, value in read_pairs(request.query)}
    except NotJsonError:
        yield Unreadable(reason="not_json")
        return
    except ValueError:
        yield Unreadable(reason="too_many_fields")
        return
    status = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    if status and status not in _INBOUND and "Body" not in fields:
        yield _read_report(ours, status)
    elif not any(fields.get(name) for name in _IDS):
        yield Unreadable(reason="unknown_shape")
    else:
        where = place(fields)
        yield Sms(
            sender=number(fields.get("From", "")),
            receiver=number(fields.get("To", "")),
            person=person(fields.get("From", "")),
            text=words(fields.get("Body", "")),
            provider_id=next(fields[name].strip() for name in _IDS if fields.get(name)) or None,
            sent_at=None,
            received_at=request.received_at,
            attachments=(*media(fields), *((where,) if isinstance(where, Attachment) else ())),
            place=where if isinstance(where, GivenPlace) else GivenPlace(),
        )


def _read_fields(body: bytes) -> dict[str, str]:
    """Return the fields of a form, or of JSON with the same names; raises `NotJsonError`, or `ValueError`."""
    if body.lstrip().startswith(b"{"):
        return {name: as_text(value) for name, value in as_dict(read_json(body)).items()}
    return {name: decode(value) for name, value in read_pairs(body)}


def _read_report(ours: Mapping[str, str], status: str) -> DeliveryReport | Ignored:
    try:
        reply, complaint = UUID(ours["reply"]), UUID(ours["complaint"])
        return DeliveryReport(reply_id=reply, complaint_id=complaint, outcome=_OUTCOMES[status])
    except (ValueError, KeyError):
        return Ignored(reason="delivery_report")
