"""Every example is a record as it could stand in Kafka."""

import json
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from deploy.contracts.asyncapi import headers_schema
from deploy.contracts.examples import EXAMPLES as FOLDER
from deploy.contracts.examples import Example
from deploy.contracts.files import ROOT
from shared.events import (
    EVENTS,
    KIND_WORDS,
    URGENCY_WORDS,
    ComplaintReceived,
    ComplaintRouted,
    Kind,
    Urgency,
    decode,
    encode_headers,
)
from shared.events.schema import schema_of

from .records import EXAMPLES, headers, problems

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


def test_every_file_among_the_examples_belongs_to_an_event() -> None:
    assert {example.name for example in EXAMPLES} == {path.stem for path in (ROOT / FOLDER).iterdir()}


@each_example
def test_an_example_is_decoded_as_the_event_that_its_name_says(example: Example) -> None:
    envelope = decode(headers(example), json.dumps(example.value).encode())
    assert type(envelope.data) is EVENTS[example.headers["ce_type"]]
    assert example.name.startswith(envelope.data.type)


@each_example
def test_an_example_is_valid_for_a_reader_that_only_has_the_json_schemas(example: Example) -> None:
    assert problems(schema_of(EVENTS[example.headers["ce_type"]]), example.value) == []
    assert problems(headers_schema(), example.headers) == []


@each_example
def test_an_example_survives_being_read_and_written_again(example: Example) -> None:
    envelope = decode(headers(example), json.dumps(example.value).encode())
    again = encode_headers(
        event_id=envelope.id,
        event_type=envelope.data.type,
        source=envelope.data.source,
        subject=envelope.subject,
        time=envelope.time,
        sequence=envelope.sequence,
        traceparent=envelope.traceparent,
    )
    assert again == headers(example)
    assert json.loads(envelope.data.model_dump_json()) == example.value
    assert decode(again, envelope.data.model_dump_json().encode()) == envelope


@each_example
def test_a_reader_ignores_fields_that_it_does_not_know(example: Example) -> None:
    model = EVENTS[example.headers["ce_type"]]
    richer = {**_with_unknown(example.value), "type": example.value["type"]}
    assert model.model_validate(richer) == model.model_validate(example.value)
    assert problems(schema_of(EVENTS[example.headers["ce_type"]]), richer) == []


@each_example
def test_an_event_stored_before_its_optional_fields_existed_is_still_read(example: Example) -> None:
    schema = schema_of(EVENTS[example.headers["ce_type"]])
    oldest = {name: example.value[name] for name in schema["required"]}
    assert problems(schema, oldest) == []
    assert EVENTS[example.headers["ce_type"]].model_validate(oldest).model_dump(mode="json")["type"] == oldest["type"]


@each_example
def test_an_event_cannot_be_changed_after_the_fact(example: Example) -> None:
    event = decode(headers(example), json.dumps(example.value).encode()).data
    with pytest.raises(ValidationError, match="frozen"):
        event.type = "complaint.eaten.v1"  # type: ignore[misc]


def test_the_main_examples_tell_one_complaint_s_way_in_order() -> None:
    assert [example.name for example in EXAMPLES if example.name in EVENTS] == list(EVENTS)
    story = [example for example in EXAMPLES if example.name in EVENTS and "complaint_id" in example.value]
    assert len({example.headers["ce_subject"] for example in story}) == 1
    for regional in (False, True):
        part = sorted(
            (int(example.headers["ce_sequence"]), example.headers["ce_time"])
            for example in story
            if ("region" in example.value) is regional
        )
        assert [sequence for sequence, _ in part] == list(range(1, len(part) + 1))
        assert [time for _, time in part] == sorted(time for _, time in part)


def test_the_prompt_among_the_main_examples_is_about_that_complaint_to_the_same_person() -> None:
    main = {example.name: example.value for example in EXAMPLES if example.name in EVENTS}
    received, prompted = main["complaint.received.v1"], main["conversation.citizen_prompted.v1"]
    for same in ("ticket", "conversation_id", "reporter", "channel", "account"):
        assert prompted[same] == received[same]


def test_the_examples_show_an_emergency_a_question_and_what_the_agency_wrote_elsewhere() -> None:
    values = [example.value for example in EXAMPLES]
    assert any(value.get("emergency") and value["asks"] for value in values)
    assert {value["author"] for value in values if "author" in value} == {"citizen", "agency"}


def test_the_examples_show_lombok_timur_a_sealed_complaint_and_a_photo_with_its_place() -> None:
    events = [EVENTS[example.headers["ce_type"]].model_validate(example.value) for example in EXAMPLES]
    received = [event for event in events if isinstance(event, ComplaintReceived)]
    routed = [event for event in events if isinstance(event, ComplaintRouted)]
    assert any(event.place.detected and event.place.detected.region_code.startswith("52.03") for event in routed)
    assert any(event.sealed and event.anonymous and event.secret for event in received)
    assert any(event.attachments and event.place.coordinates for event in received)
    assert any(event.affair is None for event in routed)


def _with_unknown(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_unknown(item) for item in value]
    if isinstance(value, dict):
        return {**{name: _with_unknown(inner) for name, inner in value.items()}, "added_later": {"any": [1, None]}}
    return value


def test_people_have_a_word_for_every_kind_and_urgency() -> None:
    assert set(get_args(Kind)) == set(KIND_WORDS)
    assert set(get_args(Urgency)) == set(URGENCY_WORDS)
