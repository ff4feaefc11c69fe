"""Sessions: renewed by a secret that changes, and over when they should be."""

import asyncio
import secrets
from typing import Any

import pytest

from services.identity.proving import Prover
from services.identity.rules import Limits, coarse_agent
from services.identity.sessions.service import Opened, SessionService
from shared.http.client import AsyncClient, Response
from shared.security.vault import VaultKeys

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


def bearer(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['token']}"}


async def refresh(http: AsyncClient, secret: str) -> Response:
    return await http.post("/v1/sessions/refresh", json={"refresh": secret})


async def test_a_session_is_renewed_by_a_secret_that_is_good_once(http, signed_in):
    first = await signed_in("segar")
    second = (await refresh(http, first["refresh"])).json()
    assert second["session_id"] == first["session_id"]
    assert second["ends_at"] == first["ends_at"]
    assert second["refresh"] != first["refresh"]
    third = await refresh(http, second["refresh"])
    assert third.status_code == 200
    assert (await http.get("/v1/sessions/me", headers=bearer(third.json()))).status_code == 200


async def test_a_secret_that_comes_twice_ends_the_session_for_both(http, signed_in, sql):
    first = await signed_in("dicuri")
    second = (await refresh(http, first["refresh"])).json()
    await sql.execute("UPDATE identity.refresh_secret SET used_at = used_at - interval '11 seconds'")
    again = await refresh(http, first["refresh"])
    assert (again.status_code, again.json()["code"]) == (401, "session_over")
    assert (await refresh(http, second["refresh"])).status_code == 401
    assert (await http.get("/v1/sessions/me", headers=bearer(second))).status_code == 401
    acts = "SELECT act FROM identity.event_log JOIN identity.account a ON a.id = account_id WHERE a.username = $1"
    assert "session.reused" in [row["act"] for row in await sql.fetch(acts, "dicuri")]


