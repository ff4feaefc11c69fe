"""What intake promises: every message once, in one commit with its complaint and its event."""

import json
from collections.abc import Mapping

from shared.http.client import AsyncClient, Response

MOBILE = {"text": "Jalan rusak parah di depan pasar Masbagik, Lombok Timur", "place": {"region_code": "52.03"}}


async def submit(
    http: AsyncClient, key: str = "k-0001-first", body: Mapping[str, object] = MOBILE, **headers: str
) -> Response:
    return await http.post("/v1/complaints", json=body, headers={"Idempotency-Key": key, **headers})


async def test_a_submission_becomes_one_complaint_with_one_event(http, sql):
    answer = await submit(http)
    assert answer.status_code == 201, answer.text
    ticket = answer.json()["ticket"]
    row = await sql.fetchrow("SELECT * FROM intake.complaint WHERE ticket = $1", ticket)
    assert row["text"] == MOBILE["text"]
    event = await sql.fetchrow("SELECT * FROM bus.outbox WHERE subject = $1", row["id"])
    assert (event["type"], event["sequence"]) == ("complaint.received.v1", 1)
    assert event["value"]["place"]["given"]["region_code"] == "52.03"


async def test_a_repeated_submission_makes_no_second_complaint_and_gets_the_same_answer(http, sql):
    first = await submit(http, "k-0002-twice")
    before = await sql.fetchval("SELECT count(*) FROM intake.complaint")
    second = await submit(http, "k-0002-twice")
    assert second.status_code == first.status_code
    assert second.json() == first.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert await sql.fetchval("SELECT count(*) FROM intake.complaint") == before


async def test_an_idempotency_key_used_for_another_complaint_is_refused(http, sql):
    await submit(http, "k-0003-reused")
    before = await sql.fetchval("SELECT count(*) FROM intake.message")
    answer = await submit(http, "k-0003-reused", {**MOBILE, "text": "Laporan yang lain sama sekali"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert await sql.fetchval("SELECT count(*) FROM intake.message") == before


async def test_a_ticket_shows_its_status_only_and_the_access_code_opens_the_words(http):
    receipt = (await submit(http, "k-0004-status")).json()
    public = (await http.get(receipt["status_url"])).json()
    assert (public["state"], public["text"]) == ("received", None)
    own = await http.get(receipt["status_url"], headers={"X-Access-Code": receipt["access_code"].lower()})
    assert own.json()["text"] == MOBILE["text"]
    wrong = await http.get(receipt["status_url"], headers={"X-Access-Code": "00000-00000"})
    assert wrong.status_code == 403


async def test_no_name_or_number_of_the_reporter_leaves_the_vault(http, sql):
    body = {**MOBILE, "reporter": {"name": "Baiq Contoh", "phone": "081234567890", "email": "baiq@contoh.example"}}
    ticket = (await submit(http, "k-0005-vault", body)).json()["ticket"]
    event = await sql.fetchrow("SELECT value FROM bus.outbox WHERE value->>'ticket' = $1", ticket)
    assert "Baiq" not in json.dumps(event["value"])
    for table in ("vault.person", "vault.reporter", "intake.complaint", "intake.message", "intake.conversation"):
        rows = await sql.fetch(f"SELECT * FROM {table}")
        assert not any("Baiq" in str(row) or "81234567890" in str(row) for row in rows)
