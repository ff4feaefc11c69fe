"""How an event travels: CloudEvents 1.0 attributes as Kafka headers (`ce_…`), plain JSON as the value.

Source: CloudEvents 1.0.2, Kafka protocol binding (binary content mode), and the `sequence` extension.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError

from shared.events.base import Event
from shared.events.registry import EVENTS

CONTENT_TYPE = "application/json"
SCHEMA_BASE = "urn:ntbcare:schema:"
_SEQUENCE_DIGITS = 10
T = TypeVar("T")

Headers = list[tuple[str, bytes]]
RawHeaders = Iterable[tuple[str, bytes | None]]
"""As a client hands them over: Kafka allows a header without content, which counts as missing."""


class MalformedEventError(Exception):
    """A record that is no valid event of ours; the text says which attribute or field, and quotes no content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event with its CloudEvents attributes. `sequence` counts a complaint's events from 1, without gaps."""

    id: UUID
    subject: UUID
    time: datetime
    sequence: int
    data: Event
    traceparent: str | None = None


def encode_headers(
    *,
    event_id: UUID,
    event_type: str,
    source: str,
    subject: UUID,
    time: datetime,
    sequence: int,
    traceparent: str | None,
) -> Headers:
    """Return the Kafka headers of an event. `sequence` is padded so that it also sorts as text.

    Raises `ValueError` for a time without a zone.
    """
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": event_type,
        "ce_source": source,
        "ce_subject": str(subject),
        "ce_time": _utc(time).isoformat().replace("+00:00", "Z"),
        "ce_dataschema": f"{SCHEMA_BASE}{event_type}",
        "ce_sequence": f"{sequence:0{_SEQUENCE_DIGITS}d}",
        "content-type": CONTENT_TYPE,
    }
    if traceparent is not None:
        attributes["traceparent"] = traceparent
    return [(name, value.encode()) for name, value in attributes.items()]


def event_type(headers: RawHeaders) -> str | None:
    """Return `ce_type` without looking at anything else: consumers skip what is not theirs before all other work."""
    return _texts(headers).get("ce_type")


def decode(headers: RawHeaders, value: bytes | None) -> Envelope:
    """Return the event of a Kafka record; raises `MalformedEventError`."""
    attributes = _texts(headers)
    model = EVENTS.get(_attribute(attributes, "ce_type", str))
    if model is None:
        raise MalformedEventError("ce_type is no event of ours")
    try:
        data = model.model_validate_json(value or b"")
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in problem["loc"]) or "body" for problem in error.errors())
        raise MalformedEventError(f"fields not as in the schema: {fields}") from None
    subject = _attribute(attributes, "ce_subject", UUID)
    if subject != data.subject:
        raise MalformedEventError("ce_subject is another than the event's own")
    return Envelope(
        id=_attribute(attributes, "ce_id", UUID),
        subject=subject,
        time=_attribute(attributes, "ce_time", lambda text: _utc(datetime.fromisoformat(text))),
        sequence=_attribute(attributes, "ce_sequence", _sequence),
        data=data,
        traceparent=attributes.get("traceparent"),
    )


def _texts(headers: RawHeaders) -> dict[str, str]:
    return {name: content.decode("utf-8", "replace") for name, content in headers if content is not None}


def _attribute(attributes: Mapping[str, str], name: str, read: Callable[[str], T]) -> T:
    if name not in attributes:
        raise MalformedEventError(f"{name} is missing")
    try:
        return read(attributes[name])
    except (ValueError, OverflowError):
        raise MalformedEventError(f"{name} has no valid form") from None


def _utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError("a time needs its zone")
    return time.astimezone(UTC)


def _sequence(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ValueError("a sequence counts from 1")
    return int(text)
