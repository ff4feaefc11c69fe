"""Kannel's HTTP interface: `get-url` of a `sms-service` (Kannel 1.4.5 User's Guide, "Setting up SMS services").

The README has the `get-url`. Kannel takes only 200 and 202 as success; with another status it sends the message again
under the same id as often as `http-request-retry` says, and then drops it. What it says badly would be as bad the next
time, so that everything with the right token is answered 200. With `max-messages = 0` no body reaches the citizen.
"""

import re
from collections.abc import Iterator, Mapping
from uuid import UUID

from channel_adapters.sms.authenticate import check_token
from channel_adapters.sms.charsets import decode, known_charset, looks_binary, looks_like_utf16
from channel_adapters.sms.fields import read_pairs
from channel_adapters.sms.payloads import Provider, Read, Sms
from channel_adapters.sms.settings import SmsSettings
from channel_adapters.sms.udh import read_part
from shared.channels.protocol import DeliveryOutcome, DeliveryReport, Door, Ignored, InboundRequest, Unreadable
from shared.channels.times import read_time

_FIELDS = ("from", "to", "text", "coding", "charset", "ts", "id", "smsc", "udh")
_REPORT_FIELDS = ("reply", "complaint", "type")
"""Of the `dlr-url` that goes out with a reply (`sendsms.py`)."""
_RAPIDPRO = {"sender": "from", "message": "text", "backend": "smsc", "status": "type"}
"""What a Kannel that was set up for RapidPro calls them; its report says `status` without our ids."""
_MAX_FIELDS = 32
_BINARY, _UCS2 = b"1", b"2"
_HEXADECIMAL = re.compile(rb"0[0-9A-Fa-f](?:[0-9A-Fa-f]{2}){4,}")
_OUTCOMES: Mapping[str, DeliveryOutcome] = {
    "1": "delivered",
    "2": "failed",
    "4": "buffered",
    "8": "accepted",
    "16": "rejected",
}
"""What `%d` of a `dlr-url` becomes."""
_RECEIPT_TEXT = re.compile(
    r"id:\S+(?: sub:\d+)?(?: dlvrd:\d+)?(?: submit date:\d+)?(?: done date:\d+)? stat:[A-Z]+", re.IGNORECASE
)
"""How SMPP 3.4 (appendix B) writes a delivery receipt when a centre hands it over as an ordinary message."""

DOOR = Door(
    method="GET",
    path="/channels/sms/kannel/{token}",
    summary="Kannel delivers a text message, or reports what became of one of ours",
    max_body=0,
    operation={
        "parameters": [
            {"in": "path", "name": "token", "required": True, "schema": {"type": "string"}},
            *({"in": "query", "name": name, "schema": {"type": "string"}} for name in (*_FIELDS, *_REPORT_FIELDS)),
        ],
        "responses": {
            "200": {"description": "The message or the report is stored. The body is empty."},
            "403": {"description": "The token is wrong."},
        },
    },
)


def provider(settings: SmsSettings) -> Provider:
    """Return Kannel's door; it signs nothing, so that the address itself holds a secret."""
    return Provider(doors=(DOOR,), authenticate=lambda request: check_token(request, settings.kannel_token), read=read)


def read(request: InboundRequest) -> Iterator[Read]:
    """Read the raw query: the first of repeated keys counts, `+` is a space, bytes are decoded by their charset.

    `omit-empty = true` leaves empty parameters out, so that a missing text is an empty one.
    """
    try:
        pairs = read_pairs(request.query, _MAX_FIELDS)
    except ValueError:
        yield Unreadable(reason="too_many_fields")
        return
    fields = {_RAPIDPRO.get(name, name): value for name, value in reversed(pairs)}
    yield _read_report(fields) if _is_report(fields) else _read_message(fields, request)


def _read_message(fields: Mapping[str, bytes], request: InboundRequest) -> Read:
    if "from" not in fields and "text" not in fields:
        return Unreadable(reason="unknown_shape")
    words = {name: decode(fields.get(name, b"")) for name in ("from", "to", "ts", "id")}
    text = decode(fields.get("text", b""), _charset(fields))
    if _RECEIPT_TEXT.match(text):
        return Ignored(reason="delivery_report")
    if fields.get("coding", b"").strip() == _BINARY and looks_binary(fields.get("text", b"")):
        return Ignored(reason="binary", provider_message_id=words["id"].strip() or None)
    return Sms(
        sender=words["from"],
        receiver=words["to"],
        text=text,
        provider_id=words["id"].strip() or None,
        sent_at=read_time(words["ts"], request.received_at),
        received_at=request.received_at,
        part=read_part(_header(fields.get("udh", b""))),
    )


def _header(told: bytes) -> bytes:
    """Return a user data header, which some write in hexadecimal digits."""
    return bytes.fromhex(told.decode()) if _HEXADECIMAL.fullmatch(told) else told


def _is_report(fields: Mapping[str, bytes]) -> bool:
    """Tell a delivery report by the `type` of our `dlr-url`; a `get-url` has no such key."""
    return "type" in fields and "text" not in fields


def _read_report(fields: Mapping[str, bytes]) -> DeliveryReport | Ignored:
    reply, complaint, kind = (fields.get(name, b"").decode("latin-1").strip() for name in _REPORT_FIELDS)
    try:
        return DeliveryReport(reply_id=UUID(reply), complaint_id=UUID(complaint), outcome=_OUTCOMES[kind])
    except (ValueError, KeyError):
        return Ignored(reason="delivery_report")


def _charset(fields: Mapping[str, bytes]) -> str:
    named = known_charset(fields.get("charset", b"").decode("latin-1"))
    if named is None and fields.get("coding", b"").strip() == _UCS2:
        return "utf-16-be" if looks_like_utf16(fields.get("text", b"")) else "utf-8"
    return named or "utf-8"
