"""One complaint per message: however often, in whatever order, at whatever moment something breaks."""

import asyncio
import hashlib
import inspect
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.intake import judging, repository
from services.intake.ledger import repository as ledger
from services.intake.media.photo import clean_photo
from services.intake.reporters import repository as reporters
from services.intake.waiting import repository as waiting
from shared.core.ticket import new_ticket
from shared.db import Database, DatabaseUnavailableError, OvertakenError, UnitOfWork
from shared.http.client import AsyncClient, Response
from tests.services.intake.counting import complaints_of, rows_of
from tests.services.intake.media import pictures
from tests.services.intake.provider import message, signed, webhook

STEPS = {
    "known": repository,
    "persons": reporters,
    "lock_conversations": repository,
    "store_reporters": reporters,
    "store": repository,
    "store_attachments": repository,
    "store_parts": waiting,
    "store_amendments": waiting,
    "store_pointers": waiting,
    "store_notices": ledger,
    "store_raw": ledger,
    "store_ignored": ledger,
}
"""Each with the module that has its statement."""


async def deliver(http: AsyncClient, *elements: dict[str, Any], door: str = "facebook") -> Response:
    body = webhook(door, *elements)
    return await http.post(f"/channels/{door}", content=body, headers=signed(door, body))


async def submit(http: AsyncClient, key: str, **form: object) -> Response:
    told = {"text": "Lampu jalan di Jalan Pejanggik padam", **form}
    return await http.post("/v1/complaints", json=told, headers={"Idempotency-Key": key})


async def test_a_batch_of_several_entries_makes_a_complaint_of_each(http, sql):
    mids = [f"m_batch_{number}" for number in range(5)]
    answer = await deliver(http, *(message("facebook", mid, f"Laporan {mid}") for mid in mids))
    assert answer.status_code == 200
    assert set(await complaints_of(sql, mids)) == set(mids)
    raws = await sql.fetchval(
        "SELECT count(DISTINCT raw_request_id) FROM intake.message WHERE provider_message_id = ANY($1)", mids
    )
    assert raws == 1


async def test_the_same_message_id_on_two_channels_is_two_messages(http, sql):
    before = await rows_of(sql)
    await deliver(http, message("facebook", "m_same_id", "Dari Facebook"))
    await deliver(http, message("instagram", "m_same_id", "Dari Instagram"), door="instagram")
    assert (await rows_of(sql) - before)["intake.complaint"] == 2


async def test_a_webhook_delivered_three_times_at_once_and_shuffled_makes_one_complaint_of_each_message(http, sql):
    mids = [f"m_three_times_{number}" for number in range(12)]
    elements = [message("facebook", mid, f"Laporan {mid}") for mid in mids]
    shuffled = [random.Random(seed).sample(elements, len(elements)) for seed in range(6)]
    before = await rows_of(sql)
    answers = await asyncio.gather(*(deliver(http, *order) for order in shuffled))
    assert {answer.status_code for answer in answers} == {200}
    made = await rows_of(sql) - before
    assert set(await complaints_of(sql, mids)) == set(mids)
    assert (made["intake.complaint"], made["bus.outbox"]) == (12, 12)
    assert (made["vault.person"], made["intake.conversation"]) == (12, 12)


async def test_a_submission_sent_three_times_at_once_gets_the_same_ticket_three_times(http, sql):
    before = await rows_of(sql)
    answers = await asyncio.gather(*(submit(http, "key-at-once") for _ in range(3)))
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["ticket"] for answer in answers}) == 1
    assert sorted("idempotent-replayed" in answer.headers for answer in answers) == [False, True, True]
    assert (await rows_of(sql) - before)["intake.complaint"] == 1


