"""The uploads' part of the OpenAPI document."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from services.intake.uploads import tus
from services.intake.uploads.errors import VERSION

Operation: TypeAlias = dict[str, Any]

_TUS = {"in": "header", "name": "Tus-Resumable", "required": True, "schema": {"type": "string", "enum": [VERSION]}}
_DEVICE = {
    "in": "header",
    "name": "X-Device-Id",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{22,255}$"},
    "description": "The device's secret name; another device's upload does not exist.",
}
_OFFSET = {"in": "header", "name": "Upload-Offset", "required": True, "schema": {"type": "integer", "minimum": 0}}
_LENGTH = {"in": "header", "name": "Upload-Length", "required": True, "schema": {"type": "integer", "minimum": 0}}
_METADATA = {"in": "header", "name": "Upload-Metadata", "required": False, "schema": {"type": "string"}}
_CHECKSUM = {"in": "header", "name": "Upload-Checksum", "required": False, "schema": {"type": "string"}}
_OVERRIDE = {
    "in": "header",
    "name": "X-HTTP-Method-Override",
    "required": True,
    "schema": {"type": "string", "enum": ["PATCH", "DELETE"]},
}
_BODY = {tus.CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}
_WORDS = {
    400: "A header is missing or cannot be read, or the body was cut off (what arrived stays).",
    401: "No usable X-Device-Id.",
    404: "No such upload, or another device's.",
    409: "Upload-Offset is not where we are; `offset` is.",
    410: "Its 24 hours are over, or it was deleted.",
    412: "Tus-Resumable is not 1.0.0.",
    413: "More than Tus-Max-Size, or than Upload-Length.",
    415: f"Content-Type is not {tus.CONTENT_TYPE}.",
    429: "Enough for today from this device, or for this minute from this device or address: see `Retry-After`.",
    460: "Upload-Checksum is not that of the body; nothing of it is kept.",
    503: "No room, or no database, for now.",
}
_PROBLEM = {"application/problem+json": {"schema": {"type": "object"}}}
_OF_ONE = (400, 401, 404, 410, 412, 429, 503)
_TAKING = (*_OF_ONE, 409, 413, 415, 460)


def _operation(
    summary: str, status: int, problems: Sequence[int], *parameters: Operation, body: str | None = None
) -> Operation:
    """Return the arguments of a route."""
    extra: Operation = {"parameters": [_TUS, _DEVICE, *parameters]} if parameters or problems else {}
    if body is not None:
        extra["requestBody"] = {"content": _BODY, "required": body == "required"}
    return {
        "summary": summary,
        "status_code": status,
        "responses": {one: {"description": _WORDS[one], "content": _PROBLEM} for one in sorted(problems)},
        "openapi_extra": extra,
    }


OPTIONS = _operation("What this server of tus can do", 204, ())
CREATE = _operation(
    "Announce an upload, perhaps with its first bytes",
    201,
    (400, 401, 412, 413, 415, 429, 460, 503),
    _LENGTH,
    _METADATA,
    _CHECKSUM,
    body="optional",
)
HEAD = _operation("How much has arrived", 200, _OF_ONE)
PATCH = _operation("Send the next bytes", 204, _TAKING, _OFFSET, _CHECKSUM, body="required")
OVERRIDE = _operation("The same for clients that cannot send PATCH or DELETE", 204, _TAKING, _OVERRIDE, body="optional")
DELETE = _operation("Take an upload back", 204, _OF_ONE)
