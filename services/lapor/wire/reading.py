"""Read LAPOR!'s answers: an id as number or text, here or there, a list that is an object, times without a zone.

Source of each quirk: clients that talk to it; no document is published. Whatever is not understood is left out.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar

from services.lapor.rules import LONGEST_PAUSE_S
from services.lapor.wire.port import (
    Busy,
    Created,
    Done,
    Listed,
    Locked,
    LookOutcome,
    Master,
    Page,
    Refused,
    Status,
    StepOutcome,
    TheirFollowUp,
    Trouble,
    Unclear,
)
from shared.core.text import clean_text

T = TypeVar("T")

ZONES: Final[Mapping[str, timezone]] = {
    "WIB": timezone(timedelta(hours=7), "WIB"),
    "WITA": timezone(timedelta(hours=8), "WITA"),
}
"""LAPOR!'s times name no zone; its servers stand in Jakarta (WIB)."""
_TIMES = ("%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M")
_ID = re.compile(r"[0-9A-Za-z-]{1,40}")
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_OK = range(200, 300)
_WRONG = range(400, 500)
_SAYS_NOTHING = {HTTPStatus.REQUEST_TIMEOUT}
"""A proxy may say so after it had passed the request on."""
_NOBODY_THERE = frozenset({404, 405, 410, 415, 501})
_YES = (True, 1, "1", "true")
_LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it came, at what time of ours; `zone` is that of its own times."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    at: datetime
    zone: str = "WIB"


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One page of something; `more`: another one follows; `whole`: each entry could be read."""

    items: tuple[T, ...]
    more: bool
    whole: bool = True


def created(answer: Answer) -> Created | Trouble:
    """Read the answer to a new complaint. A 2xx that names no number tells nothing, whatever else it says."""
    document = _document(answer.body)
    if answer.status not in _OK:
        return _no_address(answer) or _trouble(answer, document)
    results = _object(document.get("results"))
    places = (document.get("complaint_id"), results.get("complaint_id"), _object(results.get("complaint")).get("id"))
    number = next((found for found in map(_id, places) if found), None)
    return Created(number) if number else Unclear(f"HTTP {answer.status} without a number: {_message(document)}")


def uploaded(answer: Answer) -> StepOutcome:
    """Read the answer to a file: its number stands among the pictures or among the documents."""
    document = _document(answer.body)
    if answer.status not in _OK:
        return _no_address(answer) or _trouble(answer, document)
    results = _object(document.get("results"))
    entries = (_object(entry) for kind in ("images", "docs") for entry in listed(results.get(kind)))
    number = next((found for entry in entries if (found := _id(entry.get("id")))), None)
    return Done(number) if number else Unclear(f"HTTP {answer.status} without a number: {_message(document)}")


def done(answer: Answer) -> StepOutcome:
    """Read the answer to an order: only an envelope that says yes says that it was done."""
    document = _document(answer.body)
    if answer.status not in _OK:
        return _trouble(answer, document)
    if document.get("status") in _YES:
        return Done()
    return Unclear(f"HTTP {answer.status} that does not say yes: {_message(document)}")


def followed_up(answer: Answer) -> StepOutcome:
    """Read the answer to a follow-up of ours, with its number where that is told."""
    outcome = done(answer)
    if not isinstance(outcome, Done):
        return outcome
    document = _document(answer.body)
    results = _object(document.get("results"))
    places = (_object(results.get("followup")).get("id"), results.get("id"), document.get("followup_id"))
    return Done(next((found for found in map(_id, places) if found), None))


def looked(answer: Answer) -> LookOutcome:
    """Read the answer to a look at a complaint."""
    document = _document(answer.body)
    if answer.status not in _OK:
        return _trouble(answer, document)
    results = _object(document.get("results"))
    data = _object(results.get("data")) or results
    logs = sorted_logs(data.get("data_logs") or results.get("data_logs"), answer.zone)
    name = _text(data.get("status_name")) or next((log["status_new"] for log in reversed(logs)), "")
    if not name:
        return Unclear(f"HTTP {answer.status} without a status: {_message(document)}")
    return Status(
        name=name,
        since=next((log["at"] for log in reversed(logs) if log["status_new"] == name), None),
        institution_id=_number(data.get("disposition_id")) or None,
        institution=_text(data.get("disposition_name")),
    )


def follow_ups(answer: Answer) -> Part[TheirFollowUp] | Trouble:
    """Read one page of a complaint's follow-ups."""
    return _part(answer, lambda entry: _follow_up(entry, answer.zone))


def in_order(found: Iterable[TheirFollowUp]) -> list[TheirFollowUp]:
    """Return follow-ups oldest first, each once; what has no time comes first."""
    once = {one.id: one for one in found}
    earliest = datetime.min.replace(tzinfo=UTC)
    return sorted(once.values(), key=lambda one: (one.written_at or earliest, _number(one.id)))