@pytest.mark.parametrize("text", ["Laporan", ""], ids=["accepted", "ignored"])
async def test_overlapping_batches_in_opposite_order_do_not_lock_each_other_out(text, http, sql):
    for turn in range(4):
        elements = [message("facebook", f"m_lock_{text}_{turn}_{n}", text, sender=f"d{n}") for n in range(150)]
        answers = await asyncio.gather(deliver(http, *elements), deliver(http, *reversed(elements)))
        assert [answer.status_code for answer in answers] == [200, 200]
    deadlocks = await sql.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert deadlocks == 0


async def test_a_citizen_who_begins_with_many_messages_at_once_is_one_person_in_one_conversation(http, sql):
    mids = [f"m_begins_{number}" for number in range(60)]
    before = await rows_of(sql)
    sent = [deliver(http, message("facebook", mid, f"Jalan rusak {mid}", sender="begins")) for mid in mids]
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {200}
    made = await rows_of(sql) - before
    assert (made["intake.message"], made["vault.person"], made["intake.conversation"]) == (60, 1, 1)


async def test_a_thousand_messages_in_one_webhook_work(http, sql):
    mids = [f"m_thousand_{number}" for number in range(1000)]
    answer = await deliver(http, *(message("facebook", mid, "Sampah menumpuk di pasar") for mid in mids))
    assert answer.status_code == 200
    assert len(await complaints_of(sql, mids)) == 1000
    again = await deliver(http, *(message("facebook", mid, "Sampah menumpuk di pasar") for mid in mids))
    assert again.status_code == 200
    assert len(await complaints_of(sql, mids)) == 1000


async def test_more_rows_than_postgres_takes_parameters_in_one_statement_work(http, sql):
    photos = [
        {"type": "image", "payload": {"url": f"https://cdn.example/{number}.jpg", "attachment_id": str(number)}}
        for number in range(4200)
    ]
    before = await rows_of(sql)
    answer = await deliver(
        http,
        message("facebook", "m_many_photos", "Lihat fotonya", attachments=photos),
        *(message("facebook", f"m_many_ignored_{number}", "") for number in range(6600)),
        *(message("facebook", f"m_many_{number}", "Air mati") for number in range(3700)),
    )
    assert answer.status_code == 200
    made = await rows_of(sql) - before
    assert (made["intake.complaint"], made["intake.ignored"], made["intake.attachment"]) == (3701, 6600, 4200)


@pytest.mark.parametrize("step", STEPS)
async def test_a_crash_between_two_statements_leaves_nothing(step, http, sql, monkeypatch):
    before = await rows_of(sql)
    monkeypatch.setattr(STEPS[step], step, _works_then_fails(getattr(STEPS[step], step)))
    answer = await submit(http, f"key-crash-{step}")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "rahasia" not in answer.text
    assert await rows_of(sql) == before
    monkeypatch.undo()
    again = await submit(http, f"key-crash-{step}")
    assert (again.status_code, "idempotent-replayed" in again.headers) == (201, False)


@pytest.mark.parametrize(("step", "where"), [("persons", "messages.1"), ("store", "messages.1"), ("known", "")])
async def test_a_providers_message_that_our_own_mistake_breaks_is_kept_and_alarmed(step, where, http, sql, monkeypatch):
    seen = message("facebook", f"m_seen_{step}", "Lampu mati")
    await deliver(http, seen)
    before = await rows_of(sql)
    monkeypatch.setattr(STEPS[step], step, _works_then_fails(getattr(STEPS[step], step)))
    with capture_logs() as logs:
        answer = await deliver(http, seen, message("facebook", f"m_broken_{step}", "Jembatan putus"))
    assert (answer.status_code, answer.text) == (200, "EVENT_RECEIVED")
    assert await rows_of(sql) - before == {"intake.raw_request": 1}
    assert {"event": "intake.request_parked", "log_level": "error", "reason": "internal_error", "where": where} in logs
    assert "rahasia" not in json.dumps(logs, default=str)
    kept = await sql.fetchrow("SELECT * FROM intake.raw_request ORDER BY id DESC LIMIT 1")
    assert (kept["state"], kept["unreadable"]) == ("parked", [["internal_error", where]])
    assert b"Jembatan putus" in kept["body"]


