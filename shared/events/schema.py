"""The events' JSON Schemas (2020-12), generated from the models: what any reader of the wire may rely on.

They describe what is written (pydantic's serialization mode), new or stored: a field with a default is not `required`,
because an event stored before the field was added lacks it. `type` alone is, for it has stood in every event from the
first. No object is closed: readers ignore what they do not know.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from shared.events.base import Event
from shared.events.cloudevents import SCHEMA_BASE
from shared.events.registry import EVENTS

Schema = Mapping[str, Any]

TOPIC_KEYWORD = "x-topic"
"""An annotation of ours: on which topic the event travels."""
REGION_ADDRESS = "complaints.region.{region}"


class _Generator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  (pydantic's hook)
        """Leave out titles that only repeat the field's name."""
        return False


def topic_of(model: type[Event]) -> str:
    """Return the topic of an event type as its readers write it: `complaints.v1`, or the regions' template."""
    return model.topics[0] if len(model.topics) == 1 else REGION_ADDRESS


def schema_of(model: type[Event]) -> JsonSchemaValue:
    """Return an event's schema, with its stable `$id` (also the record's `ce_dataschema`) and its topic."""
    body = model.model_json_schema(mode="serialization", schema_generator=_Generator)
    body["required"] = ["type", *body["required"]]
    head = {
        "$schema": _Generator.schema_dialect,
        "$id": f"{SCHEMA_BASE}{model.model_fields['type'].default}",
        TOPIC_KEYWORD: topic_of(model),
    }
    return head | body


def schemas() -> dict[str, JsonSchemaValue]:
    """Return the schema of every published event by its type."""
    return {event_type: schema_of(model) for event_type, model in EVENTS.items()}


def write(schema: Schema) -> str:
    """Return a schema as the text that is committed: the same bytes for the same schema."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
