"""What a citizen sees of their own complaints, writes into them, and thinks of the answer."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.core.ids import new_id
from tests.services.intake.citizens.app import WORDS, Device
from tests.services.intake.media.pictures import png

SOON = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def device(http) -> Device:
    return Device(http)


@pytest.fixture
async def ticket(device):
    return (await device.submit("key-own-0001")).json()["ticket"]


async def answer(sql, ticket: str, text: str = "Sudah kami perbaiki.", *, at: datetime = SOON) -> None:
    """Let casework's answer be here, as the consumer writes it."""
    await sql.execute(
        "INSERT INTO intake.answer SELECT $1, id, 'Dinas PUPR', $2, $3 FROM intake.complaint WHERE ticket = $4",
        new_id(),
        text,
        at,
        ticket,
    )
    await sql.execute("UPDATE intake.complaint SET state = 'answered', agency = 'Dinas PUPR' WHERE ticket = $1", ticket)


async def test_a_device_sees_its_own_complaints_the_newest_first_page_by_page(device, http):
    tickets = [(await device.submit(f"key-page-{n:04}")).json()["ticket"] for n in range(23)]
    await Device(http).submit("key-page-other")
    first = (await device.get("")).json()
    assert len(first["complaints"]) == 20
    second = (await device.get(f"?cursor={first['next']}")).json()
    shown = [one["ticket"] for page in (first, second) for one in page["complaints"]]
    assert shown == tickets[::-1]
    assert second["next"] is None
    assert (await device.get("?cursor=NTB-0000-00000")).json()["code"] == "cursor_unknown"


async def test_a_new_device_has_no_complaints(http):
    assert (await Device(http).get("")).json() == {"complaints": [], "next": None}


@pytest.mark.parametrize("name", ["", "short", "with space 1234567890123456"])
async def test_without_a_secret_name_nothing_is_shown(http, name):
    response = await http.get("/v1/me/complaints", headers={"X-Device-Id": name})
    assert (response.status_code, response.json()["code"]) == (401, "device_id_invalid")


async def test_another_devices_ticket_does_not_exist(http, device, ticket):
    other = Device(http)
    assert (await other.get(f"/{ticket}")).status_code == 404
    assert (await other.get("/NTB-0000-00000")).json() == {**(await other.get(f"/{ticket}")).json()}, (
        "an unknown ticket and another's look the same"
    )
    assert (await other.write(ticket, "key-other-write", text="x")).status_code == 404
    assert (await other.rate(ticket, 5)).status_code == 404
    assert (await http.get(f"/v1/me/complaints/{ticket}")).status_code == 401


async def test_the_whole_story_is_told(device, sql):
    upload = await device.upload(png())
    ticket = (await device.submit("key-story-0001", [upload])).json()["ticket"]
    assert (await device.write(ticket, "key-story-0002", text="Sekarang dua lubang.")).status_code == 201
    await answer(sql, ticket)
    story = (await device.get(f"/{ticket}")).json()
    assert (story["state"], story["agency"], story["may_rate"]) == ("answered", "Dinas PUPR", True)
    assert [(one["author"], one["text"]) for one in story["messages"]] == [
        ("citizen", WORDS),
        ("citizen", "Sekarang dua lubang."),
    ]
    (photo,) = story["messages"][0]["attachments"]
    assert (photo["kind"], photo["state"]) == ("image", "stored")
    assert [(one["text"], one["rating"]) for one in story["answers"]] == [("Sudah kami perbaiki.", None)]
    shown = await device.http.get(photo["url"])
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/png"


