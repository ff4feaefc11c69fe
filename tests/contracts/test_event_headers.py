"""CloudEvents headers: what we write, and what we make of what is no event of ours."""

import json
import traceback
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.contracts.asyncapi import headers_schema
from shared.events import ComplaintReceived, Envelope, MalformedEventError, decode, encode_headers
from shared.events.cloudevents import event_type

from .records import EXAMPLES, headers, problems

EXAMPLE = EXAMPLES[0]
VALUE = json.dumps(EXAMPLE.value).encode()
ATTRIBUTES = ("ce_id", "ce_type", "ce_subject", "ce_time", "ce_sequence")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "rahasia-0812"

Record = tuple[list[tuple[str, bytes | None]], bytes | None]


def written(**changes: Any) -> dict[str, str]:
    given_: dict[str, Any] = {
        "event_id": UUID(int=1),
        "event_type": "complaint.received.v1",
        "source": "/services/intake",
        "subject": UUID(int=2),
        "time": NOON,
        "sequence": 7,
        "traceparent": None,
    }
    return {name: content.decode() for name, content in encode_headers(**{**given_, **changes})}


def changed(**changes: bytes | None) -> list[tuple[str, bytes | None]]:
    return list({**dict(headers(EXAMPLE)), **changes}.items())


def test_headers_hold_what_the_published_schema_of_headers_demands() -> None:
    for traceparent in (None, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"):
        found = written(traceparent=traceparent)
        assert problems(headers_schema(), found) == []
        assert found.keys() == headers_schema()["properties"].keys() - (
            {"traceparent"} if traceparent is None else set()
        )


def test_sequences_sort_as_text_as_they_sort_as_numbers() -> None:
    numbers = [1, 2, 9, 10, 11, 99, 100, 2**31 - 1]
    assert sorted(written(sequence=number)["ce_sequence"] for number in reversed(numbers)) == [
        written(sequence=number)["ce_sequence"] for number in numbers
    ]


def test_times_are_written_in_utc_whatever_the_clock_of_the_writer() -> None:
    wita = timezone(timedelta(hours=8))
    assert written()["ce_time"] == "2026-11-23T12:00:00Z"
    assert written(time=NOON.astimezone(wita))["ce_time"] == "2026-11-23T12:00:00Z"
    with pytest.raises(ValueError, match="zone"):
        written(time=NOON.replace(tzinfo=None))


def test_times_inside_an_event_are_written_in_utc_too() -> None:
    event = ComplaintReceived.model_validate({**EXAMPLE.value, "received_at": "2026-11-23T20:00:00+08:00"})
    assert json.loads(event.model_dump_json())["received_at"] == "2026-11-23T12:00:00Z"


def test_the_type_is_known_without_reading_anything_else() -> None:
    assert event_type([("ce_type", b"complaint.routed.v1"), ("ce_id", b"\xff")]) == "complaint.routed.v1"
    assert event_type([("ce_id", b"1"), ("ce_type", None)]) is None


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ((changed(ce_type=None), VALUE), "ce_type is missing"),
        ((changed(ce_type=b"complaint.eaten.v1"), VALUE), "ce_type is no event of ours"),
        ((changed(ce_id=b"7"), VALUE), "ce_id has no valid form"),
        ((changed(ce_time=b"2026-11-23T12:00:00"), VALUE), "ce_time has no valid form"),
        ((changed(ce_time=b"0001-01-01T00:00:00+08:00"), VALUE), "ce_time has no valid form"),
        ((changed(ce_sequence=b"0"), VALUE), "ce_sequence has no valid form"),
        ((changed(ce_sequence=b"-1"), VALUE), "ce_sequence has no valid form"),
        ((changed(ce_subject=str(UUID(int=9)).encode()), VALUE), "ce_subject is another than the event's own"),
        (
            (changed(), json.dumps({**EXAMPLE.value, "received_at": "0001-01-01T00:00:00+08:00"}).encode()),
            "fields not as in the schema: received_at",
        ),
        ((changed(), None), "fields not as in the schema: body"),
        ((changed(), b"\xff\xfe"), "fields not as in the schema: body"),
        ((changed(), b"[]"), "fields not as in the schema: body"),
        ((changed(), json.dumps({**EXAMPLE.value, "sealed": "?"}).encode()), "fields not as in the schema: sealed"),
        (
            (changed(), json.dumps({**EXAMPLE.value, "attachments": [{"kind": "image"}]}).encode()),
            "fields not as in the schema: attachments.0.id",
        ),
        (
            (changed(), json.dumps({**EXAMPLE.value, "type": "complaint.routed.v1"}).encode()),
            "fields not as in the schema: type",
        ),
    ],
)
def test_a_record_that_is_no_event_is_refused_by_the_name_of_what_is_wrong(record: Record, sentence: str) -> None:
    with pytest.raises(MalformedEventError) as caught:
        decode(*record)
    assert str(caught.value) == sentence


def quoted(error: Exception) -> bool:
    return SECRET in "".join(traceback.format_exception(error)) + repr(error)


anything = st.one_of(
    st.just(None),
    st.binary(),
    st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from([b"0", b"+1", "\uff11".encode(), b"9" * 5000, b"2026-01-01", b"9999-12-31T23:59:59-23:59", b"nan"]),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(ATTRIBUTES), anything, min_size=1), anything | st.just(VALUE))
def test_whatever_comes_is_an_event_or_a_malformed_one(
    attributes: dict[str, bytes | None], value: bytes | None
) -> None:
    with suppress(MalformedEventError):
        assert isinstance(decode(changed(**attributes), value), Envelope)


@given(st.sampled_from(sorted(EXAMPLE.value)), json_values)
def test_any_json_in_any_field_makes_an_event_or_a_malformed_one(field: str, content: Any) -> None:
    value = json.dumps({**EXAMPLE.value, field: content}).encode()
    try:
        assert decode(changed(), value).data.subject == UUID(EXAMPLE.headers["ce_subject"])
    except MalformedEventError as error:
        assert field in str(error) or "body" in str(error)


@given(st.sampled_from(ATTRIBUTES), st.text(), st.text())
def test_a_refusal_quotes_no_header(attribute: str, before: str, after: str) -> None:
    content = f"{before}{SECRET}{after}".encode("utf-8", "surrogatepass")
    with pytest.raises(MalformedEventError) as caught:
        decode(changed(**{attribute: content}), VALUE)
    assert not quoted(caught.value)


@given(st.sampled_from(sorted(EXAMPLE.value.keys() - {"text", "ticket", "channel", "account", "surface", "language"})))
def test_a_refusal_quotes_nothing_of_the_value(field: str) -> None:
    wrong = {**EXAMPLE.value, "text": SECRET, "unknown": SECRET, field: [SECRET, {SECRET: SECRET}]}
    with pytest.raises(MalformedEventError) as caught:
        decode(changed(), json.dumps(wrong).encode())
    assert not quoted(caught.value)
    assert field in str(caught.value)