async def test_two_tabs_that_renew_at_the_same_moment_sign_nobody_out(http, signed_in):
    session = await signed_in("kembar")
    answers = await asyncio.gather(*(refresh(http, session["refresh"]) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    one, other = (answer.json() for answer in answers)
    assert one["refresh"] != other["refresh"]
    for tab in (one, other):
        assert (await refresh(http, tab["refresh"])).status_code == 200


async def test_a_secret_is_good_again_only_shortly_after_its_first_use(http, signed_in, sql):
    session = await signed_in("sebentar")
    for _ in range(2):
        assert (await refresh(http, session["refresh"])).status_code == 200
        await sql.execute("UPDATE identity.refresh_secret SET used_at = used_at - interval '6 seconds'")
    assert (await refresh(http, session["refresh"])).status_code == 401, "the second use does not prolong it"


@pytest.mark.parametrize("secret", ["", "ntbr_", "ntbr_" + "0" * 72, "ntbc_" + "0" * 72, "ntbr_é"])
async def test_a_secret_that_is_none_renews_nothing(http, secret):
    assert (await refresh(http, secret)).json()["code"] == "session_over"


@pytest.fixture
def service(hands):
    limits = Limits()
    return SessionService(Prover(VaultKeys([secrets.token_hex(16)]), hands), limits=limits, clock=hands)


@pytest.mark.parametrize(("minutes", "renewals", "alive"), [(59, 3, True), (60, 1, False), (50, 15, False)])
async def test_a_session_ends_when_it_lies_idle_and_after_an_office_day(
    service, hands, pool, officer, password, minutes, renewals, alive
):
    name = f"jam-{minutes}"
    await officer(name)
    async with pool.transaction() as tx:
        opened = await service.sign_in(tx, name, password, address="192.0.2.1")
    for _ in range(renewals):
        assert isinstance(opened, Opened)
        hands.move(minutes=minutes)
        async with pool.transaction() as tx:
            opened = await service.refresh(tx, opened.refresh)
    assert (opened is not None) == alive


async def test_an_officer_sees_where_they_are_signed_in_and_ends_one_of_them(http, officer, password):
    await officer("dua")
    given = {"username": "dua", "password": password}
    here, there = [
        (await http.post("/v1/sessions", json=given, headers={"user-agent": agent})).json()
        for agent in (FIREFOX, "curl/8")
    ]
    shown = (await http.get("/v1/sessions", headers=bearer(here))).json()["sessions"]
    assert [(one["id"], one["current"], one["agent"]) for one in shown] == [
        (there["session_id"], False, "lainnya"),
        (here["session_id"], True, "Firefox, Windows"),
    ]
    ended = await http.delete(f"/v1/sessions/{there['session_id']}", headers=bearer(here))
    assert ended.status_code == 204
    assert (await refresh(http, there["refresh"])).status_code == 401
    assert (await http.get("/v1/sessions/me", headers=bearer(there))).status_code == 401
    assert (await http.delete("/v1/sessions/current", headers=bearer(here))).status_code == 204
    assert (await http.get("/v1/sessions", headers=bearer(here))).json()["code"] == "not_signed_in"


async def test_nobody_ends_anothers_session(http, signed_in):
    mine, theirs = await signed_in("usil"), await signed_in("korban")
    answer = await http.delete(f"/v1/sessions/{theirs['session_id']}", headers=bearer(mine))
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_session")
    assert (await http.get("/v1/sessions/me", headers=bearer(theirs))).status_code == 200


@pytest.mark.parametrize(
    ("act", "arguments"),
    [("disable_officer", ()), ("sign_out", ()), ("reset_password", ("kuda-hitam-Tambora",)), ("reset_codes", ())],
)
async def test_an_administrators_act_ends_every_session(http, signed_in, admin, act, arguments):
    name = act.replace("_", "-")
    session = await signed_in(name)
    await admin(act, name, *arguments)
    assert (await refresh(http, session["refresh"])).status_code == 401
    assert (await http.get("/v1/sessions/me", headers=bearer(session))).status_code == 401


async def test_a_renewed_session_has_the_reach_that_the_account_has_now(http, signed_in, admin):
    session = await signed_in("pindah")
    await admin("edit_officer", "pindah", agencies=["52.03.DINKES"], email="pindah@ntb.example")
    renewed = (await refresh(http, session["refresh"])).json()
    assert renewed["agencies"] == ["52.03.DINKES"]
    me = (await http.get("/v1/sessions/me", headers=bearer(renewed))).json()
    assert (me["agencies"], me["email"]) == (["52.03.DINKES"], "pindah@ntb.example")


async def test_a_changed_password_ends_the_other_sessions(http, signed_in, password):
    other = await signed_in("ganti")
    here = (await http.post("/v1/sessions", json={"username": "ganti", "password": password})).json()
    body = {"old": password, "new": "kuda-hitam-Tambora"}
    wrong = await http.put("/v1/sessions/password", json=body | {"old": "salah sama sekali"}, headers=bearer(here))
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
    short = await http.put("/v1/sessions/password", json=body | {"new": "pendek"}, headers=bearer(here))
    assert (short.status_code, short.json()["code"]) == (400, "bad_password")
    assert (await http.put("/v1/sessions/password", json=body, headers=bearer(here))).status_code == 204
    assert (await http.get("/v1/sessions/me", headers=bearer(here))).status_code == 200
    assert (await refresh(http, other["refresh"])).status_code == 401
    assert (await http.post("/v1/sessions", json={"username": "ganti", "password": password})).status_code == 401
    again = await http.post("/v1/sessions", json={"username": "ganti", "password": body["new"]})
    assert again.status_code == 201


async def test_no_secret_is_kept_as_it_is(signed_in, sql):
    session = await signed_in("rapat")
    kept = await sql.fetch("SELECT digest FROM identity.refresh_secret WHERE session_id = $1", session["session_id"])
    assert [len(row["digest"]) for row in kept] == [32]
    log = await sql.fetch("SELECT details::text FROM identity.event_log")
    assert not any(session["refresh"] in row["details"] for row in log)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("", "lainnya"),
    ],
)
def test_a_browser_is_told_coarsely(header, told):
    assert coarse_agent(header) == told
