"""Signing in through a provider: whom it knows and we have allowed, and nobody by a forged word."""

import secrets
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.app import create_app
from services.identity import app as identity
from services.identity.oidc import service as oidc
from services.identity.oidc.endpoints import COOKIE
from services.identity.service import IdentityService
from shared.core.errors import ConflictError
from shared.core.service import ServeOptions
from shared.core.settings import SettingsError
from shared.http.client import ASGITransport, AsyncClient, Response
from shared.security import Role
from shared.testing.oidc import Fault, StandIn

ISSUER = "https://sso.test/realms/ntb"
CALLBACK = "https://door/v1/sessions/oidc/callback"


@pytest.fixture(scope="module")
def provider():
    return StandIn(ISSUER, client_id="ntbcare", client_secret=secrets.token_hex(16), redirect_url=CALLBACK)


@pytest.fixture(scope="module")
async def door(settings, provider):
    """Identity with a provider; yields what makes browsers."""
    named = {"ISSUER": ISSUER, "CLIENT_ID": "ntbcare", "CLIENT_SECRET": provider._client[1], "REDIRECT_URL": CALLBACK}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in named.items():
            patch.setenv(f"NTBCARE_IDENTITY_OIDC_{name}", value)
        asking = AsyncClient(transport=ASGITransport(app=provider.app))
        service = identity.build(ServeOptions(), provider_http=asking)
    app = create_app([service])
    yield lambda: AsyncClient(transport=ASGITransport(app=app, raise_app_exceptions=False), base_url="https://door")
    await service.close()


@pytest.fixture
async def browser(door, provider):
    provider.user, provider.fault = {"sub": secrets.token_hex(4)}, None
    async with door() as client:
        yield client


async def there(browser: AsyncClient, provider: StandIn) -> dict[str, str]:
    """Go to the provider and sign in there; return what comes back in the address."""
    going = await browser.get("/v1/sessions/oidc")
    assert going.status_code == 302, going.text
    async with AsyncClient(transport=ASGITransport(app=provider.app)) as outside:
        answer = await outside.get(going.headers["location"])
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def sign_in(browser: AsyncClient, provider: StandIn) -> Response:
    return await browser.get("/v1/sessions/oidc/callback", params=await there(browser, provider))


@pytest.fixture
def allow(pool):
    async def act(username, claim, value):
        async with pool.transaction() as tx:
            await oidc.allow(tx, IdentityService(actor="cli:test"), username, claim, value)

    return act


async def test_whoever_is_allowed_by_a_claim_is_bound_once_and_known_by_subject_from_then_on(
    browser, provider, officer, allow
):
    await officer("made", role=Role.INSPECTORATE)
    await allow("made", "email", "Made@NTB.example")
    provider.user |= {"email": "made@ntb.example", "email_verified": True}
    answer = await sign_in(browser, provider)
    assert answer.status_code == 200, answer.text
    session = answer.json()
    assert (session["role"], session["agencies"]) == ("inspectorate", [])
    me = await browser.get("/v1/sessions/me", headers={"Authorization": f"Bearer {session['token']}"})
    assert me.json()["username"] == "made"
    provider.user |= {"email": "another@ntb.example"}
    assert (await sign_in(browser, provider)).status_code == 200
    provider.user = {"sub": "somebody else", "email": "made@ntb.example", "email_verified": True}
    assert (await sign_in(browser, provider)).json()["code"] == "oidc_unknown"


async def test_whoever_an_account_was_before_is_signed_out_when_another_is_allowed(browser, provider, officer, allow):
    await officer("berganti")
    await allow("berganti", "sub", provider.user["sub"])
    before = (await sign_in(browser, provider)).json()
    await allow("berganti", "sub", "somebody new")
    renewed = await browser.post("/v1/sessions/refresh", json={"refresh": before["refresh"]})
    assert (renewed.status_code, renewed.json()["code"]) == (401, "session_over")


@pytest.mark.parametrize(
    ("claim", "value", "told"),
    [
        ("preferred_username", "baiq.r", {"preferred_username": "Baiq.R"}),
        ("sub", "9a0c", {"sub": "9a0c"}),
    ],
)
async def test_a_name_or_a_subject_may_be_allowed_too(browser, provider, officer, allow, claim, value, told):
    await officer(f"oleh-{claim}")
    await allow(f"oleh-{claim}", claim, value)
    provider.user |= told
    assert (await sign_in(browser, provider)).status_code == 200


async def test_an_address_that_the_provider_has_not_verified_opens_nothing(browser, provider, officer, allow, sql):
    account_id = await officer("palsu")
    await allow("palsu", "email", "palsu@ntb.example")
    for verified in (False, "true", None):
        provider.user |= {"email": "palsu@ntb.example", "email_verified": verified}
        assert (await sign_in(browser, provider)).json()["code"] == "oidc_unknown"
    assert await sql.fetchval("SELECT count(*) FROM identity.oidc_allowance WHERE account_id = $1", account_id) == 1


