"""A submission on a slow line: interrupted at any byte and repeated, it makes one complaint with one photo."""

import json
import random

import pytest

from tests.services.intake.citizens.app import OCTETS, TUS, WORDS, Device, call_and_hang_up
from tests.services.intake.media.pictures import MATARAM, SECRET, jpeg, png

BOUNDARY = "potongan"


@pytest.fixture
def device(http) -> Device:
    return Device(http)


async def attachments_of(sql, ticket: str):
    return await sql.fetch(
        "SELECT a.* FROM intake.attachment AS a JOIN intake.complaint AS c ON c.id = a.complaint_id"
        " WHERE c.ticket = $1 ORDER BY a.id",
        ticket,
    )


async def complaints(sql) -> int:
    return int(await sql.fetchval("SELECT count(*) FROM intake.complaint"))


@pytest.mark.parametrize("seed", range(4))
async def test_a_submission_and_its_upload_cut_anywhere_make_one_complaint_with_one_photo(app, device, sql, seed):
    chance, content, key = random.Random(seed), jpeg(), f"key-cut-{seed}-0001"
    before = await complaints(sql)
    where = (await device.announce(len(content))).headers["location"]
    offset = 0
    while offset < len(content):
        cut = min(len(content), offset + chance.randint(0, len(content) // 3))
        headers = {**TUS, **device.headers, **OCTETS, "Upload-Offset": str(offset)}
        await call_and_hang_up(app, "PATCH", where, headers, [content[offset:cut]])
        offset = await device.offset(where)
    upload = where.rpartition("/")[2]
    body = json.dumps({"text": WORDS, "uploads": [upload]}).encode()
    told = {**device.headers, "Idempotency-Key": key, "Content-Type": "application/json"}
    for cut in range(0, len(body), 7):
        status = await call_and_hang_up(app, "POST", "/v1/complaints", told, [body[:cut]])
        assert status == 408
    assert await complaints(sql) == before
    first = await device.submit(key, [upload])
    again = await device.submit(key, [upload])
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert await complaints(sql) == before + 1
    (photo,) = await attachments_of(sql, first.json()["ticket"])
    assert (photo["kind"], photo["media_type"], photo["state"]) == ("image", "image/jpeg", "stored")


async def test_a_form_with_a_photo_cut_at_any_byte_makes_one_complaint_with_one_photo(app, device, sql):
    before = await complaints(sql)
    parts = [("complaint", json.dumps({"text": WORDS}).encode()), ("photo", png())]
    body = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content + b"\r\n"
        for name, content in parts
    )
    body += f"--{BOUNDARY}--\r\n".encode()
    told = {
        **device.headers,
        "Idempotency-Key": "key-form-0001",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    for cut in range(0, len(body), 11):
        assert await call_and_hang_up(app, "POST", "/v1/complaints", told, [body[:cut]]) == 408
    assert await complaints(sql) == before
    tickets = set()
    for _ in range(3):
        # the answer is lost on its way: the app knows nothing and sends it again
        answer = await device.http.post("/v1/complaints", headers=told, content=body)
        assert answer.status_code == 201
        tickets.add(answer.json()["ticket"])
    assert len(tickets) == 1
    assert await complaints(sql) == before + 1
    assert len(await attachments_of(sql, tickets.pop())) == 1


async def test_a_repetition_after_the_upload_is_gone_gets_the_same_answer(device, sql):
    upload = await device.upload(png())
    first = await device.submit("key-gone-0001", [upload])
    await device.http.delete(f"/v1/uploads/{upload}", headers={**TUS, **device.headers})
    again = await device.submit("key-gone-0001", [upload])
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(await attachments_of(sql, first.json()["ticket"])) == 1


async def test_the_same_key_with_another_upload_is_refused(device):
    one, other = await device.upload(png()), await device.upload(png())
    assert (await device.submit("key-other-0001", [one])).status_code == 201
    answer = await device.submit("key-other-0001", [other])
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_what_is_no_finished_upload_of_this_device_is_refused_with_its_place(http, device, sql):
    before = await complaints(sql)
    mine, theirs = await device.upload(png()), await Device(http).upload(png())
    begun = (await device.announce(1000)).headers["location"].rpartition("/")[2]
    page = await device.upload(b"<html><script>alert(1)</script></html>")
    for other, code in (
        (theirs, "upload_unknown"),
        ("0192f0c4-7d3a-7c11-9a55-3b1f2d4e5f60", "upload_unknown"),
        (begun, "upload_unfinished"),
        (page, "upload_unknown_type"),
    ):
        answer = await device.submit("key-foreign-0001", [mine, other])
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        assert answer.json()["pointer"] == "/uploads/1"
    nobody = await http.post(
        "/v1/complaints", json={"text": WORDS, "uploads": [mine]}, headers={"Idempotency-Key": "key-foreign-0002"}
    )
    assert nobody.json()["code"] == "upload_unknown"
    assert await complaints(sql) == before


async def test_an_upload_is_known_by_its_bytes(device, sql):
    video = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x08free"
    uploads = [await device.upload(content) for content in (video, b"OggS\x00" + b"x" * 40, b"%PDF-1.7\n")]
    ticket = (await device.submit("key-kinds-0001", uploads)).json()["ticket"]
    assert [row["kind"] for row in await attachments_of(sql, ticket)] == ["video", "audio", "file"]


async def test_consent_to_hints_travels_with_each_photo(device, sql):
    upload = await device.upload(png())
    ticket = (await device.submit("key-hints-0001", [upload], keep_photo_hints=True)).json()["ticket"]
    assert [row["keep_hints"] for row in await attachments_of(sql, ticket)] == [True]
    ticket = (await device.submit("key-hints-0002", [upload])).json()["ticket"]
    assert [row["keep_hints"] for row in await attachments_of(sql, ticket)] == [False]


async def test_the_devices_secret_name_is_kept_with_no_request(device, sql):
    await device.submit("key-secret-0001")
    rows = await sql.fetch("SELECT headers FROM intake.raw_request")
    assert rows
    assert not any("x-device-id" in row["headers"] or device.name in json.dumps(row["headers"]) for row in rows)


async def test_a_photo_loses_what_is_hidden_in_it_and_keeps_its_place_with_consent_alone(device, sql):
    upload, hints = await device.upload(jpeg()), []
    for key, consent in (("key-exif-0001", False), ("key-exif-0002", True)):
        ticket = (await device.submit(key, [upload], keep_photo_hints=consent)).json()["ticket"]
        (photo,) = (await device.get(f"/{ticket}")).json()["messages"][0]["attachments"]
        shown = await device.http.get(photo["url"])
        assert shown.status_code == 200
        assert SECRET not in shown.content
        (row,) = await attachments_of(sql, ticket)
        hints.append(row["hints"])
    assert hints[0] is None
    assert (round(hints[1]["latitude"], 3), round(hints[1]["longitude"], 3)) == (
        round(MATARAM[0], 3),
        round(MATARAM[1], 3),
    )


async def test_a_browser_submits_with_an_upload_and_goes_on_with_its_code(http, sql):
    """The page draws a name for its uploads and forgets it: ticket and access code are what its citizen has."""
    page = Device(http)
    upload = await page.upload(png())
    told = {**page.headers, "Idempotency-Key": "key-web-0001"}
    form = {"text": WORDS, "seconds_to_fill": 40, "uploads": [upload]}
    receipt = (await http.post("/v1/web/complaints", json=form, headers=told)).json()
    again = await http.post("/v1/web/complaints", json={**form, "seconds_to_fill": 55}, headers=told)
    assert again.json() == receipt
    assert len(await attachments_of(sql, receipt["ticket"])) == 1
    assert (await page.get("")).json()["complaints"] == [], "a browser is no device"
    told = {"X-Access-Code": receipt["access_code"], "Idempotency-Key": "key-web-0002"}
    path = f"/v1/web/complaints/{receipt['ticket']}/messages"
    assert (await http.post(path, json={"text": "Sudah dua hari."}, headers=told)).status_code == 201
    story = await http.get(f"/v1/me/complaints/{receipt['ticket']}", headers=told)
    assert [one["text"] for one in story.json()["messages"]] == [WORDS, "Sudah dua hari."]
    event = await sql.fetchval(
        "SELECT value FROM bus.outbox WHERE value->>'ticket' = $1 ORDER BY sequence DESC LIMIT 1", receipt["ticket"]
    )
    assert (event["channel"], event["type"]) == ("web", "complaint.appended.v1")
