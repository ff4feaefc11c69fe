"""What nobody may learn: who the reporter is, what is sealed, and what intake's own login role may reach."""

import json

import asyncpg
import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from shared.http.client import AsyncClient, Response
from shared.security.vault import VaultKeys
from tests.services.intake.counting import rows_of
from tests.services.intake.provider import ACCOUNTS, SETTINGS, message, signed, webhook

NEW_KEY, OLD_KEY = "77aa66bb55cc44dd33ee22ff11009988", SETTINGS["NTBCARE_INTAKE_VAULT_KEYS"]
REPORTER = {"name": "Lalu Contohsari", "phone": "0819 1234 5678", "email": "lalu@contohsari.example"}
TRACES = ("contohsari", "1912345678", "1234-5678", "1234 5678", "device-of-lalu-9c8b7a6d5e4f", "psid-of-lalu")


async def deliver(http: AsyncClient, mid: str, text: str = "Air mati sejak kemarin", **more: str) -> Response:
    body = webhook("facebook", message("facebook", mid, text, **more))
    return await http.post("/channels/facebook", content=body, headers=signed("facebook", body))


async def submit(http: AsyncClient, key: str, **form: object) -> dict[str, str]:
    told = {"text": "Lampu jalan padam", **form}
    headers = {"Idempotency-Key": f"key-privacy-{key}", "X-Device-Id": "device-of-lalu-9c8b7a6d5e4f"}
    answer = await http.post("/v1/complaints", json=told, headers=headers)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, str] = answer.json()
    return receipt


async def status(http: AsyncClient, receipt: dict[str, str], *, own: bool = False) -> dict[str, object]:
    headers = {"X-Access-Code": receipt["access_code"]} if own else {}
    found: dict[str, object] = (await http.get(receipt["status_url"], headers=headers)).json()
    return found


async def event_of(sql: asyncpg.Connection, receipt: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = await sql.fetchval(
        "SELECT value FROM bus.outbox WHERE value->>'ticket' = $1", receipt["ticket"]
    )
    return found


# --- the vault ------------------------------------------------------------------------------------


async def test_after_a_rotation_of_keys_the_same_person_is_found_and_a_new_one_is_written_under_the_new_key(
    workshop, sql
):
    async with workshop.http(VAULT_KEYS=OLD_KEY) as http:
        await deliver(http, "m_rotation_1", sender="rotated")
    before = await rows_of(sql)
    async with workshop.http(VAULT_KEYS=f"{NEW_KEY},{OLD_KEY}") as http:
        await deliver(http, "m_rotation_2", sender="rotated")
        assert (await rows_of(sql) - before)["vault.person"] == 0
        await deliver(http, "m_rotation_3", sender="new one")
        await deliver(http, "m_rotation_4", sender="new one")
    assert (await rows_of(sql) - before)["vault.person"] == 1
    keys = await sql.fetch("SELECT key_id FROM vault.person ORDER BY id DESC LIMIT 2")
    assert keys[0]["key_id"] == VaultKeys([NEW_KEY]).key_id != keys[1]["key_id"]


async def test_what_lies_in_the_vault_opens_with_its_key_only(http, sql):
    await submit(http, "vault", reporter=REPORTER)
    row = await sql.fetchrow(
        "SELECT p.identifier, r.details FROM vault.reporter AS r JOIN vault.person AS p ON p.id = r.person_id"
        " WHERE r.details IS NOT NULL LIMIT 1"
    )
    vault = VaultKeys([NEW_KEY, OLD_KEY])
    assert vault.open(row["identifier"]) == ["device", "device-of-lalu-9c8b7a6d5e4f"]
    assert vault.open(row["details"]) == {
        "name": "Lalu Contohsari",
        "phone": "+6281912345678",
        "email": "lalu@contohsari.example",
    }
    with pytest.raises(Exception):  # noqa: B017 - the library's own kind
        VaultKeys([NEW_KEY]).open(row["identifier"])


async def test_each_complaint_of_a_person_has_another_reporter_reference_and_the_same_conversation(http, sql):
    events = [await event_of(sql, await submit(http, f"reference-{number}")) for number in range(3)]
    assert len({event["reporter"] for event in events}) == 3
    assert len({event["conversation_id"] for event in events}) == 1
    kept = await sql.fetchval(
        "SELECT count(*) FROM vault.reporter WHERE reference = ANY($1)", [event["reporter"] for event in events]
    )
    assert kept == 3


async def test_no_personal_data_reaches_events_tables_logs_or_figures(http, sql, caplog):
    caplog.set_level("DEBUG")
    with capture_logs() as logs:
        receipt = await submit(http, "traces", reporter=REPORTER)
        await submit(http, "traces", reporter=REPORTER)
        await deliver(http, "m_traces", sender="psid-of-lalu")
        await status(http, receipt, own=True)
    said = json.dumps(logs, default=str) + caplog.text + generate_latest().decode()
    assert '"route": "/v1/complaints"' in said
    for table in await rows_of(sql):
        if table != "intake.raw_request":  # the one place that keeps what came, byte for byte
            said += "".join(map(str, await sql.fetch(f"SELECT * FROM {table}")))
    assert [trace for trace in TRACES if trace in said.lower()] == []
    assert receipt["access_code"] not in said


async def test_words_that_a_sender_chooses_become_no_label_and_no_line_of_the_log(http):
    word = 'tiruan"} 1\nforged{x="'
    change = {"field": word, "value": {"item": word, "verb": word, "comment_id": word, "message": word}}
    feed = {**change, "field": "feed"}
    bodies = [
        json.dumps({"object": word, "entry": []}),
        json.dumps(
            {"object": "page", "entry": [{"id": ACCOUNTS["facebook"], "changes": [change, feed], word: [word]}]}
        ),
        json.dumps({"object": "page", "entry": [{"id": word, "messaging": [{word: word}, {"message": {word: 1}}]}]}),
    ]
    with capture_logs() as logs:
        for body in bodies:
            told = {**signed("facebook", body.encode()), "user-agent": "tiruan", "traceparent": "tiruan"}
            assert (await http.post("/channels/facebook", content=body.encode(), headers=told)).status_code == 200
        await http.post(
            "/v1/complaints", json={"tiruan": 1}, headers={"Idempotency-Key": "key-tiruan", "X-App-Id": "tiruan"}
        )
        await http.get("/v1/complaints/tiruan%0Atiruan")
    assert "tiruan" not in json.dumps(logs, default=str) + generate_latest().decode()


# --- what intake's login role may do --------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT identifier FROM vault.person",
        "SELECT * FROM vault.reporter",
        "UPDATE vault.person SET digest = ''",
        "DELETE FROM vault.reporter",
        "SELECT body FROM intake.raw_request",
        "SELECT query FROM intake.raw_request",
        "SELECT headers FROM intake.raw_request",
        "UPDATE intake.raw_request SET body = ''",
        "UPDATE intake.raw_request SET received_at = now()",
        "DELETE FROM intake.raw_request",
        "DELETE FROM intake.message",
        "UPDATE intake.message SET text = ''",
        "UPDATE intake.message SET reporter = NULL",
        "UPDATE intake.message SET conversation_id = NULL",
        "UPDATE intake.conversation SET person_id = person_id",
        "DELETE FROM intake.part",
        "UPDATE intake.part SET message = ''",
        "UPDATE intake.amendment SET text = ''",
        "UPDATE intake.pointer SET fallback = ''",
        "DELETE FROM intake.account_notice",
        "UPDATE intake.complaint SET ticket = 'NTB-0000-00000'",
        "UPDATE intake.complaint SET text = ''",
        "DELETE FROM intake.complaint",
        "DELETE FROM intake.answer",
        "SELECT * FROM intake.ignored",
        "SELECT * FROM bus.outbox",
        "UPDATE bus.outbox SET published_at = now()",
        "INSERT INTO bus.outbox (event_id, sequence) VALUES (gen_random_uuid(), 7)",
        "SELECT * FROM bus.stream",
        "SELECT * FROM casework.case",
        "CREATE TABLE intake.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE ROLE mine",
        "COPY intake.complaint TO PROGRAM 'true'",
    ],
)
async def test_intakes_role_may_not(statement, database_urls):
    connection = await asyncpg.connect(database_urls["intake"])
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_intakes_role_seals_and_never_unseals(http, sql, database_urls):
    receipt = await submit(http, "stays-sealed")
    connection = await asyncpg.connect(database_urls["intake"])
    try:
        change = "UPDATE intake.complaint SET sealed = {} WHERE ticket = $1"
        await connection.execute(change.format("true"), receipt["ticket"])
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="stays sealed"):
            await connection.execute(change.format("false"), receipt["ticket"])
    finally:
        await connection.close()
    assert await sql.fetchval("SELECT sealed FROM intake.complaint WHERE ticket = $1", receipt["ticket"])