async def test_nobody_is_made_an_officer_by_the_provider(browser, provider, sql):
    before = await sql.fetchval("SELECT count(*) FROM identity.account")
    provider.user |= {"email": "baru@ntb.example", "email_verified": True, "role": "inspectorate"}
    answer = await sign_in(browser, provider)
    assert (answer.status_code, answer.json()["code"]) == (403, "oidc_unknown")
    assert await sql.fetchval("SELECT count(*) FROM identity.account") == before


async def test_a_disabled_officer_is_not_let_in(browser, provider, officer, allow, admin):
    await officer("keluar")
    await allow("keluar", "sub", provider.user["sub"])
    assert (await sign_in(browser, provider)).status_code == 200
    await admin("disable_officer", "keluar")
    assert (await sign_in(browser, provider)).json()["code"] == "oidc_unknown"


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.filterwarnings("ignore:JWS algorithm")
async def test_a_forged_word_of_the_provider_is_refused(browser, provider, officer, allow, sql, fault):
    name = f"forged-{fault.name.lower()}".replace("_", "-")
    account_id = await officer(name)
    await allow(name, "sub", provider.user["sub"])
    provider.fault = fault
    answer = await sign_in(browser, provider)
    assert (answer.status_code, answer.json()["code"]) == (401, "oidc_refused")
    assert await sql.fetchval("SELECT count(*) FROM identity.session WHERE account_id = $1", account_id) == 0


async def test_new_keys_of_the_provider_are_asked_for(browser, provider, officer, allow):
    await officer("kunci-baru")
    await allow("kunci-baru", "sub", provider.user["sub"])
    assert (await sign_in(browser, provider)).status_code == 200
    provider.change_keys()
    assert (await sign_in(browser, provider)).status_code == 200


async def test_only_the_browser_that_set_out_comes_back_and_only_once(browser, door, provider, officer, allow):
    await officer("pergi")
    await allow("pergi", "sub", provider.user["sub"])
    back = await there(browser, provider)
    callback = "/v1/sessions/oidc/callback"
    async with door() as stranger:
        assert (await stranger.get(callback, params=back)).json()["code"] == "oidc_refused"
        await there(stranger, provider)
        assert (await stranger.get(callback, params=back)).json()["code"] == "oidc_refused"
    for wrong in ({"state": "x" * 48}, {"state": ""}, {"code": "made up"}):
        assert (await browser.get(callback, params=back | wrong)).json()["code"] == "oidc_refused"
    held = browser.cookies[COOKIE]
    assert (await browser.get(callback, params=back)).status_code == 200
    assert COOKIE not in browser.cookies
    replayed = await browser.get(callback, params=back, headers={"cookie": f"{COOKIE}={held}"})
    assert replayed.json()["code"] == "oidc_refused"


async def test_what_the_browser_carries_is_closed_to_scripts_and_to_eyes(browser, provider):
    answer = await browser.get("/v1/sessions/oidc")
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/v1/sessions/oidc"))
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["state"][0] not in cookie
    assert "code_verifier" not in asked


async def test_a_claim_is_allowed_to_one_account(officer, allow):
    await officer("satu")
    await officer("dua-akun")
    await allow("satu", "email", "bersama@ntb.example")
    with pytest.raises(ConflictError, match="akun lain"):
        await allow("dua-akun", "email", "Bersama@ntb.example")


async def test_without_a_provider_nobody_is_sent_anywhere(http):
    for path in ("/v1/sessions/oidc", "/v1/sessions/oidc/callback"):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "oidc_off")


async def test_a_provider_that_is_away_is_said_to_be(settings, monkeypatch):
    named = {"ISSUER": ISSUER, "CLIENT_ID": "x", "CLIENT_SECRET": secrets.token_hex(16), "REDIRECT_URL": CALLBACK}
    for name, value in named.items():
        monkeypatch.setenv(f"NTBCARE_IDENTITY_OIDC_{name}", value)
    empty = AsyncClient(transport=ASGITransport(app=create_app([])))
    service = identity.build(ServeOptions(), provider_http=empty)
    async with AsyncClient(transport=ASGITransport(app=create_app([service])), base_url="https://door") as browser:
        answer = await browser.get("/v1/sessions/oidc")
    await service.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "oidc_away")


@pytest.mark.parametrize(
    ("name", "value"), [("CLIENT_SECRET", None), ("ISSUER", "http://sso.test/realms/ntb"), ("SCOPES", "profile email")]
)
def test_half_a_provider_stops_the_start(settings, monkeypatch, name, value):
    named = {"ISSUER": ISSUER, "CLIENT_ID": "x", "CLIENT_SECRET": secrets.token_hex(16), "REDIRECT_URL": CALLBACK}
    for one, given in (named | {name: value}).items():
        if given is not None:
            monkeypatch.setenv(f"NTBCARE_IDENTITY_OIDC_{one}", given)
    with pytest.raises(SettingsError):
        identity.build(ServeOptions())
