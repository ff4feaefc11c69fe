"""How an event travels: CloudEvents 1.0 attributes as Kafka headers (`ce_…`), plain JSON as the value.

Source: CloudEvents 1.0.2, Kafka protocol binding (binary content mode), and the `sequence` extension.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from shared.events.complaint import EVENTS, ComplaintEvent

CONTENT_TYPE = "application/json"
SCHEMA_BASE = "urn:ntbcare:schema:"
_SEQUENCE_DIGITS = 10

Headers = list[tuple[str, bytes]]


class MalformedEventError(Exception):
    """A record that is no valid event of ours; the text says which attribute or field, and quotes no content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event with its CloudEvents attributes. `sequence` counts a complaint's events from 1, without gaps."""

    id: UUID
    subject: UUID
    time: datetime
    sequence: int
    data: ComplaintEvent
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
    """Return the Kafka headers of an event. `sequence` is padded so that it also sorts as text."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": event_type,
        "ce_source": source,
        "ce_subject": str(subject),
        "ce_time": time.isoformat().replace("+00:00", "Z"),
        "ce_dataschema": f"{SCHEMA_BASE}{event_type}",
        "ce_sequence": f"{sequence:0{_SEQUENCE_DIGITS}d}",
        "content-type": CONTENT_TYPE,
    }
    if traceparent is not None:
        attributes["traceparent"] = traceparent
    return [(name, value.encode()) for name, value in attributes.items()]


def event_type(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """Return `ce_type` without looking at anything else: consumers skip what is not theirs before all other work."""
    return next((value.decode("utf-8", "replace") for name, value in headers if name == "ce_type"), None)


def decode(headers: Iterable[tuple[str, bytes]], value: bytes) -> Envelope:
    """Return the event of a Kafka record; raises `MalformedEventError`."""
    attributes = {name: content.decode("utf-8", "replace") for name, content in headers}
    try:
        model = EVENTS[attributes["ce_type"]]
        return Envelope(
            id=UUID(attributes["ce_id"]),
            subject=UUID(attributes["ce_subject"]),
            time=datetime.fromisoformat(attributes["ce_time"]),
            sequence=int(attributes["ce_sequence"]),
            data=model.model_validate_json(value),
            traceparent=attributes.get("traceparent"),
        )
    except KeyError as error:
        raise MalformedEventError(f"missing or unknown attribute {error}") from None
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in problem["loc"]) or "body" for problem in error.errors())
        raise MalformedEventError(f"fields not as in the schema: {fields}") from None
    except ValueError:
        raise MalformedEventError("an attribute has no valid form") from None
