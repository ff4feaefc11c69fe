"""What the providers would send: signed, encoded and shaped as their documents say. Texts and people are invented."""

import hashlib
import hmac
import json
import secrets
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from deploy.local.stack import FACEBOOK_PAGE, INSTAGRAM_ACCOUNT, SMS_NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP call of a provider, and what the sender knows it to hold.

    `message_ids`: the provider's own ids of the messages in it; empty for the app, which gets a ticket instead.
    """

    label: str
    channel: str
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    message_ids: tuple[str, ...] = ()
    messages: int = 1
    senders: tuple[str, ...] = ()
    """Who wrote, where the provider must know it before it lets us answer."""


def messenger(secret: str, said: list[tuple[str, str, int]], *, label: str) -> Call:
    """Make a Messenger webhook with one entry per message: (sender, text, milliseconds since 1970)."""
    messages = [(sender, text, sent, f"m_{secrets.token_urlsafe(48)}") for sender, text, sent in said]
    entries = [
        {
            "id": FACEBOOK_PAGE,
            "time": sent,
            "messaging": [
                {
                    "sender": {"id": sender},
                    "recipient": {"id": FACEBOOK_PAGE},
                    "timestamp": sent,
                    "message": {"mid": mid, "text": text},
                }
            ],
        }
        for sender, text, sent, mid in messages
    ]
    call = _meta("facebook", {"object": "page", "entry": entries}, secret, tuple(m[3] for m in messages), label)
    return replace(call, senders=tuple(m[0] for m in messages))


def instagram(secret: str, sender: str, text: str, sent: int, *, label: str) -> Call:
    """Make an Instagram webhook with one direct message."""
    mid = secrets.token_urlsafe(120)
    message = {
        "sender": {"id": sender},
        "recipient": {"id": INSTAGRAM_ACCOUNT},
        "timestamp": sent,
        "message": {"mid": mid, "text": text},
    }
    body = {"object": "instagram", "entry": [{"id": INSTAGRAM_ACCOUNT, "time": sent, "messaging": [message]}]}
    return replace(_meta("instagram", body, secret, (mid,), label), senders=(sender,))


def _meta(channel: str, content: object, secret: str, ids: tuple[str, ...], label: str) -> Call:
    """Sign as Meta does: over the very bytes, in which it escapes everything beyond ASCII and every slash."""
    body = json.dumps(content, separators=(",", ":")).replace("/", "\\/").encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    return Call(
        label=label,
        channel=channel,
        method="POST",
        path=f"/channels/{channel}",
        headers=headers,
        body=body,
        message_ids=ids,
        messages=len(ids),
    )


def kannel(token: str, sender: str, text: str, sent: int, *, label: str) -> Call:
    """Make the call of Kannel's `get-url` (`mo-recode = true`); `sent` in seconds since 1970."""
    number = str(secrets.token_hex(16))
    message_id = f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"
    query = {
        "from": sender,
        "to": SMS_NUMBER,
        "text": text,
        "coding": "0",
        "charset": "UTF-8",
        "ts": str(sent),
        "id": message_id,
        "smsc": "telkomsel",
        "udh": "",
    }
    path = f"/channels/sms/kannel/{quote(token)}?{urlencode(query)}"
    return Call(label=label, channel="sms", method="GET", path=path, message_ids=(message_id,))


def mobile(content: object, *, label: str, photo: bytes | None = None) -> Call:
    """Make the app's submission: JSON, or a form with the JSON and a photo."""
    headers = {"Idempotency-Key": f'"{secrets.token_hex(16)}"', "X-Device-Id": secrets.token_hex(16)}
    body = json.dumps(content).encode()
    if photo is None:
        headers["Content-Type"] = "application/json"
    else:
        boundary = secrets.token_hex(16)
        parts = [
            ('name="complaint"', "application/json", body),
            ('name="photo"; filename="bukti.png"', "image/png", photo),
        ]
        body = b"".join(
            f"--{boundary}\r\nContent-Disposition: form-data; {name}\r\nContent-Type: {kind}\r\n\r\n".encode()
            + part
            + b"\r\n"
            for name, kind, part in parts
        )
        body += f"--{boundary}--\r\n".encode()
        headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    return Call(label=label, channel="mobile", method="POST", path="/v1/complaints", headers=headers, body=body)


def photo() -> bytes:
    """Draw a small PNG: a grey road with a dark hole."""
    width, height = 64, 48
    rows = b"".join(
        b"\0"
        + bytes(
            40 if (x - 34) ** 2 + 2 * (y - 28) ** 2 < 150 else 150 + (x * y) % 9  # noqa: PLR2004 - the hole
            for x in range(width)
        )
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
