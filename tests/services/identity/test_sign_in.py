"""Signing in: who gets a token, and that nobody learns from a refusal why."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from gateway.app import create_app
from services.identity import app as identity
from services.identity import passwords
from services.identity.proving import MOST_FAILURES, MOST_FAILURES_ANYWHERE, WINDOW, Proof, Prover
from services.identity.service import IdentityService
from services.identity.sessions.service import Opened, SessionService
from shared.core.errors import ConflictError, NotFoundError, ProblemError
from shared.core.service import ServeOptions
from shared.core.settings import SettingsError
from shared.http.client import ASGITransport, AsyncClient, Response
from shared.security import Role, new_key_pair
from shared.security.vault import VaultKeys


async def sign_in(http: AsyncClient, username: str, password: str) -> Response:
    return await http.post("/v1/sessions", json={"username": username, "password": password})


async def test_an_officer_signs_in_and_is_known_by_the_token(http, officer, password):
    await officer("rahmi", agencies=["NTB.DIKPORA", "52.03.DINKES"])
    answer = await sign_in(http, "  Rahmi ", password)
    assert answer.status_code == 201, answer.text
    session = answer.json()
    assert (session["role"], session["agencies"]) == ("liaison", ["52.03.DINKES", "NTB.DIKPORA"])
    ends = datetime.fromisoformat(session["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < ends <= timedelta(minutes=10)
    me = await http.get("/v1/sessions/me", headers={"Authorization": f"Bearer {session['token']}"})
    assert me.json() == {
        "username": "rahmi",
        "display_name": "Baiq Rahmi",
        "email": None,
        "kind": "officer",
        "role": "liaison",
        "agencies": ["52.03.DINKES", "NTB.DIKPORA"],
        "regions": [],
    }


async def test_every_refusal_reads_the_same(http, pool, officer, password):
    await officer("known")
    await officer("disabled")
    await officer("locked")
    async with pool.transaction() as tx:
        await IdentityService().disable_officer(tx, "disabled")
    for _ in range(MOST_FAILURES):
        await sign_in(http, "locked", "salah sama sekali")
    answers = [
        await sign_in(http, *given)
        for given in (
            ("known", "salah sama sekali"),
            ("nobody", password),
            ("bukan nama pengguna!", password),
            ("known\x00", password),
            ("disabled", password),
            ("locked", password),
            ("known", ""),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["code"] == "wrong_credentials"


async def test_an_unknown_name_costs_as_much_work_as_a_wrong_password(monkeypatch):
    hashes = []
    monkeypatch.setattr(passwords, "_verify", lambda known, given: hashes.append(known))
    await passwords.fits("salah sama sekali", None)
    await passwords.fits("salah sama sekali", passwords.hash_password("kuda-putih-Rinjani"))
    unknown, known = (extract_parameters(one) for one in hashes)
    assert unknown == known


async def test_no_password_opens_an_account_that_does_not_exist():
    assert not await passwords.fits("", None)


@pytest.fixture
def tries(pool):
    """Try to sign in, so long after now, from an address."""
    start = datetime.now(UTC)

    async def attempt(
        given: str, *, after: timedelta = timedelta(0), username: str = "sabar", address: str = "192.0.2.1"
    ) -> Opened | None:
        def clock() -> datetime:
            return start + after

        async with pool.transaction() as tx:
            service = SessionService(Prover(VaultKeys(["k" * 32]), clock), clock=clock)
            outcome = await service.sign_in(tx, username, given, address=address)
        assert isinstance(outcome, Opened) or outcome is Proof.REFUSED
        return outcome if isinstance(outcome, Opened) else None

    return attempt


async def test_five_failures_close_an_account_until_the_window_has_moved_on(tries, officer, password):
    await officer("sabar")
    await officer("tetangga")
    for _ in range(MOST_FAILURES):
        assert await tries("salah sama sekali") is None
    assert await tries(password, after=WINDOW - timedelta(seconds=1)) is None
    assert await tries(password, username="tetangga") is not None
    # What is tried while the account is closed does not keep it closed, otherwise anybody could lock an officer out.
    assert await tries("salah sama sekali", after=WINDOW - timedelta(seconds=1)) is None
    assert await tries(password, after=WINDOW + timedelta(seconds=1)) is not None


async def test_a_stranger_who_guesses_shuts_nobody_else_out(tries, sql, officer, password):
    account_id = await officer("dikenal")
    theirs = {"username": "dikenal", "address": "203.0.113.9"}
    for _ in range(MOST_FAILURES):
        assert await tries("salah sama sekali", **theirs) is None
    assert await tries(password, **theirs) is None
    assert await tries(password, username="dikenal") is not None
    assert await tries(password, **theirs) is None, "the officer's own success opens nothing to a stranger"
    kept = await sql.fetch("SELECT address FROM identity.failed_sign_in WHERE account_id = $1", account_id)
    assert {len(row["address"]) for row in kept} == {32}
    assert not any(b"203.0.113.9" in row["address"] for row in kept)


async def test_whoever_guesses_from_everywhere_closes_the_account_until_it_is_unlocked(
    tries, sql, officer, admin, password
):
    account_id = await officer("kepala")
    for number in range(MOST_FAILURES_ANYWHERE):
        address = f"203.0.113.{number // (MOST_FAILURES - 1)}"
        assert await tries("salah sama sekali", username="kepala", address=address) is None
    assert await tries(password, username="kepala") is None
    assert await admin("unlock", "kepala") == MOST_FAILURES_ANYWHERE
    assert await tries(password, username="kepala") is not None
    acts = await sql.fetch("SELECT act, details FROM identity.event_log WHERE account_id = $1 ORDER BY id", account_id)
    told = [json.loads(row["details"]) for row in acts if row["act"] == "account.unlocked"]
    assert told == [{"failures": MOST_FAILURES_ANYWHERE}]


async def test_old_failures_are_not_kept(tries, sql, officer):
    account_id = await officer("lama")
    await tries("salah sama sekali", username="lama")
    await tries("salah sama sekali", username="lama", after=WINDOW)
    assert await sql.fetchval("SELECT count(*) FROM identity.failed_sign_in WHERE account_id = $1", account_id) == 1


async def test_while_a_password_is_hashed_its_account_is_not_locked(tries, sql, officer, password, monkeypatch):
    account_id = await officer("bebas")
    fits, free = passwords.fits, []

    async def look(*given):
        free.append(await sql.fetchval("SELECT id FROM identity.account WHERE id = $1 FOR UPDATE NOWAIT", account_id))
        return await fits(*given)

    monkeypatch.setattr(passwords, "fits", look)
    assert await tries(password, username="bebas") is not None
    assert free == [account_id]


async def test_a_right_password_forgets_the_failures_before_it(http, sql, officer, password):
    account_id = await officer("pelupa")
    for _ in range(MOST_FAILURES - 1):
        await sign_in(http, "pelupa", "salah sama sekali")
    assert (await sign_in(http, "pelupa", password)).status_code == 201
    assert await sql.fetchval("SELECT count(*) FROM identity.failed_sign_in WHERE account_id = $1", account_id) == 0


async def test_guesses_at_the_same_moment_get_no_more_tries(http, sql, officer):
    account_id = await officer("serentak")
    await asyncio.gather(*(sign_in(http, "serentak", f"tebakan nomor {n}") for n in range(9)))
    failures = await sql.fetchval("SELECT count(*) FROM identity.failed_sign_in WHERE account_id = $1", account_id)
    assert failures == MOST_FAILURES


async def test_an_address_may_try_only_so_often(settings, monkeypatch, officer, password):
    await officer("cepat")
    monkeypatch.setenv("NTBCARE_IDENTITY_SIGN_INS_PER_MINUTE", "1")
    service = identity.build(ServeOptions())
    async with AsyncClient(transport=ASGITransport(app=create_app([service])), base_url="http://door") as http:
        codes = [(await sign_in(http, "cepat", password)).status_code for _ in range(3)]
    await service.close()
    assert (codes[0], codes[-1]) == (201, 429)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"[]", 422),
        (b'{"username": "rahmi"}', 422),
        (b'{"username": "rahmi", "password": 5}', 422),
        (b'{"username": "' + b"a" * 300 + b'", "password": "x"}', 422),
        (b'{"username": "rahmi", "password": "' + b"a" * 300 + b'"}', 422),
        (b'{"username": "rahmi\\u0000", "password": "\\u0000"}', 401),
    ],
)
async def test_bad_input_is_refused_in_plain_words(http, body, status):
    answer = await http.post("/v1/sessions", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("field", ["username", "password"])
async def test_a_lone_surrogate_breaks_nothing(http, field):
    body = {"username": "rahmi", "password": "salah sama sekali"} | {field: "SURROGATE"}
    content = json.dumps(body).replace("SURROGATE", "\\ud800").encode()
    answer = await http.post("/v1/sessions", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {401, 422}, answer.text


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer x.y.z", "Basic cmFobWk6eA==", "Bearer  "])
async def test_nobody_is_known_without_a_token(http, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await http.get("/v1/sessions/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_disabled_officer_is_no_longer_known(http, pool, officer, password):
    await officer("pensiun")
    token = (await sign_in(http, "pensiun", password)).json()["token"]
    async with pool.transaction() as tx:
        await IdentityService().disable_officer(tx, "pensiun")
    me = await http.get("/v1/sessions/me", headers={"Authorization": f"Bearer {token}"})
    assert me.status_code == 401


async def test_a_password_is_kept_as_argon2id_only(sql, officer, password):
    account_id = await officer("aman")
    kept = await sql.fetchval("SELECT password_hash FROM identity.account WHERE id = $1", account_id)
    assert kept.startswith("$argon2id$")
    assert password not in kept
    assert PasswordHasher().verify(kept, password)


def test_a_password_is_hashed_at_the_cost_of_rfc_9106s_second_choice():
    assert extract_parameters(PasswordHasher().hash("")) == RFC_9106_LOW_MEMORY


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "ab"}, "bad_username"),
        ({"username": "ada spasi"}, "bad_username"),
        ({"username": "nul\x00nul"}, "bad_username"),
        ({"password": "pendek"}, "bad_password"),
        ({"password": "p" * 201}, "bad_password"),
        ({"email": "bukan surel"}, "bad_email"),
        ({"agencies": ()}, "bindings_do_not_fit_role"),
        ({"regions": ("52.03",)}, "bindings_do_not_fit_role"),
        ({"role": Role.LEADER}, "bindings_do_not_fit_role"),
        ({"role": Role.INSPECTORATE, "regions": ("52.03",)}, "bindings_do_not_fit_role"),
        ({"role": Role.COORDINATOR, "agencies": ("NTB.DIKPORA",)}, "bindings_do_not_fit_role"),
        ({"role": Role.OBSERVER, "agencies": ("NTB.DIKPORA",)}, "bindings_do_not_fit_role"),
    ],
)
async def test_what_cannot_be_an_account_is_not_made(officer, sql, changes, code):
    before = await sql.fetchval("SELECT count(*) FROM identity.account")
    with pytest.raises(ProblemError) as refused:
        await officer(**{"username": "calon"} | changes)
    assert refused.value.code == code
    assert await sql.fetchval("SELECT count(*) FROM identity.account") == before


async def test_a_username_is_given_once(officer, pool):
    await officer("tunggal")
    with pytest.raises(ConflictError, match="tunggal"):
        await officer("Tunggal")
    with pytest.raises(NotFoundError):
        async with pool.transaction() as tx:
            await IdentityService().disable_officer(tx, "tak-dikenal")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity.account SET username = 'x'",
        "UPDATE identity.account SET role = 'inspectorate'",
        "DELETE FROM identity.account",
        "DELETE FROM identity.event_log",
        "UPDATE identity.event_log SET act = 'nothing'",
        "TRUNCATE identity.event_log",
        "UPDATE identity.session SET account_id = id",
        "UPDATE identity.account_agency SET agency_key = 'NTB.DESK'",
        "SELECT * FROM intake.complaint",
        'SELECT * FROM casework."case"',
    ],
)
async def test_identitys_own_login_cannot(database_urls, statement):
    connection = await asyncpg.connect(database_urls["identity"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


def test_a_signing_key_that_nobody_believes_stops_the_start(settings, monkeypatch):
    monkeypatch.setenv("NTBCARE_SECURITY_TOKEN_PUBLIC_KEY", new_key_pair().public_key)
    with pytest.raises(SettingsError, match="public half"):
        identity.build(ServeOptions())
    monkeypatch.setenv("NTBCARE_IDENTITY_SIGNING_KEY", "not-a-key-but-long-enough")
    with pytest.raises(SettingsError, match="NTBCARE_IDENTITY_SIGNING_KEY"):
        identity.build(ServeOptions())
