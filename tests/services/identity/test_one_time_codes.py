"""One-time codes: accepted once, in their time, and asked for where a role needs them."""

from datetime import UTC, datetime

import pyotp
import pytest

from services.identity.codes.totp import accepted_step, new_recovery_codes, recovery_code
from services.identity.proving import MOST_FAILURES
from shared.security import Role

RFC_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The key of RFC 6238's appendix B, "12345678901234567890", in base32; its codes there have eight digits, ours six."""
RFC_VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), RFC_VECTORS)
def test_the_codes_of_rfc_6238_are_accepted(seconds, code):
    assert accepted_step(RFC_KEY, code[-6:], at(seconds), 0) == seconds // 30


@pytest.mark.parametrize(("late", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_is_good_one_step_before_and_after_its_own(late, accepted):
    code = pyotp.TOTP(RFC_KEY).at(1111111111)
    assert (accepted_step(RFC_KEY, code, at(1111111111 + late), 0) is not None) == accepted


def test_a_step_that_was_used_is_used_with_all_before_it():
    totp, now = pyotp.TOTP(RFC_KEY), 1111111111
    step = accepted_step(RFC_KEY, totp.at(now), at(now), 0)
    assert step is not None
    assert accepted_step(RFC_KEY, totp.at(now), at(now), step) is None
    assert accepted_step(RFC_KEY, totp.at(now - 30), at(now), step) is None
    assert accepted_step(RFC_KEY, totp.at(now + 30), at(now), step) == step + 1


@pytest.mark.parametrize("code", ["", "000000", "12345", "\ud800", "٠٥٠٤٧١", "050471x"])
def test_what_is_no_code_is_none(code):
    assert accepted_step(RFC_KEY, code, at(1111111111), 0) is None


def test_a_code_may_be_typed_with_blanks():
    code = pyotp.TOTP(RFC_KEY).at(1111111111)
    assert accepted_step(RFC_KEY, f" {code[:3]} {code[3:]}", at(1111111111), 0) is not None


def test_recovery_codes_are_ten_and_may_be_typed_as_one_likes():
    papers = new_recovery_codes()
    assert len(set(papers)) == 10
    assert recovery_code(papers[0]) == recovery_code(papers[0].upper().replace("-", " ")) == papers[0].replace("-", "")
    assert recovery_code("123456") is None


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def enrol(http, officer, password):
    """Add a coordinator and enrol them; returns the key and the recovery codes. The step in use is spent."""

    async def act(username):
        await officer(username, role=Role.COORDINATOR)
        refused = await http.post("/v1/sessions", json={"username": username, "password": password})
        assert (refused.status_code, refused.json()["code"]) == (403, "totp_enrolment_required")
        token = refused.json()["enrolment_token"]
        begun = await http.post("/v1/sessions/totp", json={"password": password}, headers=bearer(token))
        assert begun.status_code == 201, begun.text
        assert begun.json()["uri"].startswith(f"otpauth://totp/NTB%20Care:{username}?secret=")
        key = begun.json()["secret"]
        confirmed = await http.post(
            "/v1/sessions/totp/confirm", json={"code": pyotp.TOTP(key).now()}, headers=bearer(token)
        )
        assert confirmed.status_code == 200, confirmed.text
        return key, confirmed.json()["recovery_codes"]

    return act


def next_code(key: str) -> str:
    return pyotp.TOTP(key).at(datetime.now(UTC), counter_offset=1)


async def test_a_role_that_needs_codes_enrols_first_and_signs_in_with_one_then(http, enrol, password):
    key, _ = await enrol("sekda")
    given = {"username": "sekda", "password": password}
    missing = await http.post("/v1/sessions", json=given)
    assert (missing.status_code, missing.json()["code"]) == (401, "code_required")
    code = next_code(key)
    opened = await http.post("/v1/sessions", json=given | {"code": code})
    assert opened.status_code == 201, opened.text
    replayed = await http.post("/v1/sessions", json=given | {"code": code})
    assert (replayed.status_code, replayed.json()["code"]) == (401, "wrong_credentials")


async def test_a_token_for_enrolling_opens_nothing_else_and_its_giving_is_in_the_log(http, officer, admin, password):
    await officer("baru", role=Role.OPERATOR)
    refused = await http.post("/v1/sessions", json={"username": "baru", "password": password})
    token = refused.json()["enrolment_token"]
    for method, path in (("GET", "/me"), ("GET", ""), ("DELETE", "/current")):
        answer = await http.request(method, f"/v1/sessions{path}", headers=bearer(token))
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert [row.act for row in await admin("log", username="baru", at_most=1)] == ["session.only_to_enrol"]
    body = {"old": password, "new": "kuda-hitam-Tambora"}
    assert (await http.put("/v1/sessions/password", json=body, headers=bearer(token))).status_code == 401


async def test_wrong_codes_count_with_wrong_passwords_and_read_the_same(http, enrol, password):
    key, _ = await enrol("campur")
    given = {"username": "campur", "password": password}
    wrong = [given | {"code": "000000"}, given | {"password": "salah sama sekali"}] * MOST_FAILURES
    texts = {(await http.post("/v1/sessions", json=one)).text for one in wrong[:MOST_FAILURES]}
    locked = await http.post("/v1/sessions", json=given | {"code": next_code(key)})
    assert {*texts, locked.text} == {locked.text}
    assert locked.json()["code"] == "wrong_credentials"
    assert (await http.post("/v1/sessions", json=given)).json()["code"] == "wrong_credentials"


async def test_a_recovery_code_is_good_once(http, enrol, password, sql):
    _, papers = await enrol("hilang")
    given = {"username": "hilang", "password": password, "code": papers[3]}
    assert (await http.post("/v1/sessions", json=given)).status_code == 201
    assert (await http.post("/v1/sessions", json=given)).json()["code"] == "wrong_credentials"
    kept = await sql.fetch("SELECT digest FROM identity.recovery_code JOIN identity.account a ON a.id = account_id "
                           "WHERE a.username = 'hilang'")  # fmt: skip
    assert len(kept) == 9


async def test_another_authenticator_needs_a_code_of_the_old_one_which_counts_until_then(http, enrol, password):
    _, papers = await enrol("ponsel")
    given = {"username": "ponsel", "password": password}
    token = (await http.post("/v1/sessions", json=given | {"code": papers[0]})).json()["token"]
    begin = {"password": password}
    refused = await http.post("/v1/sessions/totp", json=begin, headers=bearer(token))
    assert refused.json()["code"] == "code_required"
    begun = await http.post("/v1/sessions/totp", json=begin | {"code": papers[1]}, headers=bearer(token))
    assert begun.status_code == 201
    wrong = await http.post("/v1/sessions/totp/confirm", json={"code": "000000"}, headers=bearer(token))
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_code")
    assert (await http.post("/v1/sessions", json=given | {"code": papers[2]})).status_code == 201
    code = pyotp.TOTP(begun.json()["secret"]).now()
    confirmed = await http.post("/v1/sessions/totp/confirm", json={"code": code}, headers=bearer(token))
    assert len(confirmed.json()["recovery_codes"]) == 10
    assert (await http.post("/v1/sessions", json=given | {"code": papers[3]})).json()["code"] == "wrong_credentials"
    again = await http.post("/v1/sessions/totp/confirm", json={"code": code}, headers=bearer(token))
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_confirm")


async def test_an_open_session_alone_enrols_nobody(http, signed_in):
    token = (await signed_in("terbuka"))["token"]
    answer = await http.post("/v1/sessions/totp", json={"password": "salah sama sekali"}, headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


async def test_what_somebody_with_the_old_password_proposed_is_gone_with_it(http, officer, admin, password):
    await officer("bocor", role=Role.OPERATOR)
    refused = await http.post("/v1/sessions", json={"username": "bocor", "password": password})
    headers = bearer(refused.json()["enrolment_token"])
    key = (await http.post("/v1/sessions/totp", json={"password": password}, headers=headers)).json()["secret"]
    await admin("reset_password", "bocor", "kuda-hitam-Tambora")
    code = pyotp.TOTP(key).now()
    confirmed = await http.post("/v1/sessions/totp/confirm", json={"code": code}, headers=headers)
    assert (confirmed.status_code, confirmed.json()["code"]) == (409, "nothing_to_confirm")


async def test_after_a_reset_one_enrols_again(http, enrol, admin, password):
    await enrol("diatur-ulang")
    await admin("reset_codes", "diatur-ulang")
    answer = await http.post("/v1/sessions", json={"username": "diatur-ulang", "password": password})
    assert answer.json()["code"] == "totp_enrolment_required"


async def test_an_authenticators_key_is_closed_at_rest(enrol, sql):
    key, _ = await enrol("tertutup")
    rows = await sql.fetch("SELECT secret, pending FROM identity.authenticator")
    assert rows
    assert all(key.encode() not in (row["secret"] or b"") and row["pending"] is None for row in rows if row["secret"])


async def test_a_key_that_was_moved_to_another_account_opens_nothing(http, enrol, officer, password, sql):
    await enrol("asal")
    target = await officer("tujuan", role=Role.COORDINATOR)
    await sql.execute(
        "INSERT INTO identity.authenticator (account_id, secret) SELECT $1, secret FROM identity.authenticator "
        "JOIN identity.account a ON a.id = account_id WHERE a.username = 'asal'",
        target,
    )
    answer = await http.post("/v1/sessions", json={"username": "tujuan", "password": password, "code": "000000"})
    assert answer.status_code == 500
