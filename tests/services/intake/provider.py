"""The providers, played by the tests: their settings, their bodies, their signatures."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from shared.security import new_key_pair

SETTINGS = {
    "NTBCARE_INTAKE_VAULT_KEYS": "5f2d0c1b7e9a48d6b3c4f1e2a7d8c9b0",
    "NTBCARE_INTAKE_ACCESS_CODE_KEY": "0b9c8d7a2e1f4c3b6d84a9e7b1c0d2f5",
    "NTBCARE_INTAKE_SUBMISSIONS_PER_MINUTE": "100000",
    "NTBCARE_INTAKE_LOOKUPS_PER_MINUTE": "100000",
    "NTBCARE_INTAKE_UPLOAD_REQUESTS_PER_MINUTE_AND_ADDRESS": "100000",
    "NTBCARE_FACEBOOK_APP_SECRETS": "f4ceb00c5ec2e7f4ceb00c5ec2e7f4ce",
    "NTBCARE_FACEBOOK_VERIFY_TOKEN": "verify-4d6f1a2b3c4d5e6f",
    "NTBCARE_FACEBOOK_PAGES": "1067280970047460",
    "NTBCARE_INSTAGRAM_APP_SECRETS": "1257a64a15ec2e71257a64a15ec2e712",
    "NTBCARE_INSTAGRAM_VERIFY_TOKEN": "verify-6a7b8c9d0e1f2a3b",
    "NTBCARE_INSTAGRAM_ACCOUNTS": "17841400008460056",
    "NTBCARE_SMS_NUMBERS": "1708",
    "NTBCARE_SMS_KANNEL_TOKEN": "ka55e1-token-9c8b7a6d5e4f3a2b",
    "NTBCARE_LAPOR_DOOR_SECRETS": "1a90d001-live-9c8b7a6d5e4f3a2b,1a90d001-next-2b3a4f5e6d7a8b9c",
    "NTBCARE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
    "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": new_key_pair().public_key,
}
ACCOUNTS = {"facebook": SETTINGS["NTBCARE_FACEBOOK_PAGES"], "instagram": SETTINGS["NTBCARE_INSTAGRAM_ACCOUNTS"]}
OBJECTS = {"facebook": "page", "instagram": "instagram"}
SENT_AT_MS = 1_790_000_000_000
"""21 September 2026, in the past of every run."""


def message(door: str, mid: str | None, text: str = "", **more: Any) -> dict[str, Any]:
    """Return an element of `messaging`; `sender`, `account` and `timestamp` as wanted, the rest goes to the message."""
    sender = more.pop("sender", "person-of-" + str(mid))
    account = more.pop("account", ACCOUNTS[door])
    timestamp = more.pop("timestamp", SENT_AT_MS)
    said = {"mid": mid, "text": text, **more}
    return {"sender": {"id": sender}, "recipient": {"id": account}, "timestamp": timestamp, "message": said}


def webhook(door: str, *elements: Mapping[str, Any]) -> bytes:
    """Return a body with one entry for each element, as Meta batches them."""
    entries = [{"id": ACCOUNTS[door], "time": SENT_AT_MS, "messaging": [element]} for element in elements]
    return json.dumps({"object": OBJECTS[door], "entry": entries}).encode()


def signature(door: str, body: bytes) -> str:
    """Return Meta's signature over a body."""
    key = SETTINGS[f"NTBCARE_{door.upper()}_APP_SECRETS"].encode()
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def signed(door: str, body: bytes) -> dict[str, str]:
    """Return the headers of Meta's request."""
    return {"content-type": "application/json", "x-hub-signature-256": signature(door, body)}


def sms(query: str = "", **fields: str) -> str:
    """Return the address that Kannel calls: the fields, then `query` as it is."""
    told = urlencode({"from": "+6281234500000", "to": "1708", **fields})
    token = SETTINGS["NTBCARE_SMS_KANNEL_TOKEN"]
    return f"/channels/sms/kannel/{token}?{told}{query}"


def lapor_headers(body: bytes, *, seconds: float | None = None) -> dict[str, str]:
    """Return the headers of our own service lapor, which signs now; `seconds` since 1970 otherwise."""
    secret = SETTINGS["NTBCARE_LAPOR_DOOR_SECRETS"].partition(",")[0].encode()
    told = str(int(time.time() if seconds is None else seconds))
    signed_by = hmac.new(secret, f"{told}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-ntbcare-timestamp": told,
        "x-ntbcare-signature": f"sha256={signed_by}",
    }


def lapor_complaint(number: str, content: str, **more: Any) -> dict[str, Any]:
    """Return a complaint as our service lapor hands it over."""
    told: dict[str, Any] = {"title": "", "filed_at": None, "incident_on": None, "place": None, "region_code": None}
    told |= {"anonymous": False, "secret": False, "reporter": None, "source": "api"}
    return {"number": number, **told, "content": content, **more}
