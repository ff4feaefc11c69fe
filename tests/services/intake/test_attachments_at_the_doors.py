"""What comes along with a message is checked and cleaned before it is accepted, and never holds its message up."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.intake import endpoints
from services.intake.media import incoming, repository
from services.intake.media.check import MOST_PER_MESSAGE
from services.intake.media.prepare import prepare
from shared.http.client import AsyncClient
from tests.services.intake.media import pictures
from tests.services.intake.provider import message, signed, webhook
from tests.services.intake.talk import PHOTO

KEY = "android-5f2d0c1b7e9a48d6"
WORDS = "Jalan berlubang di depan pasar Pagesangan"


async def submits(http: AsyncClient, photo: bytes, key: str | None = None, **form: Any) -> Any:
    return await http.post(
        "/v1/complaints",
        headers={"Idempotency-Key": key or str(uuid4())},
        files={"complaint": (None, json.dumps({"text": WORDS, **form})), "photo": ("a.jpg", photo)},
    )


async def sends_mms(
    http: AsyncClient, *along: tuple[str, bytes], text: str = WORDS, sender: str = "+6281234500077"
) -> str:
    """Have our telephone deliver an MMS; return its id."""
    mid = str(uuid4())
    told = [{"contentType": claimed, "data": base64.b64encode(content).decode()} for claimed, content in along]
    payload = {"messageId": mid, "sender": sender, "recipient": "1708", "body": text, "attachments": told}
    event = {"event": "mms:downloaded", "id": str(uuid4()), "deviceId": "posko", "payload": payload}
    body, at = json.dumps(event).encode(), str(int(time.time()))
    proof = hmac.new(KEY.encode(), body + at.encode(), hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-timestamp": at, "x-signature": proof}
    answer = await http.post("/channels/sms/android", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return mid


async def attachments(sql: asyncpg.Connection, ticket: str) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await sql.fetch(
        "SELECT a.* FROM intake.attachment AS a JOIN intake.complaint AS c ON c.id = a.complaint_id"
        " WHERE c.ticket = $1 ORDER BY a.id",
        ticket,
    )
    return rows


async def attachments_of(sql: asyncpg.Connection, mid: str) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await sql.fetch(
        "SELECT a.* FROM intake.attachment AS a JOIN intake.message AS m ON m.id = a.message_id"
        " WHERE m.provider_message_id = $1 ORDER BY a.id",
        mid,
    )
    return rows


async def told_of(sql: asyncpg.Connection, complaint_id: UUID) -> list[Mapping[str, Any]]:
    value = await sql.fetchval("SELECT value FROM bus.outbox WHERE subject = $1 ORDER BY sequence", complaint_id)
    told: list[Mapping[str, Any]] = value["attachments"]
    return told


@pytest.fixture
async def telephone(workshop):
    async with workshop.http(NTBCARE_SMS_ANDROID_SIGNING_KEY=KEY) as http:
        yield http


def content_of(workshop: Any, sha256: str) -> bytes:
    path: Path = workshop.attachments / sha256[:2] / sha256
    return path.read_bytes()


async def test_what_was_hidden_in_the_apps_photo_lies_in_no_kept_request_either(http, sql):
    answer = await submits(http, pictures.jpeg())
    kept = await sql.fetch(
        "SELECT r.body FROM intake.raw_request AS r JOIN intake.message AS m ON m.raw_request_id = r.id"
        " JOIN intake.complaint AS c ON c.id = m.complaint_id WHERE c.ticket = $1",
        answer.json()["ticket"],
    )
    assert [row["body"] for row in kept] == [b""]


async def test_the_apps_photo_is_stored_without_what_was_hidden_in_it(http, sql, workshop):
    answer = await submits(http, pictures.jpeg())
    assert answer.status_code == 201, answer.text
    (photo,) = await attachments(sql, answer.json()["ticket"])
    content = content_of(workshop, photo["sha256"])
    assert pictures.SECRET not in content
    assert b"Exif" not in content
    assert hashlib.sha256(content).hexdigest() == photo["sha256"]
    assert (photo["state"], photo["media_type"], photo["size"]) == ("stored", "image/jpeg", len(content))
    received_at = await sql.fetchval("SELECT received_at FROM intake.message WHERE id = $1", photo["message_id"])
    assert (photo["keep_until"] - received_at).days == 365
    assert await told_of(sql, photo["complaint_id"]) == [
        {
            "id": str(photo["id"]),
            "kind": "image",
            "media_type": "image/jpeg",
            "sha256": photo["sha256"],
            "size": len(content),
        }
    ]


async def test_place_and_time_inside_a_photo_are_kept_with_consent_only(http, sql):
    hints = []
    for consent in (False, True):
        answer = await submits(http, pictures.jpeg(), keep_photo_hints=consent)
        (photo,) = await attachments(sql, answer.json()["ticket"])
        hints.append(photo["hints"])
    assert hints[0] is None
    assert hints[1]["latitude"] == pytest.approx(pictures.MATARAM[0], abs=1e-4)
    assert hints[1]["taken_at"] == "2026-09-21T08:15:00+08:00"


@pytest.mark.parametrize(("consent", "words"), [(True, None), (False, None), (True, "Petugas minta uang pelicin")])
async def test_where_a_photo_was_taken_is_told_with_consent_and_never_of_what_is_sealed(http, sql, consent, words):
    said = {} if words is None else {"text": words}
    answer = await submits(http, pictures.jpeg(), keep_photo_hints=consent, **said)
    ticket = answer.json()["ticket"]
    query = "SELECT value FROM bus.outbox WHERE type = 'complaint.received.v1' AND value->>'ticket' = $1"
    photo = (await sql.fetchval(query, ticket))["place"]["photo"]
    if consent and words is None:
        assert photo["latitude"] == pytest.approx(pictures.MATARAM[0], abs=1e-4)
    else:
        assert photo is None


async def test_a_bomb_from_the_app_is_refused_and_its_complaint_is_accepted(http, sql, workshop):
    before = sorted(workshop.attachments.glob("*/*"))
    answer = await submits(http, pictures.png_of(60_000, 60_000))
    assert answer.status_code == 201
    (photo,) = await attachments(sql, answer.json()["ticket"])
    assert (photo["state"], photo["problem"], photo["sha256"], photo["keep_until"]) == ("refused", "bomb", None, None)
    assert sorted(workshop.attachments.glob("*/*")) == before


async def test_a_file_that_is_no_photo_is_still_refused_where_the_app_can_show_it(http, sql):
    answer = await submits(http, b"PK\x03\x04 arsip")
    assert (answer.status_code, answer.json()["code"]) == (422, "photo_unknown_type")


async def test_what_a_telephone_sends_along_is_checked_piece_by_piece(telephone, sql):
    mid = await sends_mms(
        telephone,
        ("image/jpeg", pictures.jpeg()),
        ("image/jpeg", b"PK\x03\x04 arsip"),
        ("image/jpeg", pictures.video()),
        ("image/png", pictures.png_of(60_000, 60_000)),
        ("application/x-msdownload", b"MZ\x90"),
    )
    rows = await attachments_of(sql, mid)
    assert [(row["state"], row["problem"]) for row in rows] == [
        ("stored", None),
        ("refused", "archive"),
        ("refused", "lies_about_type"),
        ("refused", "bomb"),
        ("refused", "unknown_type"),
    ]
    assert [row["complaint_id"] is not None for row in rows] == [True] * 5
    told = await told_of(sql, rows[0]["complaint_id"])
    assert [one["sha256"] for one in told] == [rows[0]["sha256"], None, None, None, None]
    assert told[0]["sha256"] != hashlib.sha256(pictures.jpeg()).hexdigest()


async def test_a_photo_that_waits_for_its_words_is_ready_when_they_come(telephone, sql):
    waiting = "+6281234500078"
    await sends_mms(telephone, ("image/png", pictures.png()), text="", sender=waiting)
    mid = await sends_mms(telephone, sender=waiting)
    complaint_id = await sql.fetchval("SELECT complaint_id FROM intake.message WHERE provider_message_id = $1", mid)
    (photo,) = await told_of(sql, complaint_id)
    kept = await sql.fetchrow("SELECT * FROM intake.attachment WHERE complaint_id = $1", complaint_id)
    assert (photo["sha256"], photo["media_type"]) == (kept["sha256"], "image/png")
    assert kept["state"] == "stored"


async def test_a_mistake_of_ours_in_one_content_keeps_it_out_and_lets_its_complaint_in(http, sql, monkeypatch):
    async def fails(*args: object, **more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(incoming, "prepare", fails)
    answer = await submits(http, pictures.jpeg())
    assert answer.status_code == 201
    (photo,) = await attachments(sql, answer.json()["ticket"])
    assert (photo["state"], photo["problem"]) == ("failed", "preparing_failed")


async def test_a_submission_is_looked_at_once_and_outside_of_any_transaction(http, app, sql, monkeypatch):
    open_when_prepared = []

    async def watch(*args: Any, **more: Any) -> Any:
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ntbcare-intake' AND state <> 'idle'"
        open_when_prepared.append(await sql.fetchval(query))
        return await prepare(*args, **more)

    monkeypatch.setattr(incoming, "prepare", watch)
    assert (await submits(http, pictures.jpeg())).status_code == 201
    assert open_when_prepared == [0]


async def test_a_message_without_attachments_costs_nothing_more(http, sql, monkeypatch):
    async def never(*args: object, **more: object) -> None:
        raise AssertionError("asked for nothing")

    monkeypatch.setattr(incoming, "make_ready", never)
    monkeypatch.setattr(repository, "hold", never)
    body = webhook("facebook", message("facebook", "m_plain_words", WORDS))
    assert (await http.post("/channels/facebook", content=body, headers=signed("facebook", body))).status_code == 200
    kept = "SELECT disposition FROM intake.message WHERE provider_message_id = 'm_plain_words'"
    assert await sql.fetchval(kept) == "opened"


async def test_only_the_providers_own_addresses_are_kept_to_be_fetched(http, sql):
    many = [{"type": "image", "payload": {"url": f"https://scontent.xx.fbcdn.net/{n}.jpg"}} for n in range(30)]
    body = webhook("facebook", message("facebook", "m_many_photos", WORDS, attachments=[PHOTO, *many]))
    assert (await http.post("/channels/facebook", content=body, headers=signed("facebook", body))).status_code == 200
    rows = await attachments_of(sql, "m_many_photos")
    states = [(row["state"], row["problem"], row["source_url"] is not None) for row in rows]
    assert states[:MOST_PER_MESSAGE] == [("wanted", None, True)] * MOST_PER_MESSAGE
    assert set(states[MOST_PER_MESSAGE:]) <= {("refused", "too_many", False)}


async def test_where_photos_fill_the_memory_the_next_comes_later_and_words_come_in(workshop, monkeypatch):
    monkeypatch.setattr(endpoints, "_MOST_IN_MEMORY", 100 * 1024)
    async with workshop.http() as http:
        refused = await submits(http, bytes(500 * 1024))
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert (await submits(http, pictures.jpeg())).status_code == 201
