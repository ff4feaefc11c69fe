"""The OpenAPI document tells the truth: requests drawn from it, and answers held against it (schemathesis)."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok

from deploy.contracts import openapi
from tests.channels.serving import serving


@schemathesis.serializer("application/offset+octet-stream")
def _octets(_context, value):
    return value if isinstance(value, bytes) else str(value).encode()


DOCUMENT = schemathesis.openapi.from_dict(openapi.document("intake"))
OPERATIONS = {
    found.label: found for result in DOCUMENT.get_all_operations() if isinstance(result, Ok) for found in [result.ok()]
}
TRUTHS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
few = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def address(workshop) -> Iterator[str]:
    """Intake on loopback, in a thread with a loop of its own: schemathesis waits for answers in this one."""
    ready: Future[str] = Future()
    stopping: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        stopping.set_result((asyncio.get_running_loop(), stop))
        async with workshop.app() as app, serving(app) as found:
            ready.set_result(found)
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    yield ready.result(timeout=20)
    loop, stop = stopping.result()
    loop.call_soon_threadsafe(stop.set)
    thread.join()


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_the_document_says(label, address):
    @few
    @given(case=OPERATIONS[label].as_strategy())
    def hold(case: Case[Any]) -> None:
        case.validate_response(case.call(base_url=address, timeout=10), checks=TRUTHS)

    hold()


DEVICE = {"X-Device-Id": "uJ2vX0cQ9mZ4rT7yB1nK5w"}
TUS = {**DEVICE, "Tus-Resumable": "1.0.0"}
OCTETS = {"Content-Type": "application/offset+octet-stream"}


def test_what_goes_well_is_as_the_document_says(address):
    """What no drawn request reaches: a device that submits, looks, writes and uploads."""

    def call(label: str, status: int, **given: Any) -> Any:
        case = OPERATIONS[label].Case(**given)
        response = case.call(base_url=address, timeout=10)
        case.validate_response(response, checks=TRUTHS)
        assert response.status_code == status, response.text
        return response

    form, key = {"text": "Jalan rusak di Contohsari"}, {**DEVICE, "Idempotency-Key": "key-openapi-0001"}
    json_body: dict[str, Any] = {"media_type": "application/json"}
    receipt = call("POST /v1/complaints", 201, body=form, headers=key, **json_body).json()
    named = {"ticket": receipt["ticket"]}
    path = "/v1/me/complaints/{ticket}"
    call(f"POST {path}/messages", 201, body=form, headers=key, path_parameters=named, **json_body)
    call("GET /v1/me/complaints", 200, headers=DEVICE)
    call(f"GET {path}", 200, headers=DEVICE, path_parameters=named)
    call(f"POST {path}/rating", 409, body={"rating": 5}, headers=DEVICE, path_parameters=named, **json_body)
    call("PUT /v1/me/push-token", 204, body={"token": "t" * 40}, headers=DEVICE, **json_body)
    call("DELETE /v1/me/push-token", 204, headers=DEVICE)
    call("GET /v1/complaints/{ticket}", 200, path_parameters=named)
    page = {**form, "seconds_to_fill": 20}
    call("POST /v1/web/complaints", 201, body=page, headers={"Idempotency-Key": "key-openapi-0002"}, **json_body)
    where = call("POST /v1/uploads", 201, headers={**TUS, "Upload-Length": "4"}).headers["location"][0]
    one = {"upload_id": where.rpartition("/")[2]}
    octets: dict[str, Any] = {"media_type": OCTETS["Content-Type"], "body": b"\xff\xd8\xff\xe0"}
    told = {**TUS, **OCTETS, "Upload-Offset": "0"}
    call("PATCH /v1/uploads/{upload_id}", 204, headers=told, path_parameters=one, **octets)
    call("HEAD /v1/uploads/{upload_id}", 200, headers=TUS, path_parameters=one)
    call("DELETE /v1/uploads/{upload_id}", 204, headers=TUS, path_parameters=one)


def test_the_document_names_every_address_once_and_well():
    names = [operation.definition.raw["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    assert all(operation.definition.raw["summary"] for operation in OPERATIONS.values())