@pytest.mark.parametrize(("door", "status"), [("facebook", 200), ("mobile", 500)])
async def test_a_translator_that_fails_parks_a_providers_request_and_tells_the_app(door, status, app, sql, monkeypatch):
    from tests.services.intake.conftest import client_of

    def fail(*_: object) -> None:
        raise RuntimeError("rahasia pelapor")

    monkeypatch.setattr(f"channel_adapters.{door}.channel.normalize", fail)
    before = await rows_of(sql)
    async with client_of(app) as http:
        if door == "mobile":
            answer = await submit(http, "key-translator")
        else:
            answer = await deliver(http, message(door, "m_translator", "Jembatan putus"))
    assert answer.status_code == status
    assert "rahasia" not in answer.text
    assert await rows_of(sql) - before == ({"intake.raw_request": 1} if door == "facebook" else {})


def _works_then_fails(step: Any) -> Any:
    def broken(*args: Any, **kwargs: Any) -> None:
        step(*args, **kwargs)
        raise RuntimeError("rahasia pelapor")

    async def broken_later(*args: Any, **kwargs: Any) -> None:
        await step(*args, **kwargs)
        raise RuntimeError("rahasia pelapor")

    return broken_later if inspect.iscoroutinefunction(step) else broken


async def test_a_commit_whose_outcome_is_unknown_is_a_503_and_the_repetition_is_harmless(http, sql, monkeypatch):
    whole = Database.transaction

    @asynccontextmanager
    async def answer_lost(self: Database, **kwargs: Any) -> AsyncIterator[UnitOfWork]:
        async with whole(self, **kwargs) as tx:
            yield tx
        raise DatabaseUnavailableError("ConnectionResetError")

    before = await rows_of(sql)
    monkeypatch.setattr(Database, "transaction", answer_lost)
    lost = await submit(http, "key-lost-commit")
    assert (lost.status_code, lost.headers["retry-after"]) == (503, "5")
    monkeypatch.undo()
    again = await submit(http, "key-lost-commit")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert (await rows_of(sql) - before)["intake.complaint"] == 1


async def test_a_database_connection_cut_in_mid_transaction_is_a_503_and_leaves_nothing(http, sql, monkeypatch):
    whole = repository.store

    async def cut(*args: Any) -> Any:
        await sql.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ntbcare_intake'")
        return await whole(*args)

    before = await rows_of(sql)
    monkeypatch.setattr(repository, "store", cut)
    assert (await deliver(http, message("facebook", "m_cut", "Air mati"))).status_code == 503
    monkeypatch.undo()
    assert await rows_of(sql) == before
    assert (await deliver(http, message("facebook", "m_cut", "Air mati"))).status_code == 200
    assert len(await complaints_of(sql, ["m_cut"])) == 1


async def test_a_deadlock_or_a_slow_lock_is_a_503_and_parks_nothing(http, sql, monkeypatch):
    async def slow(tx: UnitOfWork, *_: Any) -> None:
        from sqlalchemy import text

        await tx.execute(text("SET LOCAL statement_timeout = 20"))
        await tx.execute(text("SELECT pg_sleep(1)"))

    before = await rows_of(sql)
    monkeypatch.setattr(repository, "store", slow)
    assert (await deliver(http, message("facebook", "m_slow", "Air mati"))).status_code == 503
    assert await rows_of(sql) == before


