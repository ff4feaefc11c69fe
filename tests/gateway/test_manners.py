"""The gateway's manners: problem documents, headers, an id for each request, and no error that shows itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import StreamingResponse
from prometheus_client import REGISTRY
from pydantic import BaseModel, ConfigDict
from structlog.testing import capture_logs

from gateway.app import create_app
from shared.core.errors import ConflictError, TooManyRequestsError, UnauthenticatedError
from shared.core.service import ServiceApp
from shared.db import DatabaseUnavailableError
from shared.http.client import ASGITransport, AsyncClient

PERSONAL = "Lalu Contohsari 0819"


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int


def _router() -> APIRouter:
    router = APIRouter()

    @router.get("/broken/{token}")
    async def broken(token: str) -> None:
        raise RuntimeError(PERSONAL)

    @router.get("/half")
    async def half() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"the first half"
            raise RuntimeError(PERSONAL)

        return StreamingResponse(parts())

    @router.get("/away")
    async def away() -> None:
        raise DatabaseUnavailableError("ConnectionRefusedError")

    @router.get("/conflict")
    async def conflict() -> None:
        raise ConflictError("already_taken", "Sudah diambil", "oleh petugas lain", version=7)

    @router.get("/busy")
    async def busy() -> None:
        raise TooManyRequestsError("rate_limited", "Terlalu banyak")

    @router.get("/who")
    async def who() -> None:
        raise UnauthenticatedError("no_token", "Masuk dulu")

    @router.post("/form")
    async def form(form: Form) -> int:
        return form.number

    @router.post("/echo")
    async def echo(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    return router


async def _nothing() -> None:
    return None


@pytest.fixture
def app() -> FastAPI:
    return create_app([ServiceApp(name="test", router=_router(), own_bodies=["/echo"], close=_nothing)])


@pytest.fixture
async def http(app):
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://gate") as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "header"),
    [
        ("GET", "/conflict", 409, "already_taken", None),
        ("GET", "/busy", 429, "rate_limited", ("retry-after", "5")),
        ("GET", "/away", 503, "unavailable", ("retry-after", "5")),
        ("GET", "/who", 401, "no_token", ("www-authenticate", "Bearer")),
        ("GET", "/nowhere", 404, "not_found", None),
        ("GET", "/form/", 404, "not_found", None),
        ("DELETE", "/form", 405, "method_not_allowed", ("allow", "POST")),
        ("GET", "/broken/x", 500, "internal_error", None),
        ("POST", "/form", 422, "invalid_request", None),
    ],
)
async def test_every_problem_is_a_document_that_is_counted_once(method, path, status, code, header, http):
    before = _problems(code)
    answer = await http.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"urn:ntbcare:problem:{code}")
    assert problem["title"]
    assert header is None or answer.headers[header[0]] == header[1]
    assert _problems(code) == before + 1


def _problems(code: str) -> float:
    return REGISTRY.get_sample_value("ntbcare_http_problems_total", {"code": code}) or 0


async def test_a_problem_may_have_a_detail_and_members_of_its_own(http):
    problem = (await http.get("/conflict")).json()
    assert (problem["detail"], problem["version"]) == ("oleh petugas lain", 7)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"number": "x"}', "#/number"),
        (b'{"number": 1, "a/b~c": 2}', "#/a~1b~0c"),
        (b'{"number": 1, "\\ud800": 2}', None),
        (b'{"number": 1, "\\u0000": 2}', None),
        (b"{", None),
    ],
)
async def test_a_wrong_field_is_pointed_at_whatever_it_is_called(body, pointer, http):
    answer = await http.post("/form", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert pointer is None or error["pointer"] == pointer
    assert "\x00" not in error["pointer"]


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"number": ' + b"9" * 5000 + b"}"])
async def test_json_that_no_parser_takes_is_the_callers_fault(body, http):
    answer = await http.post("/form", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unexpected_error_shows_nothing_of_itself_and_is_logged_by_its_place(http):
    with capture_logs() as logs:
        answer = await http.get("/broken/my-secret-token")
    assert answer.status_code == 500
    said = json.dumps(logs) + answer.text
    assert not any(word in said for word in (PERSONAL, "Traceback", "my-secret-token"))
    [failed] = [line for line in logs if line["event"] == "request.failed"]
    assert (failed["error"], failed["file"]) == ("RuntimeError", __file__)
    [request] = [line for line in logs if line["event"] == "request"]
    assert (request["route"], request["status"]) == ("/broken/{token}", 500)


async def test_an_error_after_the_first_half_of_an_answer_ends_it_there_and_is_logged_without_its_text(app, caplog):
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(part: Any) -> None:
        sent.append(part)

    scope = {"type": "http", "method": "GET", "path": "/half", "query_string": b"", "headers": []}
    with capture_logs() as logs:
        await app(scope, receive, send)
    assert [part.get("body") for part in sent] == [None, b"the first half"]
    assert sent[-1]["more_body"], "an answer that breaks off must not look complete"
    assert "request.failed" in [line["event"] for line in logs]
    assert PERSONAL not in json.dumps(logs) + caplog.text


@pytest.mark.parametrize("path", ["/conflict", "/broken/x", "/nowhere", "/health/live"])
async def test_every_answer_has_security_headers_and_an_id_of_its_own(path, http):
    one, other = await http.get(path), await http.get(path, headers={"x-request-id": "chosen by the caller"})
    for answer in (one, other):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert UUID(answer.headers["x-request-id"]).version == 7
    assert one.headers["x-request-id"] != other.headers["x-request-id"]


async def test_an_unknown_path_is_not_repeated_in_the_log(http):
    with capture_logs() as logs:
        await http.get("/channels/sms/kannell/my-secret-token%0Aforged=line")
    assert "my-secret-token" not in json.dumps(logs)
    assert [line["route"] for line in logs if line["event"] == "request"] == ["unmatched"]


async def test_a_body_passes_byte_for_byte(http):
    assert (await http.post("/echo", content=bytes(range(256)) * 1000)).json() == {"size": 256_000}


async def test_a_body_larger_than_any_command_is_refused_before_it_is_held_in_memory():
    app = create_app([ServiceApp(name="test", router=_router(), close=_nothing)])
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://gate") as client:
        assert (await client.post("/echo", content=bytes(64 * 1024))).json() == {"size": 65_536}
        answer = await client.post("/echo", content=bytes(64 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_the_services_are_closed_when_the_application_stops():
    closed: list[str] = []

    async def close() -> None:
        closed.append("test")

    app = create_app([ServiceApp(name="test", close=close)])
    async with app.router.lifespan_context(app):
        assert closed == []
    assert closed == ["test"]