async def test_intakes_role_cannot_park_what_was_taken_in_to_read_it(http, sql, database_urls):
    await deliver(http, "m_taken_in")
    name = await sql.fetchval(
        "SELECT raw_request_id FROM intake.message WHERE provider_message_id = 'm_taken_in'",
    )
    connection = await asyncpg.connect(database_urls["intake"])
    try:
        for state in ("parked", "ignored"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="stays so"):
                await connection.execute("UPDATE intake.raw_request SET state = $2 WHERE id = $1", name, state)
        assert await connection.fetch("SELECT * FROM vault.kept_request($1, 'curious')", name) == []
    finally:
        await connection.close()


# --- sealed, secret, anonymous --------------------------------------------------------------------


async def _assign(sql: asyncpg.Connection, receipt: dict[str, str]) -> None:
    await sql.execute("UPDATE intake.complaint SET agency = 'Dinas Contoh' WHERE ticket = $1", receipt["ticket"])


@pytest.mark.parametrize(
    ("form", "flags", "own"),
    [
        ({}, (False, False, False), "Dinas Contoh"),
        ({"anonymous": True}, (True, False, False), "Dinas Contoh"),
        ({"secret": True}, (False, True, False), "Dinas Contoh"),
        ({"text": "Oknum petugas minta uang di loket"}, (False, False, True), None),
    ],
    ids=["open", "anonymous", "secret", "sealed"],
)
async def test_the_agency_is_shown_with_the_code_only_so_that_no_gap_tells_what_is_sealed(form, flags, own, http, sql):
    receipt = await submit(http, f"flags-{form}".replace(" ", "-"), **form)
    await _assign(sql, receipt)
    event = await event_of(sql, receipt)
    assert (event["anonymous"], event["secret"], event["sealed"]) == flags
    row = await sql.fetchrow(
        "SELECT anonymous, secret, sealed FROM intake.complaint WHERE ticket = $1", receipt["ticket"]
    )
    assert tuple(row) == flags
    seen = await status(http, receipt)
    assert (seen["agency"], seen["text"], seen["answers"]) == (None, None, None)
    assert (await status(http, receipt, own=True))["agency"] == own


async def test_words_beyond_what_is_kept_seal_too(http, sql):
    await deliver(http, "m_seal_late", "a " * 6000 + "oknum camat minta uang pelicin")
    sealed = await sql.fetchrow("SELECT sealed, length(text) AS kept FROM intake.complaint ORDER BY id DESC LIMIT 1")
    assert (sealed["sealed"], sealed["kept"]) == (True, 10_000)
