"""For the operator: alive, ready, and figures that only the machine itself or the token's bearer may read."""

import asyncio

import pytest

from gateway import health
from gateway.app import create_app
from shared.core.service import ServiceApp
from shared.db import Database
from shared.http.client import ASGITransport, AsyncClient

TOKEN = "f1e2d3c4b5a697887766554433221100"


async def _nothing() -> None:
    return None


async def _never() -> None:
    await asyncio.sleep(60)


def client(*, host: str = "127.0.0.1", token: str | None = None, **checks: object) -> AsyncClient:
    app = create_app([ServiceApp(name="test", checks=checks, close=_nothing)], metrics_token=token)  # type: ignore[arg-type]
    return AsyncClient(transport=ASGITransport(app=app, client=(host, 5000)), base_url="http://gate")


async def test_a_service_that_runs_is_alive_and_ready():
    async with client(database=_nothing) as http:
        assert (await http.get("/health/live")).json() == {"status": "alive"}
        ready = await http.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "failing": []})


async def test_what_is_away_or_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(health, "_PATIENCE_S", 0.2)
    away = Database("postgresql://nobody:nothing-at-all@127.0.0.1:1/none", application="test")
    async with client(database=away.ping, kafka=_never, disk=_nothing) as http:
        ready = await http.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json() == {"ready": False, "failing": ["test.database", "test.kafka"]}
    assert "nothing-at-all" not in ready.text


async def test_a_database_that_is_there_is_ready(database_urls):
    database = Database(database_urls["intake"], application="test")
    async with client(database=database.ping) as http:
        assert (await http.get("/health/ready")).status_code == 200
    await database.close()


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, 404),
        ("127.0.0.1", {"x-real-ip": "127.0.0.1"}, 404),
        ("127.0.0.1", {"via": "1.1 proxy"}, 404),
        ("10.0.0.7", {"x-forwarded-for": "127.0.0.1"}, 404),
    ],
)
async def test_without_a_token_figures_are_for_a_direct_caller_on_the_same_machine(host, headers, status):
    async with client(host=host) as http:
        answer = await http.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("ntbcare_door_outcomes_total" in answer.text) == (status == 200)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}".encode(), 200),
        (b"", 404),
        (b"Bearer", 404),
        (b"Bearer wrong", 404),
        (TOKEN.encode(), 404),
        (b"Bearer \xff\xfe", 404),
    ],
)
async def test_with_a_token_figures_are_for_its_bearer_wherever_it_calls_from(given, status):
    for host in ("127.0.0.1", "10.0.0.7"):
        async with client(host=host, token=TOKEN) as http:
            answer = await http.get("/metrics", headers=[(b"authorization", given)])
        assert answer.status_code == status
        assert answer.status_code == 200 or answer.json()["code"] == "not_found"


async def test_the_operators_addresses_are_not_in_the_public_document():
    async with client() as http:
        paths = (await http.get("/openapi.json")).json()["paths"]
    assert paths == {}
