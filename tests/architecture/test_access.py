"""Every address of the house has a decision about who may call it, and keeps to it."""

import json
import secrets

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from deploy.cli.serve import available_services, build_service
from gateway.app import create_app
from services.casework.rules import MOVERS, scope
from shared.channels import available_channels, load_channel
from shared.core.ids import new_id
from shared.core.service import ServeOptions
from shared.http.client import ASGITransport, AsyncClient
from shared.security import Principal, Role, new_key_pair
from tests.architecture.access import ACCESS
from tests.architecture.sources import ROOT


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Settings with which every service can be built: nothing is opened, and nothing listens at these addresses."""
    folder = tmp_path_factory.mktemp("access")
    keys = new_key_pair()
    settings = {
        "NTBCARE_ENV_FILE": str(folder / "no.env"),
        "NTBCARE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "NTBCARE_INTAKE_ATTACHMENTS": str(folder / "attachments"),
        "NTBCARE_INTAKE_VAULT_KEYS": secrets.token_hex(32),
        "NTBCARE_INTAKE_ACCESS_CODE_KEY": secrets.token_hex(32),
        "NTBCARE_IDENTITY_SIGNING_KEY": keys.signing_key,
        "NTBCARE_IDENTITY_VAULT_KEYS": secrets.token_hex(32),
        "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": keys.public_key,
        "NTBCARE_GATEWAY_METRICS_TOKEN": secrets.token_hex(16),
        "NTBCARE_REPLIES_VAULT_KEYS": secrets.token_hex(32),
        "NTBCARE_FACEBOOK_PAGE_TOKENS": json.dumps({"1001": secrets.token_hex(16)}),
        "NTBCARE_INSTAGRAM_ACCOUNT_TOKENS": json.dumps({"2001": secrets.token_hex(16)}),
        "NTBCARE_SMS_SENDSMS_PASSWORD": secrets.token_hex(16),
        "NTBCARE_LAPOR_BASE_URL": "http://127.0.0.1:1",
        "NTBCARE_LAPOR_AUTH": secrets.token_hex(16),
        "NTBCARE_LAPOR_TOKEN": secrets.token_hex(16),
        "NTBCARE_LAPOR_USER_ID": "1",
        "NTBCARE_LAPOR_CHANNEL_ID": "1",
        "NTBCARE_LAPOR_INSTITUTION_ID": "1",
    }
    for service in available_services():
        settings[f"NTBCARE_{service.upper()}_DATABASE_URL"] = (
            f"postgresql://{service}:{secrets.token_hex(16)}@127.0.0.1:1/none"
        )
    for channel in available_channels():
        fixtures = ROOT / "channel_adapters" / channel / "fixtures" / "env.json"
        settings |= json.loads(fixtures.read_text(encoding="utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        yield settings


@pytest.fixture(scope="module")
def app(environment) -> FastAPI:
    services = [build_service(name, ServeOptions()) for name in available_services()]
    return create_app(services, metrics_token=environment["NTBCARE_GATEWAY_METRICS_TOKEN"])


@pytest.fixture
async def http(app):
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://door") as client:
        yield client


def routes(app: FastAPI) -> set[tuple[str, str]]:
    contexts = iter_route_contexts(app.routes)
    return {(method, str(one.path)) for one in contexts for method in one.methods or () if method != "HEAD"}


def test_every_route_has_a_decision_about_who_may_call_it(app):
    assert routes(app) - ACCESS.keys() == set(), "add a row to tests/architecture/access.py, with the reason"


def test_every_decision_is_about_a_route(app):
    assert ACCESS.keys() - routes(app) == set(), "this route is gone: take its row away"


def test_every_decision_has_a_reason_and_officers_have_roles():
    for row in ACCESS.values():
        assert len(row.reason) > 10
        assert bool(row.roles) == (row.kind == "officer")


def test_a_door_is_public_exactly_where_the_table_says_so(environment):
    doors = [door for name in available_channels() for door in load_channel(name).doors]
    kinds = {(door.method, door.path): "public" if door.public else "provider-signed" for door in doors}
    assert kinds == {key: ACCESS[key].kind for key in kinds}
    assert {key for key, row in ACCESS.items() if row.kind == "provider-signed"} <= kinds.keys()


def rows(kind: str):
    return [key for key, row in ACCESS.items() if row.kind == kind]


@pytest.mark.parametrize(("method", "path"), rows("officer"))
async def test_an_officers_address_asks_who_is_there(http, method, path):
    answer = await http.request(
        method,
        path.replace("{ticket}", "NTB-0000-00000")
        .replace("{attachment_id}", str(new_id()))
        .replace("{session_id}", str(new_id()))
        .replace("{reply_id}", str(new_id()))
        .replace("{step_id}", str(new_id()))
        .replace("{notice_id}", str(new_id())),
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), rows("provider-signed"))
async def test_a_providers_address_refuses_a_stranger(http, method, path):
    answer = await http.request(method, path.replace("{token}", "a-strangers-guess"))
    assert answer.status_code in {401, 403}


@pytest.mark.parametrize(("method", "path"), rows("citizen"))
async def test_a_citizens_address_asks_for_a_credential(http, method, path):
    document = {"rating": 5} if "rating" in path else {"token": "t" * 40} if "push" in path else None
    path = path.replace("{ticket}", "NTB-0000-00000").replace("{upload_id}", "0")
    headers = {"tus-resumable": "1.0.0", "x-http-method-override": "DELETE"} if "uploads" in path else {}
    answer = await http.request(method, path, headers=headers, json=document)
    assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), rows("operator"))
async def test_an_operators_address_does_not_exist_for_others(http, method, path):
    answer = await http.request(method, path, headers={"authorization": "Bearer a-strangers-guess"})
    assert answer.status_code == 404


def test_the_roles_in_the_table_are_those_of_caseworks_rules():
    seeing = {role for role in Role if scope(Principal(account_id=new_id(), role=role, agencies=())) is not None}
    assert ACCESS["GET", "/v1/cases"].roles == ACCESS["GET", "/v1/cases/{ticket}"].roles == seeing
    for move, roles in MOVERS.items():
        address = ("POST", f"/v1/cases/{{ticket}}/{move}")
        assert address not in ACCESS or ACCESS[address].roles == roles
