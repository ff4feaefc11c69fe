"""A request that was not understood is kept whole, run again after a fix, and each message of it is taken in once."""

import asyncio
import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.intake.app import service_of
from services.intake.ledger.replay import Replay
from services.intake.settings import IntakeSettings
from shared.channels import Translation, load_channel
from shared.channels.protocol import AccountNotice, Ignored
from shared.db import Database
from tests.services.intake.counting import complaints_of, rows_of
from tests.services.intake.provider import SETTINGS, message, signed, webhook

NORMALIZE = "channel_adapters.facebook.channel.normalize"


@pytest.fixture
async def replay(workshop, database_urls, monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NTBCARE_INTAKE_DATABASE_URL", database_urls["intake"])
    monkeypatch.setenv("NTBCARE_INTAKE_ATTACHMENTS", str(workshop.attachments))
    database = Database(database_urls["intake"], application="replay")
    yield Replay(service_of(IntakeSettings.load()), database, load_channel("facebook"))
    await database.close()


async def deliver(http: Any, *elements: dict[str, Any]) -> None:
    body = webhook("facebook", *elements)
    assert (await http.post("/channels/facebook", content=body, headers=signed("facebook", body))).status_code == 200


async def newest(sql: asyncpg.Connection) -> Any:
    return await sql.fetchrow("SELECT * FROM intake.raw_request ORDER BY id DESC LIMIT 1")


def _fail(*_: object) -> None:
    raise RuntimeError("rahasia pelapor")


async def test_after_a_fix_a_parked_request_becomes_the_complaint_it_always_was(http, sql, replay, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(NORMALIZE, _fail)
        await deliver(http, message("facebook", "m_replay_1", "Jembatan di Sembalun putus"))
    kept = await newest(sql)
    assert (kept["state"], await complaints_of(sql, ["m_replay_1"])) == ("parked", {})
    outcome = await replay.run(kept["id"])
    assert (outcome.state, outcome.new) == ("replayed", 1)
    assert set(await complaints_of(sql, ["m_replay_1"])) == {"m_replay_1"}
    row = await sql.fetchrow("SELECT * FROM intake.message WHERE provider_message_id = 'm_replay_1'")
    assert (row["received_at"], row["raw_request_id"]) == (kept["received_at"], kept["id"])
    now = await newest(sql)
    assert (now["id"], now["state"], now["unreadable"], now["tries"]) == (kept["id"], "replayed", [], 1)
    assert (await replay.run(kept["id"])).state == "gone"


async def test_without_a_fix_it_stays_parked_with_its_new_reason(http, sql, replay, monkeypatch):
    body = webhook("facebook")[:-1]
    await http.post("/channels/facebook", content=body, headers=signed("facebook", body))
    kept = await newest(sql)
    assert kept["unreadable"] == [["not_json", ""]]
    monkeypatch.setattr(NORMALIZE, _fail)
    assert (await replay.run(kept["id"])).state == "parked"
    now = await newest(sql)
    assert (now["state"], now["unreadable"], now["tries"]) == ("parked", [["internal_error", ""]], 1)


async def test_a_trial_run_tells_the_same_and_changes_nothing(http, sql, replay, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(NORMALIZE, _fail)
        await deliver(http, *(message("facebook", f"m_dry_{n}", f"Lampu mati di gang {n}") for n in range(3)))
    kept = await newest(sql)
    before = await rows_of(sql)
    outcome = await replay.run(kept["id"], dry=True)
    assert (outcome.state, outcome.new) == ("replayed", 3)
    assert await rows_of(sql) - before == {"vault.look": 1}
    assert (await newest(sql))["state"] == "parked"


async def test_what_was_taken_in_at_the_door_is_not_taken_in_again(http, sql, replay):
    torn = message("facebook", None, "Tanpa nomor")
    await deliver(http, message("facebook", "m_half", "Selokan mampet di Cakranegara"), torn)
    kept = await newest(sql)
    assert kept["state"] == "parked"
    before = await rows_of(sql)
    outcome = await replay.run(kept["id"])
    assert (outcome.state, outcome.new, outcome.known) == ("parked", 0, 1)
    assert await rows_of(sql) - before == {"vault.look": 1}


async def test_two_operators_at_once_make_one_complaint(http, sql, replay, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(NORMALIZE, _fail)
        await deliver(http, message("facebook", "m_two_operators", "Talud di Ampenan ambrol"))
    kept = await newest(sql)
    outcomes = await asyncio.gather(*(replay.run(kept["id"]) for _ in range(4)))
    assert sum(one.new for one in outcomes) == 1
    assert set(await complaints_of(sql, ["m_two_operators"])) == {"m_two_operators"}


async def test_words_that_we_now_take_in_come_out_of_what_was_ignored(http, sql, replay, monkeypatch):
    words = Translation(ignored=(Ignored(reason="unknown_comment_verb", words=True),))
    with monkeypatch.context() as older:
        older.setattr(NORMALIZE, lambda *_: words)
        await deliver(http, message("facebook", "m_ignored", "Air PDAM keruh di Dompu"))
    kept = await newest(sql)
    assert kept["state"] == "ignored"
    assert kept["id"] in await replay.waiting(state="ignored")
    assert (await replay.run(kept["id"])).new == 1
    assert (await newest(sql))["state"] == "replayed"


async def test_a_notice_that_was_kept_at_the_door_is_not_kept_twice(http, sql, replay, monkeypatch):
    notice = AccountNotice(account="1067280970047460", kind="policy_enforcement", detail="block")
    with monkeypatch.context() as older:
        older.setattr(NORMALIZE, lambda *_: Translation(notices=(notice,), ignored=(Ignored(reason="x", words=True),)))
        await deliver(http, message("facebook", "m_notice", "x"))
        kept = await newest(sql)
        await replay.run(kept["id"])
    assert await sql.fetchval("SELECT count(*) FROM intake.account_notice WHERE detail = 'block'") == 1


async def test_no_service_reads_a_body_but_one_at_a_time_and_on_record(http, sql, database_urls, replay, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(NORMALIZE, _fail)
        await deliver(http, message("facebook", "m_secret", "Rahasia"))
    kept = (await newest(sql))["id"]
    for role in ("intake", "operator", "replies", "relay"):
        connection = await asyncpg.connect(database_urls[role])
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch("SELECT body FROM intake.raw_request")
            if role != "intake":
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetch("SELECT * FROM vault.kept_request($1, 'look')", kept)
        finally:
            await connection.close()
    await replay.run(kept)
    looks = await sql.fetch("SELECT role, purpose FROM vault.look WHERE reference = $1", kept)
    assert [tuple(one) for one in looks] == [("ntbcare_intake", "replay")]


async def test_an_accepted_request_cannot_be_opened_at_all(http, sql, database_urls):
    await deliver(http, message("facebook", "m_accepted", "Pohon tumbang di Praya"))
    kept: UUID = (await newest(sql))["id"]
    connection = await asyncpg.connect(database_urls["intake"])
    try:
        assert await connection.fetch("SELECT * FROM vault.kept_request($1, 'look')", kept) == []
    finally:
        await connection.close()
    assert b"Pohon tumbang" in (await newest(sql))["body"]
    assert "m_accepted" not in json.dumps(dict(await newest(sql))["unreadable"])
