"""How Meta is addressed: the two doors and the short plain-text answers."""

from collections.abc import Mapping, Sequence

from shared.channels.protocol import Answer, Door, RefusedError

RECEIVED = Answer(status=200, body=b"EVENT_RECEIVED")

_MAX_BODY = 4 * 1024 * 1024
"""Meta puts up to 1,000 updates into one request; a long comment with its names is under 4 kB."""

_RESPONSES: Mapping[str, object] = {
    "200": {"description": "Everything in the request is stored.", "content": {"text/plain": {}}},
    "401": {"description": "The signature is missing."},
    "403": {"description": "The signature is wrong."},
}


def meta_doors(path: str, name: str) -> Sequence[Door]:
    """Return the handshake's and the delivery's door of one Meta channel."""
    return (
        Door(
            method="GET",
            path=path,
            purpose="handshake",
            summary=f"Meta verifies the callback address of {name}",
            max_body=0,
            operation={
                "parameters": [_parameter("query", f"hub.{part}") for part in ("mode", "challenge", "verify_token")],
                "responses": {
                    "200": {"description": "The challenge, as it came.", "content": {"text/plain": {}}},
                    "403": {"description": "The mode or the verify token is wrong."},
                },
            },
        ),
        Door(
            method="POST",
            path=path,
            summary=f"Meta delivers what happened on {name}",
            max_body=_MAX_BODY,
            operation={
                "parameters": [_parameter("header", "X-Hub-Signature-256")],
                "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": _RESPONSES,
            },
        ),
    )


def refuse_plainly(error: RefusedError) -> Answer:
    """Say no in one line of plain text."""
    return Answer(status=error.status, body=error.detail.encode("utf-8", "replace"))


def _parameter(where: str, name: str) -> Mapping[str, object]:
    return {"in": where, "name": name, "required": True, "schema": {"type": "string"}}