async def test_ticket_and_access_code_open_one_complaint_without_the_device(http, device, sql):
    receipt = (await device.submit("key-code-0001")).json()
    path = f"/v1/me/complaints/{receipt['ticket']}"
    code = {"X-Access-Code": receipt["access_code"]}
    assert (await http.get(path, headers=code)).json()["text"] == WORDS
    written = await http.post(
        f"{path}/messages", json={"text": "Dari laman."}, headers={**code, "Idempotency-Key": "key-code-0002"}
    )
    assert (written.status_code, written.json()["ticket"]) == (201, receipt["ticket"])
    texts = [one["text"] for one in (await device.get(f"/{receipt['ticket']}")).json()["messages"]]
    assert texts == [WORDS, "Dari laman."]
    await answer(sql, receipt["ticket"])
    assert (await http.post(f"{path}/rating", json={"rating": 4}, headers=code)).status_code == 201
    wrong = {"X-Access-Code": "00000-00000"}
    assert (await http.get(path, headers=wrong)).status_code == 403
    refused = await http.post(
        f"{path}/messages", json={"text": "x"}, headers={**wrong, "Idempotency-Key": "key-code-3"}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_access_code")


async def test_a_further_message_is_added_once_with_its_event(device, ticket, sql):
    before = await sql.fetchval("SELECT count(*) FROM intake.complaint")
    first = await device.write(ticket, "key-more-0001", text="Sudah ada korban jatuh.")
    again = await device.write(ticket.lower(), "key-more-0001", text="Sudah ada korban jatuh.")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert set(first.json()) == {"ticket", "status_url", "received_at"}
    assert again.headers["idempotent-replayed"] == "true"
    events = await sql.fetch("SELECT value FROM bus.outbox WHERE value->>'ticket' = $1 ORDER BY sequence", ticket)
    assert [one["value"]["type"] for one in events] == ["complaint.received.v1", "complaint.appended.v1"]
    assert events[1]["value"]["rule"] == "names_complaint"
    assert await sql.fetchval("SELECT count(*) FROM intake.complaint") == before


async def test_a_message_names_the_complaint_of_its_address_and_not_the_newest(device, ticket):
    newer = (await device.submit("key-newer-0001", text="Lampu jalan di Contohrejo mati semua")).json()["ticket"]
    assert (await device.write(ticket, "key-newer-0002", text=f"Bukan tentang {newer}.")).json()["ticket"] == ticket
    assert len((await device.get(f"/{ticket}")).json()["messages"]) == 2
    assert len((await device.get(f"/{newer}")).json()["messages"]) == 1


async def test_one_key_serves_two_tickets(device, ticket):
    other = (await device.submit("key-two-0001")).json()["ticket"]
    for one in (ticket, other):
        assert (await device.write(one, "key-two-same", text="Tolong segera.")).json()["ticket"] == one


async def test_a_message_with_other_words_under_the_same_key_is_refused(device, ticket):
    await device.write(ticket, "key-words-0001", text="Tolong segera.")
    refused = await device.write(ticket, "key-words-0001", text="Tidak jadi.")
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


async def test_of_a_sealed_complaint_no_agency_is_shown(device, sql):
    ticket = (await device.submit("key-seal-0001", text="Ada pungli dan suap di kantor Contohsari")).json()["ticket"]
    await answer(sql, ticket)
    story = (await device.get(f"/{ticket}")).json()
    assert (story["agency"], story["answers"][0]["agency"]) == (None, None)
    assert (await device.get("")).json()["complaints"][0]["agency"] is None


async def test_an_answer_is_rated_once(device, ticket, sql):
    early = await device.rate(ticket, 5)
    assert (early.status_code, early.json()["code"]) == (409, "not_answered")
    await answer(sql, ticket)
    first = await device.rate(ticket, 2, "Belum rapi.")
    assert first.status_code == 201
    again = await device.rate(ticket, 2, "Belum rapi.")
    assert (again.status_code, again.json()) == (201, first.json())
    other = await device.rate(ticket, 5)
    assert (other.status_code, other.json()["code"]) == (409, "already_rated")
    events = await sql.fetch(
        "SELECT value FROM bus.outbox WHERE value->>'ticket' = $1 AND value->>'type' = 'complaint.rated.v1'", ticket
    )
    assert [(one["value"]["rating"], one["value"]["text"]) for one in events] == [(2, "Belum rapi.")]
    story = (await device.get(f"/{ticket}")).json()
    assert (story["may_rate"], story["answers"][0]["rating"]["rating"]) == (False, 2)


async def test_what_ended_without_an_answer_of_its_own_is_not_rated(device, ticket, sql):
    await answer(sql, ticket)
    for state in ("archived", "rejected", "in_progress"):
        await sql.execute("UPDATE intake.complaint SET state = $1 WHERE ticket = $2", state, ticket)
        assert (await device.rate(ticket, 5)).json()["code"] == "not_answered"
        assert (await device.get(f"/{ticket}")).json()["may_rate"] is False


async def test_each_answer_can_be_rated(device, ticket, sql):
    await answer(sql, ticket)
    await device.rate(ticket, 1)
    await answer(sql, ticket, "Kini sungguh selesai.", at=SOON + timedelta(days=2))
    assert (await device.rate(ticket, 5)).status_code == 201
    story = (await device.get(f"/{ticket}")).json()
    assert [one["rating"]["rating"] for one in story["answers"]] == [1, 5]


@pytest.mark.parametrize("body", [{"rating": 0}, {"rating": 6}, {"rating": "5"}, {}, {"rating": 5, "text": "x" * 1001}])
async def test_a_rating_that_cannot_be_is_refused(device, ticket, body):
    refused = await device.http.post(f"/v1/me/complaints/{ticket}/rating", json=body, headers=device.headers)
    assert refused.status_code == 422


async def test_a_rating_as_large_as_a_film_is_not_read(device, ticket):
    refused = await device.http.post(
        f"/v1/me/complaints/{ticket}/rating",
        content=b" " * 200_000,
        headers={**device.headers, "Content-Type": "application/json"},
    )
    assert refused.status_code == 413


async def test_a_push_token_is_kept_encrypted_and_one_per_device(device, sql):
    path, token = "/v1/me/push-token", "fMEP0vJ" * 20
    for one in (token, token + "new"):
        assert (await device.http.put(path, json={"token": one}, headers=device.headers)).status_code == 204
    rows = await sql.fetch("SELECT * FROM vault.push_token")
    assert len(rows) == 1
    assert token.encode() not in rows[0]["token"]
    assert (await device.http.delete(path, headers=device.headers)).status_code == 204
    assert await sql.fetchval("SELECT count(*) FROM vault.push_token") == 0


async def test_codes_cannot_be_guessed_for_long(workshop, ticket):
    async with workshop.http(LOOKUPS_PER_MINUTE="3") as http:
        told = {"X-Access-Code": "00000-00000"}
        statuses = [
            (await http.get(f"/v1/{where}complaints/{ticket}", headers=told)).status_code
            for where in ("", "me/", "me/", "me/", "")
        ]
    assert statuses == [403, 403, 403, 429, 429]
