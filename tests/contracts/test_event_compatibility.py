"""What breaks a reader of a released contract, or makes a stored event unreadable; and what does not."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

import pytest
from pydantic import BaseModel, Field

from shared.events import ComplaintReceived, ComplaintStatusChanged, GivenPlace, Place
from shared.events.compatibility import breaking_differences, differences
from shared.events.schema import schema_of, schemas

Edit = Callable[[dict[str, Any]], Any]

RECEIVED, ROUTED, STATUS = "complaint.received.v1", "complaint.routed.v1", "complaint.status_changed.v1"
PUBLISHED = schemas()


def drop(*steps: Any) -> Edit:
    def edit(schema: dict[str, Any]) -> None:
        *way, last = steps
        del _at(schema, way)[last]

    return edit


def put(*steps: Any) -> Edit:
    def edit(schema: dict[str, Any]) -> None:
        *way, last, value = steps
        _at(schema, way)[last] = value

    return edit


def _at(schema: Any, way: Iterable[Any]) -> Any:
    for step in way:
        schema = schema[step]
    return schema


def add_property(name: str, schema: dict[str, Any], *, required: bool) -> Edit:
    def edit(event: dict[str, Any]) -> None:
        event["properties"][name] = schema
        event["required"] += [name] if required else []

    return edit


TEXT_OR_NULL = {"anyOf": [{"type": "string"}, {"type": "null"}]}
NEW_PLACE = {"type": "string", "default": "?"}

BREAKING: list[tuple[str, Edit, str]] = [
    (RECEIVED, drop("properties", "account"), "`account` was removed; readers rely on it."),
    (
        RECEIVED,
        drop("$defs", "Coordinates", "properties", "latitude"),
        "`place.coordinates.latitude` was removed; readers rely on it.",
    ),
    (
        RECEIVED,
        drop("$defs", "AttachmentRef", "properties", "kind"),
        "`attachments[].kind` was removed; readers rely on it.",
    ),
    (RECEIVED, put("required", ["type"]), "`ticket` may now be absent; readers rely on it."),
    (RECEIVED, put("properties", "text", TEXT_OR_NULL), "`text` may now also be null; readers do not expect that."),
    (
        ROUTED,
        put("properties", "affair", {"type": "string"}),
        "`affair` may no longer be null, but stored events hold that.",
    ),
    (RECEIVED, put("properties", "sealed", "type", "string"), "`sealed` changed its type from boolean to string."),
    (RECEIVED, put("properties", "reporter", "format", "uri"), "`reporter` changed its format from uuid to uri."),
    (RECEIVED, drop("properties", "received_at", "format"), "`received_at` changed its format from date-time to none."),
    (RECEIVED, put("properties", "ticket", "pattern", "^NTB-"), "`ticket` changed its pattern from none to ^NTB-."),
    (
        RECEIVED,
        add_property("urgency", {"type": "integer"}, required=True),
        "`urgency` is now required, but stored events lack it; give it a default.",
    ),
    (
        RECEIVED,
        lambda schema: schema["required"].append("place"),
        "`place` is now required, but stored events lack it; give it a default.",
    ),
    (
        ROUTED,
        put("properties", "level", "enum", ["national", "province", "regency", "village", "regional_company", "sea"]),
        "`level` may now also be sea; readers do not expect that.",
    ),
    (
        ROUTED,
        put("properties", "level", "enum", ["national", "province", "regency", "village"]),
        "`level` may no longer be regional_company, but stored events hold that.",
    ),
    (ROUTED, drop("properties", "level", "enum"), "`level` changed between a closed list of values and an open one."),
    (
        RECEIVED,
        put("properties", "channel", "enum", ["sms"]),
        "`channel` changed between a closed list of values and an open one.",
    ),
    (
        RECEIVED,
        put("properties", "type", "const", "complaint.received.v2"),
        "`type` may no longer be complaint.received.v1, but stored events hold that.",
    ),
    (
        STATUS,
        put("properties", "version", "minimum", 2),
        "`version` changed its minimum from 1 to 2, but stored events may lie outside.",
    ),
    (
        STATUS,
        put("properties", "version", "maximum", 9),
        "`version` changed its maximum from none to 9, but stored events may lie outside.",
    ),
    (
        ROUTED,
        put("properties", "confidence", "maximum", 0.5),
        "`confidence` changed its maximum from 1 to 0.5, but stored events may lie outside.",
    ),
    (
        ROUTED,
        put("properties", "confidence", "maximum", 100),
        "`confidence` changed its maximum from 1 to 100; readers do not expect what lies outside the old bound.",
    ),
    (
        STATUS,
        drop("properties", "version", "minimum"),
        "`version` changed its minimum from 1 to none; readers do not expect what lies outside the old bound.",
    ),
    (
        ROUTED,
        put("properties", "reasons", "items", {"type": "integer"}),
        "`reasons[]` changed its type from string to integer.",
    ),
    (
        ROUTED,
        put("properties", "reasons", "minItems", 2),
        "`reasons` changed its minItems from 1 to 2, but stored events may lie outside.",
    ),
    (
        RECEIVED,
        put("properties", "event_time", "anyOf", 0, {"type": "integer"}),
        "`event_time` changed its type from string to integer.",
    ),
    (
        RECEIVED,
        put("properties", "text", {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        "`text` may now also be integer; readers do not expect that.",
    ),
    (RECEIVED, put("additionalProperties", False), "the event is not as open, or as closed, as it was."),
    (
        RECEIVED,
        put("properties", "text_truncated", "default", True),
        "`text_truncated` changed its default, so that stored events without it would read otherwise.",
    ),
    (
        RECEIVED,
        put("$id", "urn:ntbcare:schema:other"),
        "the $id changed from urn:ntbcare:schema:complaint.received.v1 to urn:ntbcare:schema:other.",
    ),
    (RECEIVED, put("x-topic", "complaints.v2"), "the topic changed from complaints.v1 to complaints.v2."),
]


@pytest.mark.parametrize(("event", "edit", "sentence"), BREAKING, ids=[case[2] for case in BREAKING])
def test_a_breaking_difference_is_told_in_a_sentence(event: str, edit: Edit, sentence: str) -> None:
    current = deepcopy(PUBLISHED)
    edit(current[event])
    assert f"{event}: {sentence}" in breaking_differences(PUBLISHED, current)


@pytest.mark.parametrize(("event", "edit", "sentence"), BREAKING, ids=[case[2] for case in BREAKING])
def test_nothing_is_told_of_the_events_that_did_not_change(event: str, edit: Edit, sentence: str) -> None:
    current = deepcopy(PUBLISHED)
    edit(current[event])
    assert all(found.startswith(f"{event}: ") for found in breaking_differences(PUBLISHED, current))


def test_a_removed_event_breaks_those_who_wait_for_it() -> None:
    current = deepcopy(PUBLISHED)
    del current[ROUTED]
    assert breaking_differences(PUBLISHED, current) == [f"{ROUTED}: the event was removed; readers wait for it."]


class RicherGivenPlace(GivenPlace):
    landmark: str | None = None


class RicherPlace(Place):
    given: RicherGivenPlace = RicherGivenPlace()


class RicherReceived(ComplaintReceived):
    place: RicherPlace = RicherPlace()
    urgency: int = Field(0, ge=0, description="Added later.")


HARMLESS = [
    pytest.param(lambda _: None, id="nothing"),
    pytest.param(add_property("urgency", {"type": "integer", "default": 0}, required=False), id="an optional field"),
    pytest.param(put("$defs", "GivenPlace", "properties", "landmark", NEW_PLACE), id="an optional field further in"),
    pytest.param(put("properties", "text", "description", "Better words."), id="a better description"),
    pytest.param(put("examples", [{}]), id="an example"),
    pytest.param(lambda schema: schema["required"].reverse(), id="another order"),
]


@pytest.mark.parametrize("edit", HARMLESS)
def test_a_harmless_difference_is_not_told(edit: Edit) -> None:
    current = deepcopy(PUBLISHED)
    edit(current[RECEIVED])
    assert breaking_differences(PUBLISHED, current) == []


def test_a_new_event_breaks_nobody() -> None:
    released = deepcopy(PUBLISHED)
    del released[ROUTED]
    assert breaking_differences(released, PUBLISHED) == []


def test_models_that_only_gain_optional_fields_break_nobody_and_going_back_does() -> None:
    before, after = schema_of(ComplaintReceived), schema_of(RicherReceived)
    assert differences(before, after) == []
    assert "`urgency` was removed; readers rely on it." in differences(after, before)
    assert "`place.given.landmark` was removed; readers rely on it." in differences(after, before)


def test_a_part_may_be_renamed_or_written_in_place() -> None:
    current = deepcopy(PUBLISHED[RECEIVED])
    current["$defs"]["Where"] = current["$defs"].pop("Place")
    current["properties"]["place"]["$ref"] = "#/$defs/Where"
    point = current["$defs"].pop("Coordinates")
    for name in ("coordinates", "photo"):
        current["$defs"]["Where"]["properties"][name]["anyOf"][0] = point
    assert differences(PUBLISHED[RECEIVED], current) == []


class Step(BaseModel):
    state: str
    next: "Step | None" = None


class WithSteps(ComplaintStatusChanged):
    first: Step


def test_a_part_that_contains_itself_is_compared_to_its_end() -> None:
    released = schema_of(WithSteps)
    current = deepcopy(released)
    current["$defs"]["Step"]["properties"]["state"]["type"] = "integer"
    assert differences(released, released) == []
    assert differences(released, current) == ["`first.state` changed its type from string to integer."]


class Yes(BaseModel):
    type: str = Field("yes", json_schema_extra={"const": "yes"})
    by: str


class No(BaseModel):
    type: str = Field("no", json_schema_extra={"const": "no"})
    by: str


class WithAnswer(ComplaintStatusChanged):
    answer: Yes | No


def test_alternatives_are_paired_by_their_type() -> None:
    released = schema_of(WithAnswer)
    current = deepcopy(released)
    del current["$defs"]["No"]["properties"]["by"]
    assert differences(released, current) == ["`answer.by` was removed; readers rely on it."]
    current = deepcopy(released)
    current["properties"]["answer"]["anyOf"].pop()
    assert differences(released, current) == ["`answer` may no longer be no, but stored events hold that."]


class Point(BaseModel):
    x: int


class Area(BaseModel):
    y: int


class WithShape(ComplaintStatusChanged):
    shape: Point | Area


@pytest.mark.parametrize(("part", "field"), [("Point", "x"), ("Area", "y")])
def test_alternatives_without_a_type_are_paired_in_their_order_and_none_is_forgotten(part: str, field: str) -> None:
    released = schema_of(WithShape)
    current = deepcopy(released)
    current["$defs"][part]["properties"][field]["type"] = "string"
    assert differences(released, current) == [f"`shape.{field}` changed its type from integer to string."]
