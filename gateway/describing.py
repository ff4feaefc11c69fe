"""The OpenAPI document, told as the house really answers: every problem is a problem document (RFC 9457)."""

from typing import Any

from fastapi import FastAPI

Document = dict[str, Any]

_PROBLEM: Document = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "description": "urn:ntbcare:problem:<code>"},
        "title": {"type": "string", "description": "What to do, in Indonesian."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_OF_THE_FRAMEWORK = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> None:
    """Replace the framework's words for what is wrong by ours."""
    written = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(written())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _with_problems(document: Document) -> Document:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _OF_THE_FRAMEWORK:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operation in (one for methods in document["paths"].values() for one in methods.values()):
        for status, answer in operation.get("responses", {}).items():
            if status.startswith("4") and _is_the_frameworks(answer):
                answer["content"] = content
                answer["description"] = "A field is wrong; `errors` name it"
    return document


def _is_the_frameworks(answer: Document) -> bool:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return bool(schema.get("$ref", "").endswith(_OF_THE_FRAMEWORK))