def listed_page(answer: Answer) -> Page | Trouble:
    """Read one page of LAPOR!'s list."""
    part = _part(answer, lambda entry: _listed(entry, answer.zone))
    return Page(part.items, part.more, part.whole) if isinstance(part, Part) else part


def masters(answer: Answer) -> Part[Master] | Trouble:
    """Read one page of a list of LAPOR!'s own ids."""
    return _part(answer, _master)


def sorted_logs(value: object, zone: str = "WIB") -> list[dict[str, Any]]:
    """Return the log entries that name a new status and a time (`at`), oldest first: LAPOR!'s order says nothing."""
    entries = [
        {**entry, "at": moment(entry.get("date"), zone), "status_new": _text(entry.get("status_new"))}
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


def moment(value: object, zone: str = "WIB") -> datetime | None:
    """Read a time as LAPOR! writes it, without a zone; None when it is none."""
    for form in _TIMES:
        try:
            return datetime.strptime(_text(value), form).replace(tzinfo=ZONES[zone]).astimezone(UTC)
        except ValueError:
            continue
    return None


def _part(answer: Answer, read: Callable[[dict[str, Any]], T | None]) -> Part[T] | Trouble:
    document = _document(answer.body)
    if answer.status not in _OK:
        return _trouble(answer, document)
    results = _object(document.get("results"))
    if document.get("status", True) not in _YES or not isinstance(results.get("data"), list | dict):
        return Unclear(f"HTTP {answer.status} without a list: {_message(document)}")
    entries = listed(results["data"])
    found = [one for entry in entries if (one := read(_object(entry))) is not None]
    return Part(tuple(found), bool(results.get("next_page_url")), whole=len(found) == len(entries))


def _follow_up(entry: dict[str, Any], zone: str) -> TheirFollowUp | None:
    content = _words(entry.get("content")) or _filled(_words(entry.get("template_content")), entry)
    files = listed(entry.get("attachments"))
    if not content and not files:
        return None
    number = _id(entry.get("id")) or sha256(f"{entry.get('created_at')}\0{content}".encode()).hexdigest()[:40]
    return TheirFollowUp(
        id=number,
        content=content,
        template=_text(entry.get("template_code")),
        institution=_text(entry.get("institution_from_name")),
        written_at=moment(entry.get("created_at"), zone),
        files=len(files),
    )


def _filled(template: str, entry: dict[str, Any]) -> str:
    """Put names into a template's placeholders; one that nothing is known for is left out."""
    names = {
        "institution_from": _text(entry.get("institution_from_name")),
        "institution_to": _text(entry.get("institution_to_name")),
        "status_old": _text(entry.get("status_old")),
        "status_new": _text(entry.get("status_new")),
    }
    return " ".join(_PLACEHOLDER.sub(lambda found: names.get(found[1], ""), template).split())


def _listed(entry: dict[str, Any], zone: str) -> Listed | None:
    number = _id(entry.get("id"))
    if number is None:
        return None
    return Listed(
        lapor_id=number,
        title=_text(entry.get("title")),
        content=_words(entry.get("content")),
        status=_text(entry.get("status_name")),
        institution_id=_number(entry.get("disposition_id")) or None,
        filed_at=moment(entry.get("created_at"), zone),
        anonymous=entry.get("is_anonymous") in _YES,
        secret=entry.get("is_secret") in _YES,
        place=_text(entry.get("location_name")),
    )


def _master(entry: dict[str, Any]) -> Master | None:
    number = _id(entry.get("id")) or _id(entry.get("template_code"), also="_")
    name = _text(entry.get("name")) or _text(entry.get("title"))
    return Master(number, name, _text(entry.get("type"))) if number and name else None


def _trouble(answer: Answer, document: dict[str, Any]) -> Trouble:
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Busy(_retry_after(answer.headers.get("retry-after", ""), answer.at))
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Locked(status)
    if status in _WRONG and status not in _SAYS_NOTHING:
        return Refused(status, _message(document))
    return Unclear(f"HTTP {status}")


def _no_address(answer: Answer) -> Locked | None:
    """Tell whether nobody takes what is created at this address: that is no fault of the complaint's."""
    return Locked(answer.status) if answer.status in _NOBODY_THERE else None


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
    return " ".join(clean_text(value).split()) if isinstance(value, str) else ""


def _words(value: object) -> str:
    """Return a text with its lines, as long as we keep one at most."""
    return clean_text(value).strip()[:_LONGEST_TEXT] if isinstance(value, str) else ""


def _id(value: object, *, also: str = "") -> str | None:
    """Return an id as text; 0 and the empty text are none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    plain = "".join(letter for letter in text if letter not in also)
    return text if _ID.fullmatch(plain) and text.strip("0") else None


def _number(value: object) -> int:
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() else 0
