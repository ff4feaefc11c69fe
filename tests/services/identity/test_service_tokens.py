"""Machines sign in with tokens of their own, and are known as machines."""

from datetime import timedelta

import pytest

from services.identity.machines.service import MachineService
from services.identity.secret import is_whole, new_secret
from services.identity.service import IdentityService
from shared.core.errors import ConflictError, ProblemError
from shared.http.client import AsyncClient, Response
from shared.security import Role
from shared.security.keys import read_public_key
from shared.security.tokens import read_token


@pytest.fixture
def machines(pool, hands):
    async def act(method, *arguments, **named):
        async with pool.transaction() as tx:
            service = MachineService(IdentityService(actor="cli:test"), hands)
            return await getattr(service, method)(tx, *arguments, **named)

    return act


@pytest.fixture
def add(machines):
    async def act(name, **named):
        values = {"role": Role.LIAISON, "agencies": ["NTB.DIKPORA"], "regions": [], "days": 30}
        return await machines("add", name, **values | named)

    return act


async def exchange(http: AsyncClient, token: str) -> Response:
    return await http.post("/v1/sessions/service", json={"token": token})


def bearer(answer: Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def test_a_machine_gets_a_short_token_that_says_what_it_is(http, add, keys, machines):
    answer = await exchange(http, await add("rekap-harian"))
    assert answer.status_code == 201, answer.text
    principal = read_token(answer.json()["token"], [read_public_key(keys.public_key)])
    assert (principal.kind, principal.role, principal.agencies) == ("service", Role.LIAISON, ("NTB.DIKPORA",))
    assert principal.session_id is None
    me = (await http.get("/v1/sessions/me", headers=bearer(answer))).json()
    assert (me["username"], me["kind"]) == ("rekap-harian", "service")
    row = next(one for one in await machines("machines") if one.username == "rekap-harian")
    assert row.last_used_at is not None


async def test_a_token_that_ran_out_was_renewed_or_revoked_opens_nothing(http, add, machines, hands):
    old, new = await add("tua"), None
    assert (await exchange(http, old)).status_code == 201
    new = await machines("renew", "tua", days=30)
    assert (await exchange(http, old)).json()["code"] == "wrong_service_token"
    answer = await exchange(http, new)
    await machines("revoke", "tua")
    assert (await exchange(http, new)).status_code == 401
    assert (await http.get("/v1/sessions/me", headers=bearer(answer))).status_code == 401
    with pytest.raises(ConflictError, match="dicabut"):
        await machines("renew", "tua", days=30)
    hands.now -= timedelta(days=31)
    assert (await exchange(http, await add("habis"))).status_code == 401


TOKENS = {
    "nothing": "",
    "a beginning": "ntbc_",
    "a wrong checksum": "ntbc_" + "0" * 72,
    "another's": new_secret("ntbc"),
    "a refresh secret": new_secret("ntbr"),
    "not ASCII": "ntbc_é",
}


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
async def test_a_token_that_is_none_opens_nothing(http, token):
    answer = await exchange(http, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_service_token")


def test_a_token_copied_badly_is_known_by_its_checksum():
    token = new_secret("ntbc")
    assert is_whole(token, "ntbc")
    assert not is_whole(token, "ntbr")
    assert not is_whole(token[:-1], "ntbc")
    assert not is_whole(token.replace(token[10], "0" if token[10] != "0" else "1", 1), "ntbc")


async def test_a_machine_has_no_password_no_code_and_no_session(http, add, admin, sql):
    token = await add("tanpa-sandi")
    assert (await http.post("/v1/sessions", json={"username": "tanpa-sandi", "password": ""})).status_code == 401
    answer = await exchange(http, token)
    body = {"old": "x", "new": "kuda-hitam-Tambora"}
    changed = await http.put("/v1/sessions/password", json=body, headers=bearer(answer))
    enrolled = await http.post("/v1/sessions/totp", json={"password": "x"}, headers=bearer(answer))
    assert [one.json()["code"] for one in (changed, enrolled)] == ["not_for_machines"] * 2
    assert (await http.delete("/v1/sessions/current", headers=bearer(answer))).status_code == 404
    with pytest.raises(ConflictError):
        await admin("reset_password", "tanpa-sandi", "kuda-hitam-Tambora")
    kept = await sql.fetch("SELECT digest FROM identity.machine")
    assert all(len(row["digest"]) == 32 for row in kept)


async def test_a_machine_is_bound_as_an_officer_of_its_role_would_be(add, machines, officer):
    with pytest.raises(ProblemError, match="terikat"):
        await add("lepas", agencies=[])
    await officer("orang")
    with pytest.raises(ConflictError, match="petugas"):
        await machines("renew", "orang", days=1)
