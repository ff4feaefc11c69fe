"""The door of our service lapor."""

from typing import Any

from channel_adapters._form.operations import header, problem, schema_of
from channel_adapters.lapor.payloads import LaporComplaint, Taken
from shared.channels.protocol import Door
from shared.security.signed import SIGNATURE, TIMESTAMP

_LARGEST_BODY = 256 * 1024
_PROBLEMS = {
    "400": "Not JSON.",
    "401": "A header is missing that proves the sender.",
    "403": "The signature is wrong, or older than five minutes.",
    "408": "The body never came to its end.",
    "413": "The body is larger than 256 kB.",
    "415": "Not application/json.",
    "422": "A field is wrong (`pointer` names it).",
    "500": "A mistake of ours: the request is kept for a replay; send it again later.",
    "503": "Not stored; send it again.",
}


def _stored(description: str) -> dict[str, Any]:
    schema = schema_of(Taken, mode="serialization")
    return {"description": description, "content": {"application/json": {"schema": schema}}}


COMPLAINTS = Door(
    method="POST",
    path="/channels/lapor/complaints",
    summary="Hand over a complaint that LAPOR! has given to the province",
    max_body=_LARGEST_BODY,
    operation={
        "operationId": "takeFromLapor",
        "parameters": [
            header(TIMESTAMP, "When it was signed, in seconds since 1970.", required=True, pattern="^[0-9]{1,12}$"),
            header(
                SIGNATURE,
                "`sha256=` and the HMAC-SHA256 of `<timestamp>.<body>`.",
                required=True,
                pattern="^sha256=[0-9a-f]{64}$",
            ),
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema_of(LaporComplaint)}}},
        "responses": {
            "200": _stored("This number had come before: the complaint that was made of it then."),
            "201": _stored("Stored as a complaint of its own."),
            **{status: problem(words) for status, words in _PROBLEMS.items()},
        },
    },
)
