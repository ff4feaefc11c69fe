"""The forms' part of the OpenAPI document."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel

from channel_adapters._form.messages import COMPLAINT, MESSAGE
from channel_adapters._form.payloads import Accepted, Added, ComplaintForm, MessageForm
from channel_adapters._form.photos import LARGEST_PHOTO, MOST_PHOTOS

LARGEST_BODY = 20 * 1024 * 1024
"""Bytes of a whole submission."""


def header(name: str, description: str, *, required: bool = False, pattern: str | None = None) -> dict[str, Any]:
    """Describe a header."""
    schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    return {"in": "header", "name": name, "description": description, "required": required, "schema": schema}


KEY = header(
    "Idempotency-Key",
    "A UUID drawn for this submission; the same on every repetition.",
    required=True,
    pattern='^("[!-~]{8,253}"|[!#-~][!-~]{7,254})$',
)
DEVICE = header(
    "X-Device-Id",
    "The device's secret name, drawn at random: who knows it sees this device's complaints.",
    pattern="^[!-~]{22,255}$",
)
ACCESS_CODE = header("X-Access-Code", "What came with the ticket.")
TICKET = {"in": "path", "name": "ticket", "required": True, "schema": {"type": "string"}}
_PROBLEMS = {
    "400": "Not JSON, a broken multipart body, or no usable `Idempotency-Key`.",
    "408": "The body never came to its end.",
    "413": "The whole request is too large, or its JSON is (256 kB).",
    "415": "Neither application/json nor multipart/form-data.",
    "422": "A field is wrong (`pointer` names it), a photo is none, or the key was used for something else.",
    "429": "Too many requests from this address.",
    "503": "Not stored; send it again with the same key.",
}


def submission(
    name: str,
    parameters: Sequence[Mapping[str, Any]],
    *,
    model: type[ComplaintForm] = ComplaintForm,
    problems: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Describe a door that takes a complaint."""
    return _operation(name, parameters, (COMPLAINT, model), Accepted, problems or {})


def message(
    name: str, parameters: Sequence[Mapping[str, Any]], *, problems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Describe a door that takes a further message of a complaint."""
    more = {
        "401": "Neither `X-Device-Id` nor `X-Access-Code`.",
        "403": "The access code does not belong to the ticket.",
        "404": "No such ticket, or another device's.",
        **(problems or {}),
    }
    return _operation(name, [TICKET, *parameters], (MESSAGE, MessageForm), Added, more)


def _operation(
    name: str,
    parameters: Sequence[Mapping[str, Any]],
    form: tuple[str, type[BaseModel]],
    answer: type[BaseModel],
    problems: Mapping[str, str],
) -> dict[str, Any]:
    part, model = form
    schema = schema_of(model)
    photos = {"type": "array", "maxItems": MOST_PHOTOS, "items": {"type": "string", "format": "binary"}}
    with_photos = {
        "type": "object",
        "required": [part],
        "properties": {part: schema, "photo": photos | {"description": f"≤ {LARGEST_PHOTO} bytes each"}},
        "additionalProperties": False,
    }
    return {
        "operationId": name,
        "parameters": list(parameters),
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema},
                "multipart/form-data": {
                    "schema": with_photos,
                    "encoding": {
                        part: {"contentType": "application/json"},
                        "photo": {"contentType": "image/jpeg, image/png, image/webp, image/heic"},
                    },
                },
            },
        },
        "responses": {
            "201": {
                "description": "Stored. A repetition gets the same answer and `Idempotent-Replayed: true`.",
                "headers": {
                    "Location": {"schema": {"type": "string"}},
                    "Idempotent-Replayed": {"schema": {"type": "string"}},
                },
                "content": {"application/json": {"schema": schema_of(answer, mode="serialization")}},
            },
            **{status: problem(words) for status, words in sorted({**_PROBLEMS, **problems}.items())},
        },
    }


def schema_of(model: type[BaseModel], mode: Literal["validation", "serialization"] = "validation") -> dict[str, Any]:
    """Return the model's schema in one piece: `#/$defs/…` would point outside it in an OpenAPI document."""
    schema = model.model_json_schema(mode=mode)
    definitions = schema.pop("$defs", {})

    def inline(node: Any) -> Any:
        if isinstance(node, dict) and "$ref" in node:
            return inline(definitions[node["$ref"].rpartition("/")[2]])
        if isinstance(node, dict):
            return {key: inline(value) for key, value in node.items()}
        return [inline(item) for item in node] if isinstance(node, list) else node

    whole: dict[str, Any] = inline(schema)
    return whole


def problem(description: str) -> dict[str, Any]:
    """Describe a refusal: a problem document (RFC 9457)."""
    properties = {name: {"type": "string"} for name in ("type", "title", "detail", "code", "pointer")}
    schema = {"type": "object", "properties": properties | {"status": {"type": "integer"}}}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
