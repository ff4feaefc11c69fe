"""What has no id of its own is kept once as well: a body that nobody understands, a notice about our account."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from services.intake.ledger.forgetting import Forgetting
from shared.channels import Translation
from shared.channels.protocol import AccountNotice, Ignored
from shared.db import Database
from tests.services.intake.provider import message, signed, webhook

NORMALIZE = "channel_adapters.facebook.channel.normalize"
STATES = "SELECT state FROM intake.raw_request WHERE body = $1"


async def deliver(http: Any, body: bytes) -> None:
    answer = await http.post("/channels/facebook", content=body, headers=signed("facebook", body))
    assert answer.status_code == 200


async def states_of(sql: Any, body: bytes) -> list[str]:
    return [row["state"] for row in await sql.fetch(STATES, body)]


async def test_a_body_that_nobody_understands_is_parked_once_however_often_it_is_delivered(http, sql):
    body = webhook("facebook", message("facebook", "m_once", "x"))[:-1]
    await deliver(http, body)
    await asyncio.gather(*(deliver(http, body) for _ in range(4)))
    assert await states_of(sql, body) == ["parked"]
    await deliver(http, other := body + b" ")
    assert await states_of(sql, other) == ["parked"]


async def test_what_a_person_dropped_is_not_parked_again(http, sql):
    body = webhook("facebook", message("facebook", "m_dropped", "x"))[:-1]
    await deliver(http, body)
    await sql.execute("UPDATE intake.raw_request SET state = 'dropped' WHERE body = $1", body)
    await deliver(http, body)
    assert await states_of(sql, body) == ["dropped"]


async def test_a_redelivery_that_we_understand_by_then_is_taken_in_beside_what_is_parked(http, sql, monkeypatch):
    body = webhook("facebook", message("facebook", "m_mended", "Jembatan di Sembalun putus"))

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(NORMALIZE, fail)
        await deliver(http, body)
        await deliver(http, body)
    await deliver(http, body)
    assert sorted(await states_of(sql, body)) == ["accepted", "parked"]


async def test_words_that_are_not_taken_in_yet_are_kept_once(http, sql, monkeypatch):
    ignored = Translation(ignored=(Ignored(reason="not_yet", words=True),))
    monkeypatch.setattr(NORMALIZE, lambda *_: ignored)
    body = webhook("facebook", message("facebook", "m_ignored", "x"))
    for _ in range(3):
        await deliver(http, body)
    assert await states_of(sql, body) == ["ignored"]


async def test_a_redelivered_notice_about_our_account_is_kept_once_and_another_request_brings_another(
    http, sql, monkeypatch
):
    notices = tuple(AccountNotice(account="page", kind="policy_enforcement", detail=one) for one in ("warn", "block"))
    monkeypatch.setattr(NORMALIZE, lambda *_: Translation(notices=notices))
    first, second = (webhook("facebook", message("facebook", f"m_notice_{n}", "x")) for n in range(2))
    for body in (first, first, second, first):
        await deliver(http, body)
    kept = await sql.fetch("SELECT detail FROM intake.account_notice WHERE account = 'page' ORDER BY id")
    assert [row["detail"] for row in kept] == ["warn", "block", "warn", "block"]


async def test_the_hash_of_a_request_goes_with_its_body(http, sql, database_urls):
    body = webhook("facebook", message("facebook", "m_forgotten", "x"))[:-1]
    await deliver(http, body)
    long_ago = datetime.now(UTC) - timedelta(days=91)
    await sql.execute(
        "UPDATE intake.raw_request SET state = 'dropped', received_at = $2 WHERE body = $1", body, long_ago
    )
    kept = await sql.fetchval("SELECT id FROM intake.raw_request WHERE body = $1", body)
    pool = Database(database_urls["intake"], application="forgetting")
    assert await Forgetting(pool, timedelta(days=90)).forget() == 1
    await pool.close()
    row = await sql.fetchrow("SELECT body, digest FROM intake.raw_request WHERE id = $1", kept)
    assert (row["body"], row["digest"]) == (b"", None)
