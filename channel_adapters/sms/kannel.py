"""Kannel's HTTP interface: `get-url` of a `sms-service` (Kannel 1.4.5 User's Guide, "Setting up SMS services").

The README has the `get-url`. Kannel takes only 200 and 202 as success; with another status it sends the message again
under the same id as often as `http-request-retry` says, and then drops it. What it says badly would be as bad the next
time, so that everything with the right token is answered 200. With `max-messages = 0` no body reaches the citizen.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl
from uuid import UUID

from channel_adapters.sms.payloads import Sms
from shared.channels.protocol import Answer, DeliveryOutcome, DeliveryReport, Door, Ignored, InboundRequest, Unreadable
from shared.channels.times import read_time
from shared.core.text import clean_text

_FIELDS = ("from", "to", "text", "coding", "charset", "ts", "id", "smsc", "udh")
_REPORT_FIELDS = ("reply", "complaint", "type")
"""Of the `dlr-url` that goes out with a reply (`sendsms.py`)."""
_MAX_FIELDS = 32
_LONGEST_ID = 512
_UCS2 = "2"
_OUTCOMES: Mapping[str, DeliveryOutcome] = {
    "1": "delivered",
    "2": "failed",
    "4": "buffered",
    "8": "accepted",
    "16": "rejected",
}
"""What `%d` of a `dlr-url` becomes."""
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "utf-16be": "utf-16-be",
    "ucs-2": "utf-16-be",
    "iso-10646-ucs-2": "utf-16-be",
    "utf-16le": "utf-16-le",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_RECEIPT_TEXT = re.compile(r"id:\S+ sub:\d+ dlvrd:\d+ submit date:\d+ done date:\d+ stat:[A-Z]+", re.IGNORECASE)
"""How SMPP 3.4 (appendix B) writes a delivery receipt when a centre hands it over as an ordinary message."""

STORED = Answer(status=200)

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


def read(request: InboundRequest) -> Sms | DeliveryReport | Ignored | Unreadable:
    """Read the raw query: the first of repeated keys counts, `+` is a space, bytes are decoded by their charset.

    `omit-empty = true` leaves empty parameters out, so that a missing text is an empty one.
    """
    try:
        pairs = parse_qsl(
            request.query.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        return Unreadable(reason="too_many_fields")
    fields = {name: value.encode("latin-1") for name, value in reversed(pairs)}
    if "from" not in fields and "text" not in fields and not _is_report(fields):
        return Unreadable(reason="unknown_shape")
    words = {name: _decode(fields.get(name, b""), "utf-8") for name in ("from", "to", "ts", "id")}
    text = _decode(fields.get("text", b""), _charset(fields))
    if _is_report(fields):
        return _read_report(fields)
    if _RECEIPT_TEXT.match(text):
        return Ignored(reason="delivery_report")
    wrong = _what_is_missing(words)
    if wrong:
        return Unreadable(reason=wrong)
    return Sms(
        sender=words["from"],
        receiver=words["to"],
        text=text,
        provider_id=words["id"].strip() or None,
        sent_at=read_time(words["ts"], request.received_at),
        received_at=request.received_at,
    )


def _what_is_missing(words: Mapping[str, str]) -> str | None:
    if not words["from"].strip():
        return "no_sender"
    if not words["to"].strip():
        return "no_account"
    return "unknown_shape" if len(words["id"]) > _LONGEST_ID else None


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
    named = _CHARSETS.get(fields.get("charset", b"").decode("latin-1").strip().lower().replace("_", "-"))
    if named is None and fields.get("coding", b"").strip() == _UCS2.encode():
        return "utf-16-be" if _looks_like_utf16(fields.get("text", b"")) else "utf-8"
    return named or "utf-8"


def _looks_like_utf16(raw: bytes) -> bool:
    """Tell UTF-16BE from UTF-8 that kept the label `coding=2` when somebody recoded it.

    Letters below U+2000 (Latin, Arabic, Balinese) have a high byte that is a control character in UTF-8; most others
    are no UTF-8 at all.
    """
    if len(raw) % 2:
        return False
    try:
        return _CONTROLS.search(raw.decode("utf-8")) is not None
    except UnicodeDecodeError:
        return True


def _decode(raw: bytes, charset: str) -> str:
    for candidate in (charset, "utf-8"):
        try:
            return clean_text(raw.decode(candidate, "surrogatepass" if "16" in candidate else "strict"))
        except UnicodeDecodeError:
            continue
    return clean_text(raw.decode("latin-1"))
