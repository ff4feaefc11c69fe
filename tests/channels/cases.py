"""Read the channels' fixtures: every `channel_adapters/<name>/fixtures/*.json` but `env.json`, which holds settings.

A case has `label`, `request` (method, path, query, headers, body as an object or as text, or `parts` of a multipart
body; `sign` is the secret that signs the body as Meta does, or our service lapor) and `expect`: a refusal (`status`,
`reason`, `pointer`), an `answer` (of a handshake), or `messages` (each with every field that is not as by default),
`ignored` (reasons; `[reason, id, account]` for words that we do not take in yet) and `unreadable` (reason and where),
each in order and complete; where there are any, `reports` (reply and complaint where told, outcome, the provider's id
as `message`), and `agency_messages`, `amendments`, `pointers` and `notices`, each without the fields that say nothing.
`{"$repeat": …, "times": n}`, `{"$concat": […]}` and `{"$raw": …}` keep long values short.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import channel_adapters
from shared.channels.discovery import available_channels
from shared.channels.protocol import (
    Attachment,
    Channel,
    Door,
    GivenPlace,
    InboundMessage,
    InboundRequest,
    Sender,
    Translation,
)

RECEIVED_AT = datetime(2026, 9, 29, 3, 0, tzinfo=UTC)
_FOLDER = Path(str(channel_adapters.__file__)).parent
_BOUNDARY = "potongan"


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    channel: str
    file: str
    label: str
    request: Mapping[str, Any]
    expect: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.channel}-{self.file}-{self.label}"


def environment() -> dict[str, str]:
    """Return the settings of all channels."""
    found: dict[str, str] = {}
    for name in available_channels():
        found.update(json.loads((_FOLDER / name / "fixtures" / "env.json").read_text()))
    return found


def all_cases() -> list[Case]:
    """Return every case of every channel."""
    return [case for name in available_channels() for case in _cases(name)]


def _cases(channel: str) -> Iterator[Case]:
    for file in sorted((_FOLDER / channel / "fixtures").glob("*.json")):
        if file.name != "env.json":
            for case in json.loads(file.read_text()):
                yield Case(channel, file.stem, case["label"], case["request"], unfold(case["expect"]))


def unfold(value: Any) -> Any:
    """Write out what a fixture abbreviates."""
    if isinstance(value, list):
        return [unfold(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$repeat" in value:
        return value["$repeat"] * value["times"]
    if "$concat" in value:
        return "".join(unfold(value["$concat"]))
    return {key: unfold(item) for key, item in value.items()}


def build_request(case: Case) -> InboundRequest:
    """Return the request of a case, signed where the case says so."""
    told = unfold(case.request)
    headers = {name.lower(): value for name, value in told.get("headers", {}).items()}
    body = _multipart(told["parts"]) if "parts" in told else _body(told.get("body", ""))
    if "parts" in told:
        headers["content-type"] = f"multipart/form-data; boundary={_BOUNDARY}"
    request = InboundRequest(
        method=told["method"],
        door=told["path"],
        path_values={},
        query=told.get("query", "").encode(),
        headers=headers,
        body=body,
        received_at=RECEIVED_AT,
    )
    signed = sign_as_ours if case.channel == "lapor" else sign
    return signed(request, told["sign"]) if told.get("sign") else request


def sign(request: InboundRequest, secret: str, body: bytes | None = None) -> InboundRequest:
    """Return the request with Meta's signature over its body, or over another one."""
    content = request.body if body is None else body
    signature = "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return replace(request, body=content, headers={**request.headers, "x-hub-signature-256": signature})


def sign_as_ours(request: InboundRequest, secret: str) -> InboundRequest:
    """Return the request signed as our own service lapor does, at the moment it was received."""
    seconds = str(int(request.received_at.timestamp()))
    content = f"{seconds}.".encode() + request.body
    signature = "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    told = {"x-ntbcare-timestamp": seconds, "x-ntbcare-signature": signature}
    return replace(request, headers={**request.headers, **told})


def open_door(channel: Channel, request: InboundRequest) -> tuple[Door, InboundRequest]:
    """Find the door as a router does, and give the request what the template caught."""
    for door in channel.doors:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]*)", door.path)
        found = re.fullmatch(pattern, request.door)
        if found and door.method == request.method:
            return door, replace(request, door=door.path, path_values=found.groupdict())
    raise LookupError(f"{channel.name} has no door for {request.method} {request.door}")


def plain(message: InboundMessage) -> dict[str, Any]:
    """Return a message as JSON would hold it."""
    text = json.dumps(asdict(message), default=_plain)
    result: dict[str, Any] = json.loads(text)
    return result


def whole(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a fixture's message with every field: what it does not name is as the protocol has it by default."""
    parts = {
        "sender": Sender(**told["sender"]),
        "place": GivenPlace(**told.get("place", {})),
        "attachments": tuple(Attachment(**one) for one in told.get("attachments", ())),
    }
    return plain(InboundMessage(**{**told, **parts}))


def lean(item: object) -> Any:
    """Return one of the protocol's values as JSON would hold it, without the fields that say nothing."""
    if is_dataclass(item):
        told = {one.name: lean(getattr(item, one.name)) for one in fields(item)}
        return {name: value for name, value in told.items() if value not in (None, "", [], {}) and value is not False}
    if isinstance(item, tuple):
        return [lean(one) for one in item]
    return item if item is None or isinstance(item, str | int | float | bool) else _plain(item)


def summary(translation: Translation) -> dict[str, Any]:
    """Return a translation in the words of a fixture."""
    return {
        "messages": [plain(message) for message in translation.messages],
        "agency_messages": [lean(item) for item in translation.agency_messages],
        "amendments": [lean(item) for item in translation.amendments],
        "pointers": [lean(item) for item in translation.pointers],
        "notices": [lean(item) for item in translation.notices],
        "reports": [
            ({"reply": str(item.reply_id), "complaint": str(item.complaint_id)} if item.reply_id else {})
            | {"outcome": item.outcome}
            | ({"message": item.provider_message_id} if item.provider_message_id else {})
            for item in translation.reports
        ],
        "ignored": [
            [item.reason, item.provider_message_id, item.account] if item.words else item.reason
            for item in translation.ignored
        ],
        "unreadable": [[item.reason, item.where] for item in translation.unreadable],
    }


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _body(body: Any) -> bytes:
    if isinstance(body, dict) and "$raw" in body:
        body = body["$raw"]
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _multipart(parts: list[dict[str, Any]]) -> bytes:
    lines = b""
    for part in parts:
        name = f'name="{part["name"]}"' + (f'; filename="{part["filename"]}"' if "filename" in part else "")
        kind = f"\r\nContent-Type: {part['type']}" if "type" in part else ""
        lines += f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {name}{kind}\r\n\r\n".encode()
        lines += base64.b64decode(part["base64"]) if "base64" in part else _body(part.get("json", part.get("text")))
        lines += b"\r\n"
    return lines + f"--{_BOUNDARY}--\r\n".encode()
