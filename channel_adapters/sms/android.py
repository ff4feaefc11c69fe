"""SMS Gateway for Android (capcom6, sms-gate.app): a telephone with a SIM that posts signed JSON.

docs.sms-gate.app, "Webhooks". It repeats an event, under the same `id` and with a new timestamp, until it hears 2xx.
`payload.messageId` is a hash of words and number: the same words on another day have the same one, so that it names no
text message. An MMS is announced first (`mms:received`) and brings its content, under the same `messageId`, later.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from channel_adapters.sms.authenticate import check_fresh, check_signature
from channel_adapters.sms.charsets import decode
from channel_adapters.sms.fields import NotJsonError, as_dict, as_text, read_json
from channel_adapters.sms.kinds import LAYOUT, MOST_PIECES, kind_of
from channel_adapters.sms.numbers import our_number
from channel_adapters.sms.payloads import LONGEST_ID, Provider, Read, Sms
from channel_adapters.sms.settings import SmsSettings
from shared.channels.protocol import (
    Attachment,
    DeliveryOutcome,
    DeliveryReport,
    Door,
    Ignored,
    InboundRequest,
    Unreadable,
)
from shared.channels.times import read_time

_REPORTS: Mapping[str, DeliveryOutcome] = {
    "sms:sent": "accepted",
    "sms:delivered": "delivered",
    "sms:failed": "failed",
    "sms:cancelled": "failed",
}
_DEVICE = ("system:", "app:")

DOOR = Door(
    method="POST",
    path="/channels/sms/android",
    summary="A telephone with SMS Gateway for Android delivers a text message",
    max_body=8 * 1024 * 1024,
    operation={
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {"description": "What it told is stored. The body is empty."},
            "401": {"description": "The signature is missing."},
            "403": {"description": "The signature is wrong, or older than five minutes."},
            "404": {"description": "This gateway is not set up here."},
        },
    },
)


def provider(settings: SmsSettings) -> Provider | None:
    """Return its door, or None while there is no signing key."""
    key = settings.android_signing_key
    if key is None:
        return None
    return Provider(
        doors=(DOOR,),
        authenticate=lambda request: authenticate(request, key),
        read=lambda request: read(request, settings.android_devices, settings.numbers),
    )


def authenticate(request: InboundRequest, key: SecretStr) -> None:
    """Check `X-Signature` over the raw body and `X-Timestamp`; raises `RefusedError`."""
    timestamp = request.headers.get("x-timestamp", "").strip()
    signed = request.body + timestamp.encode("utf-8", "replace")
    expected = hmac.new(key.get_secret_value().encode(), signed, hashlib.sha256).hexdigest().encode()
    check_signature(request.headers.get("x-signature", "").strip(), expected, "X-Signature")
    check_fresh(timestamp, request.received_at)


def read(request: InboundRequest, devices: Mapping[str, str], numbers: Sequence[str]) -> Iterator[Read]:
    """Read one event; `devices` are the numbers of our telephones, by `deviceId`."""
    try:
        document = as_dict(read_json(request.body))
    except NotJsonError:
        yield Unreadable(reason="not_json")
        return
    event, payload = document.get("event"), document.get("payload")
    given = as_text(document.get("id")).strip() or None
    if not isinstance(event, str) or not (isinstance(payload, dict) or event.startswith(_DEVICE)):
        yield Unreadable(reason="unknown_shape")
    elif event in {"sms:received", "mms:downloaded"} and isinstance(payload, dict):
        account = _account(as_text(document.get("deviceId")), as_text(payload.get("recipient")), devices, numbers)
        yield _read_message(event, given, payload, account, request)
    elif event in _REPORTS and isinstance(payload, dict):
        yield _read_report(event, as_text(payload.get("messageId")).strip())
    else:
        yield _set_aside(event, given)


def _read_report(event: str, message_id: str) -> DeliveryReport | Ignored:
    """Read what became of one of ours, by its id there: the reply's, which has no room for the complaint's."""
    if not message_id or len(message_id) > LONGEST_ID:
        return Ignored(reason="delivery_report")
    return DeliveryReport(outcome=_REPORTS[event], provider_message_id=message_id)


def _set_aside(event: str, given: str | None) -> Ignored:
    if event.startswith(_DEVICE):
        return Ignored(reason="device_event")
    if event == "mms:received":
        return Ignored(reason="mms_announced", provider_message_id=given)
    if event == "sms:data-received":
        return Ignored(reason="binary", provider_message_id=given)
    return Ignored(reason="unknown_event", provider_message_id=given, words=True)


def _account(device: str, recipient: str, devices: Mapping[str, str], numbers: Sequence[str]) -> str:
    """Return which of our numbers got it: Android often knows a SIM's number wrongly or not at all."""
    if our_number(recipient) in {our_number(number) for number in numbers}:
        return recipient
    return devices.get(device) or recipient or device


def _read_message(
    event: str, given: str | None, payload: Mapping[str, Any], account: str, request: InboundRequest
) -> Sms:
    is_mms = event == "mms:downloaded"
    attachments = tuple(_attachments(payload.get("attachments"))) if is_mms else ()
    text = as_text(payload.get("body")) or as_text(payload.get("message"))
    if is_mms and not text.strip():
        text = _words(attachments) or as_text(payload.get("subject"))
        attachments = tuple(one for one in attachments if not _is_text(one))
    content_id = as_text(payload.get("messageId")).strip()
    return Sms(
        sender=as_text(payload.get("sender")) or as_text(payload.get("phoneNumber")),
        receiver=account,
        text=text,
        provider_id=(content_id or given) if is_mms else given,
        sent_at=read_time(payload.get("receivedAt"), request.received_at),
        received_at=request.received_at,
        attachments=attachments,
    )


def _is_text(attachment: Attachment) -> bool:
    return attachment.content is not None and (attachment.media_type or "").partition(";")[0].strip() == "text/plain"


def _words(attachments: Sequence[Attachment]) -> str:
    """Return the words of an MMS whose body the telephone left among its parts."""
    return "\n".join(decode(one.content) for one in attachments if one.content is not None and _is_text(one))


def _attachments(told: object) -> Iterator[Attachment]:
    for element in told[:MOST_PIECES] if isinstance(told, list) else ():
        one = as_dict(element)
        media_type = as_text(one.get("contentType")).lower()
        if media_type == LAYOUT:
            continue
        try:
            content = base64.b64decode("".join(as_text(one.get("data")).split()), validate=True)
        except (binascii.Error, ValueError):
            yield Attachment(kind=kind_of(media_type), media_type=media_type or None, problem="bad_base64")
            continue
        problem = None if content else "no_content"
        yield Attachment(
            kind=kind_of(media_type), media_type=media_type or None, content=content or None, problem=problem
        )
