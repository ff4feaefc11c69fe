"""The reference folder's payloads as its index describes them. They are read where they lie and never copied."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "payloads"
NOW = datetime.fromtimestamp(1_790_000_000, UTC)
"""When everything is received: some signatures hold a time."""
_NEW_WHERE_UNKNOWN = frozenset(
    {
        "facebook/fb_restfb_messaging_message_reply_1.json",
        "instagram/ig_restfb_wh_comments_2021.json",
    }
)
"""Answers that the index, in its notes, takes for new where what they are about is unknown: as it is here."""
_AFTER = {"sms/external/mtarget_part1.form": "sms/external/mtarget_part2_first.form"}
"""What the index's expectation of a file supposes to have come before."""


@dataclass(frozen=True)
class Payload:
    """One request of a provider."""

    file: str
    channel: str
    provider: str
    method: str
    content_type: str
    accounts: tuple[str, ...]
    expected: Mapping[str, Any]

    @property
    def after(self) -> str | None:
        """The file that must have come before."""
        return _AFTER.get(self.file)

    @property
    def content(self) -> bytes:
        """The query of a GET, the body of a POST."""
        return (FOLDER / self.file).read_bytes()


@cache
def payloads() -> list[Payload]:
    """Return all of them in the order of the index; none where the folder is not there."""
    return [_payload(entry) for entry in _read("index.json").get("payloads", [])]


def named(file: str) -> Payload:
    """Return the payload of a file."""
    return next(one for one in payloads() if one.file == file)


def scenarios() -> list[tuple[str, list[Payload]]]:
    """Return what is to be delivered one after the other, with its name."""
    told = _read("index.json").get("scenarios", [])
    return [(one["name"], [named(file) for file in one["files"]]) for one in told]


def signatures() -> Mapping[str, Any]:
    """Return keys, headers by file, and vectors that must be refused."""
    return _read("signatures.json")


def _payload(entry: Mapping[str, Any]) -> Payload:
    expected = entry["expected"]
    if entry["file"] in _NEW_WHERE_UNKNOWN:
        items = [item | {"action": "create"} for item in expected["items"]]
        expected = expected | {"stored_messages": 1, "new_complaint_messages": 1, "items": items}
    return Payload(
        file=entry["file"],
        channel=entry["channel"],
        provider=entry["provider"],
        method=entry["request"]["method"],
        content_type=entry["request"]["content_type"],
        accounts=tuple(entry["configured_accounts"]),
        expected=expected,
    )


@cache
def _read(name: str) -> Mapping[str, Any]:
    path = FOLDER / name
    found: Mapping[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found
