"""The door of the app and its part of the OpenAPI document."""

from typing import Any

from pydantic import BaseModel

from channel_adapters.mobile.payloads import Accepted, ComplaintForm
from channel_adapters.mobile.photos import LARGEST_PHOTO, MOST_PHOTOS
from shared.channels.protocol import Door

_MAX_BODY = 20 * 1024 * 1024
_PROBLEMS = {
    "400": "Not JSON, a broken multipart body, or no usable `Idempotency-Key`.",
    "403": "The app named in `X-App-Id` is unknown.",
    "413": "The whole request is too large, or its JSON is (256 kB).",
    "415": "Neither application/json nor multipart/form-data.",
    "422": "A field is wrong (`pointer` names it), a photo is none, or the key was used for another complaint.",
    "429": "Too many requests from this address.",
    "503": "Not stored; send it again with the same key.",
}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the model's schema in one piece: `#/$defs/…` would point outside it in an OpenAPI document."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def inline(node: Any) -> Any:
        if isinstance(node, dict) and "$ref" in node:
            return inline(definitions[node["$ref"].rpartition("/")[2]])
        if isinstance(node, dict):
            return {key: inline(value) for key, value in node.items()}
        return [inline(item) for item in node] if isinstance(node, list) else node

    whole: dict[str, Any] = inline(schema)
    return whole


def _operation() -> dict[str, Any]:
    form = _schema(ComplaintForm)
    photos = {"type": "array", "maxItems": MOST_PHOTOS, "items": {"type": "string", "format": "binary"}}
    with_photos = {
        "type": "object",
        "required": ["complaint"],
        "properties": {"complaint": form, "photo": photos | {"description": f"≤ {LARGEST_PHOTO} bytes each"}},
    }
    return {
        "operationId": "submitComplaint",
        "parameters": [
            _header(
                "Idempotency-Key",
                "A UUID of the app's for this complaint; the same on every repetition.",
                required=True,
            ),
            _header("X-Device-Id", "A random name of this installation.", required=False),
            _header("X-App-Id", "The app's name.", required=False),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": form},
                "multipart/form-data": {
                    "schema": with_photos,
                    "encoding": {"photo": {"contentType": "image/jpeg, image/png, image/webp, image/heic"}},
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
                "content": {"application/json": {"schema": _schema(Accepted)}},
            },
            **{status: _problem(description) for status, description in _PROBLEMS.items()},
        },
    }


def _header(name: str, description: str, *, required: bool) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 8, "maxLength": 255} if name != "X-App-Id" else {"type": "string"}
    return {"in": "header", "name": name, "description": description, "required": required, "schema": schema}


def _problem(description: str) -> dict[str, Any]:
    properties = {name: {"type": "string"} for name in ("type", "title", "detail", "code", "pointer")}
    schema = {"type": "object", "properties": properties | {"status": {"type": "integer"}}}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


DOOR = Door(
    method="POST",
    path="/v1/complaints",
    summary="Submit a complaint",
    max_body=_MAX_BODY,
    public=True,
    operation=_operation(),
)
