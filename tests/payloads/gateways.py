"""Intake's settings for one payload: its accounts are ours, its signatures' keys are ours, its gateway is described."""

import json
from typing import Any

from tests.payloads.library import Payload, signatures

TOKEN = "alamat-rahasia-3f9a1c7280aa"
VERIFY_TOKEN = "conformance-verify"
_FLAT = {"sender": ["from", "sender"], "text": ["text", "message"], "time": ["time", "date"]}
_GATEWAYS: dict[str, dict[str, Any]] = {
    "soap_xml": {"format": "xml", "items": "Body.moRequest", "sender": "source", "text": "content"},
    "start_mobi": {
        "format": "xml",
        "text": "body",
        "id": "service.@request_id",
        "time": "service.@timestamp",
    },
    "globe": {
        "format": "json",
        "items": "inboundSMSMessageList.inboundSMSMessage",
        "sender": "senderAddress",
        "text": "message",
        "id": "messageId",
        "time": "dateTime",
    },
    "mtarget": {
        "format": "form",
        "sender": "Msisdn",
        "text": "Content",
        "part_reference": "msglong.id",
        "part_number": "msglong.msgref",
        "part_total": "msglong.msgcount",
    },
    "africastalking": {"format": "form", "zone": "Africa/Nairobi"},
    "bandwidth_array": {
        "format": "json",
        "sender": "message.from",
        "text": "message.text",
        "id": "message.id",
        "media": "message.media",
        "only": {"path": "type", "values": ["message-received"]},
    },
    "clickatell_utf16": {
        "format": "json",
        "sender": "fromNumber",
        "id": "messageId",
        "time": "timestamp",
        "charset": "charset",
        "percent_encoded": True,
    },
    "messagebird_repeated_keys": {
        "format": "form",
        "sender": "originator",
        "text": "body",
        "time": "CreatedDatetime",
    },
}
"""How each of the reference folder's other gateways says things, by the beginning of its files' names."""


def gateway_of(payload: Payload) -> str:
    """Name the described gateway that a file of the folder `external` comes from."""
    stem = payload.file.rsplit("/", 1)[-1]
    return next((name for name in _GATEWAYS if stem.startswith(name)), "flat").replace("_", "-")


def settings_of(channel: str, accounts: tuple[str, ...]) -> dict[str, str]:
    """Return the settings under which these accounts are ours."""
    keys = signatures()["keys"]
    ours = ",".join(accounts)
    if channel != "sms":
        name = {"facebook": "PAGES", "instagram": "ACCOUNTS"}[channel]
        prefix = f"NTBCARE_{channel.upper()}_"
        return {
            f"{prefix}APP_SECRETS": keys["meta_app_secret"],
            f"{prefix}VERIFY_TOKEN": VERIFY_TOKEN,
            f"{prefix}{name}": ours,
        }
    device = accounts[0]
    numbers = "1708" if len(device) == 32 else device
    described = {name.replace("_", "-"): _FLAT | told for name, told in _GATEWAYS.items()} | {"flat": _FLAT}
    return {
        "NTBCARE_SMS_NUMBERS": numbers,
        "NTBCARE_SMS_KANNEL_TOKEN": TOKEN,
        "NTBCARE_SMS_ANDROID_SIGNING_KEY": keys["capcom6_key"],
        "NTBCARE_SMS_ANDROID_DEVICES": json.dumps({device: numbers}),
        "NTBCARE_SMS_TWILIO_AUTH_TOKEN": keys["twilio_auth_token"],
        "NTBCARE_SMS_TWILIO_URL": keys["twilio_url"],
        "NTBCARE_SMS_VONAGE_TOKEN": TOKEN,
        "NTBCARE_SMS_INFOBIP_TOKEN": TOKEN,
        "NTBCARE_SMS_GATEWAYS": json.dumps(
            {name: told | {"token": TOKEN, "number": numbers} for name, told in described.items()}
        ),
    }


def address_of(payload: Payload) -> str:
    """Return the address of the door that the provider calls, without its query."""
    if payload.channel != "sms":
        return f"/channels/{payload.channel}"
    if payload.provider == "external":
        return f"/channels/sms/external/{gateway_of(payload)}/{TOKEN}"
    if payload.provider in {"twilio", "android_gateway"}:
        return f"/channels/sms/{payload.provider.removesuffix('_gateway')}"
    return f"/channels/sms/{payload.provider}/{TOKEN}"
