"""Read LAPOR!'s answers: an id as number or text, here or there, a list that is an object, times without a zone.

Source of each quirk: clients that talk to it; no document is published. Whatever is not understood is left out.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from services.lapor.port import Busy, Created, Locked, LookOutcome, Refused, Status, Trouble, Unclear
from services.lapor.rules import LONGEST_PAUSE_S

WIB = timezone(timedelta(hours=7), "WIB")
"""LAPOR!'s times name no zone; its servers stand in Jakarta."""
_TIMES = ("%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M")
_ID = re.compile(r"[0-9A-Za-z-]{1,40}")
_OK = range(200, 300)
_WRONG = range(400, 500)
_SAYS_NOTHING = {HTTPStatus.REQUEST_TIMEOUT}
"""A proxy may say so after it had passed the request on."""


def created(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Created | Trouble:
    """Read the answer to a new complaint. A 2xx that names no number tells nothing, whatever else it says."""
    document = _document(body)
    if status not in _OK:
        return _trouble(status, headers, document, now)
    results = _object(document.get("results"))
    places = (document.get("complaint_id"), results.get("complaint_id"), _object(results.get("complaint")).get("id"))
    number = next((found for found in map(_id, places) if found), None)
    return Created(number) if number else Unclear(f"HTTP {status} without a number: {_message(document)}")


def looked(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> LookOutcome:
    """Read the answer to a look at a complaint."""
    document = _document(body)
    if status not in _OK:
        return _trouble(status, headers, document, now)
    results = _object(document.get("results"))
    data = _object(results.get("data")) or results
    logs = sorted_logs(data.get("data_logs") or results.get("data_logs"))
    name = _text(data.get("status_name")) or next((log["status_new"] for log in reversed(logs)), "")
    if not name:
        return Unclear(f"HTTP {status} without a status: {_message(document)}")
    return Status(name=name, since=next((log["at"] for log in reversed(logs) if log["status_new"] == name), None))


def sorted_logs(value: object) -> list[dict[str, Any]]:
    """Return the log entries that name a new status and a time (`at`), oldest first: LAPOR!'s order says nothing."""
    entries = [
        {**entry, "at": wib(entry.get("date")), "status_new": _text(entry.get("status_new"))}
        for entry in map(_object, listed(value))
    ]
    told = [entry for entry in entries if entry["at"] is not None and entry["status_new"]]
    return sorted(told, key=lambda entry: (entry["at"], _number(entry.get("id"))))


def listed(value: object) -> list[Any]:
    """Return a list that may come as an object with numbers for names, beside which other names may stand."""
    if isinstance(value, list):
        return value
    numbered = [(name, entry) for name, entry in _object(value).items() if name.isascii() and name.isdigit()]
    return [entry for _, entry in sorted(numbered, key=lambda pair: int(pair[0]))]


def wib(value: object) -> datetime | None:
    """Read a time as LAPOR! writes it; None when it is none."""
    for form in _TIMES:
        try:
            return datetime.strptime(_text(value), form).replace(tzinfo=WIB).astimezone(UTC)
        except ValueError:
            continue
    return None


def _trouble(status: int, headers: Mapping[str, str], document: dict[str, Any], now: datetime) -> Trouble:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Busy(_retry_after(headers.get("retry-after", ""), now))
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Locked(status)
    if status in _WRONG and status not in _SAYS_NOTHING:
        return Refused(status, _message(document))
    return Unclear(f"HTTP {status}")


def _retry_after(value: str, now: datetime) -> float | None:
    """Read Retry-After, seconds or a date (RFC 9110, section 10.2.3); a day at most."""
    try:
        seconds = float(value) if value.isascii() and value.isdigit() else _until(value, now)
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE_S)


def _until(value: str, now: datetime) -> float:
    return (parsedate_to_datetime(value) - now).total_seconds()


def _document(body: bytes) -> dict[str, Any]:
    try:
        return _object(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _message(document: dict[str, Any]) -> str:
    return _text(document.get("message")) or "no message"


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _id(value: object) -> str | None:
    """Return an id as text; 0 and the empty text are none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return text if _ID.fullmatch(text) and text.strip("0") else None


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else 0