@pytest.mark.parametrize("door", ["facebook", "mobile"])
async def test_who_is_overtaken_at_every_try_is_a_503_and_nothing_is_kept_or_alarmed(door, http, sql, monkeypatch):
    async def overtaken(*_: Any) -> None:
        raise OvertakenError

    async def send() -> Response:
        if door == "mobile":
            return await submit(http, "key-overtaken")
        return await deliver(http, message(door, "m_overtaken", "Air mati"))

    before = await rows_of(sql)
    monkeypatch.setattr(repository, "store", overtaken)
    with capture_logs() as logs:
        answer = await send()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert not [line for line in logs if line["log_level"] == "error"]
    assert await rows_of(sql) == before
    monkeypatch.undo()
    assert (await send()).is_success
    assert (await rows_of(sql) - before)["intake.complaint"] == 1


async def test_a_message_whose_first_delivery_was_rolled_back_is_accepted_by_the_one_that_waited(
    http, sql, monkeypatch
):
    whole, calls = repository.store, iter(range(2))

    async def first_fails(*args: Any) -> Any:
        if next(calls) == 0:
            await asyncio.sleep(0.2)
            raise DatabaseUnavailableError("first")
        return await whole(*args)

    monkeypatch.setattr(repository, "store", first_fails)
    answers = await asyncio.gather(*(deliver(http, message("facebook", "m_waited", "Air mati")) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 503]
    assert len(await complaints_of(sql, ["m_waited"])) == 1


async def test_a_ticket_that_is_taken_is_drawn_again(http, sql, monkeypatch):
    taken = (await submit(http, "key-first-ticket")).json()["ticket"]
    one, two = new_ticket(), new_ticket()
    drawn = iter([taken, one, one, two])
    monkeypatch.setattr(judging, "new_ticket", lambda: next(drawn))
    answer = await deliver(http, message("facebook", "m_t1", "Air mati"), message("facebook", "m_t2", "Lampu mati"))
    assert answer.status_code == 200
    made = await complaints_of(sql, ["m_t1", "m_t2"])
    tickets = await sql.fetch("SELECT ticket FROM intake.complaint WHERE id = ANY($1)", list(made.values()))
    assert {row["ticket"] for row in tickets} == {one, two}
    events = await sql.fetch("SELECT value->>'ticket' AS ticket FROM bus.outbox WHERE subject = ANY($1)", made.values())
    assert {row["ticket"] for row in events} == {one, two}


async def test_a_photo_lies_in_the_store_under_its_hash_before_the_commit(http, sql, workshop, monkeypatch):
    photo = pictures.jpeg()
    kept = clean_photo(photo, "image/jpeg").content
    digest = hashlib.sha256(kept).hexdigest()
    path = workshop.attachments / digest[:2] / digest
    there: list[bool] = []
    whole = UnitOfWork.commit

    async def look(self: UnitOfWork) -> None:
        there.append(path.read_bytes() == kept)
        await whole(self)

    monkeypatch.setattr(UnitOfWork, "commit", look)
    answer = await http.post(
        "/v1/complaints",
        headers={"Idempotency-Key": "key-with-photo"},
        files={"complaint": (None, json.dumps({"text": "Jalan berlubang"})), "photo": ("a.jpg", photo)},
    )
    assert (answer.status_code, set(there)) == (201, {True})
    row = await sql.fetchrow("SELECT * FROM intake.attachment WHERE sha256 = $1", digest)
    assert (row["size"], row["media_type"], row["kind"]) == (len(kept), "image/jpeg", "image")


async def test_a_caller_that_hangs_up_in_mid_body_changes_nothing_and_raises_no_alarm(app, sql):
    before = await rows_of(sql)
    received = iter([{"type": "http.request", "body": b'{"text":', "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(received)

    async def send(part: Any) -> None:
        sent.append(part)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/complaints",
        "raw_path": b"/v1/complaints",
        "query_string": b"",
        "headers": [(b"content-length", b"100"), (b"idempotency-key", b"key-hung-up")],
        "client": ("127.0.0.1", 1),
        "server": ("door", 80),
    }
    with capture_logs() as logs:
        await app(scope, receive, send)
    assert sent[0]["status"] == 408
    assert not [line for line in logs if line["log_level"] == "error"]
    assert await rows_of(sql) == before
