"""`ntbcare reconcile`: every gap between door, database, outbox, Kafka and casework is named; what can be is mended."""

import asyncio
import json
import secrets
from contextlib import suppress
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from deploy.reconcile.stream import in_order
from shared.core.ids import new_id
from shared.db import Database
from shared.events import COMPLAINTS, CONVERSATIONS, encode_headers
from shared.kafka import KafkaSettings, Relay, apply_topics
from tests.kafka.pipes import changed, received, until

from .lot import publish


@pytest.fixture
async def house(settings: Any, sql: Any, kafka: KafkaSettings) -> KafkaSettings:
    """Nothing came in yet, and Kafka's topics are new."""
    fresh = kafka.model_copy(update={"prefix": f"test-{secrets.token_hex(6)}."})
    await apply_topics(fresh, (COMPLAINTS, CONVERSATIONS))
    await sql.execute(
        "TRUNCATE intake.raw_request, intake.message, intake.complaint, intake.ignored, intake.pointer, intake.part,"
        " intake.recovery, intake.account_health, casework.case CASCADE"
    )
    settings.setenv("NTBCARE_KAFKA_BOOTSTRAP", fresh.bootstrap)
    settings.setenv("NTBCARE_KAFKA_PREFIX", fresh.prefix)
    settings.setenv("NTBCARE_KAFKA_IDEMPOTENCE", str(fresh.idempotence))
    return fresh


async def relayed(urls: Any, kafka: KafkaSettings, sql: asyncpg.Connection) -> None:
    """Let the relay run until nothing waits."""
    database = Database(urls["relay"], application="relay")
    task = asyncio.create_task(Relay(database, kafka).run())

    async def empty() -> bool:
        return not await sql.fetchval("SELECT count(*) FROM bus.outbox WHERE published_at IS NULL")

    await until(empty, tasks=[task])
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await database.close()


async def complaint(intake: Database, sql: asyncpg.Connection, *, announced: bool = True) -> tuple[UUID, UUID]:
    """Store a message with its complaint as intake does; return the complaint and the message."""
    event = received(new_id(), message_id=new_id(), conversation_id=new_id())
    raw, person = new_id(), new_id()
    await sql.execute(
        "INSERT INTO intake.raw_request"
        " (id, channel, door, method, query, headers, body, received_at, state, unreadable)"
        " VALUES ($1, 'sms', '/x', 'GET', '', '{}', '', now(), 'accepted', '[]')", raw,
    )  # fmt: skip
    await sql.execute("INSERT INTO vault.person VALUES ($1, $2, 'k', '')", person, person.bytes)
    await sql.execute(
        "INSERT INTO intake.conversation (id, channel, account, person_id) VALUES ($1, 'sms', '1708', $2)",
        event.conversation_id, person,
    )  # fmt: skip
    await sql.execute(
        "INSERT INTO intake.complaint"
        " (id, ticket, conversation_id, channel, text, anonymous, secret, sealed, received_at)"
        " VALUES ($1, $2, $3, 'sms', 'kata warga', false, false, false, now())",
        event.complaint_id, event.ticket, event.conversation_id,
    )  # fmt: skip
    await sql.execute(
        "INSERT INTO intake.message (id, channel, account, provider_message_id, complaint_id, raw_request_id, surface,"
        " text, received_at, disposition) VALUES ($1, 'sms', '1708', $2, $3, $4, 'sms', 'kata warga', now(), 'opened')",
        event.message_id, str(event.message_id), event.complaint_id, raw,
    )  # fmt: skip
    if announced:
        await publish(intake, event)
    return event.complaint_id, event.message_id


async def reconciled(run: Any, *options: str) -> tuple[int, dict[str, Any]]:
    answer = await run("reconcile", "--json", *options)
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.output
    document = json.loads(answer.stdout)
    assert "kata warga" not in answer.output
    return answer.exit_code, {**document, "gaps": {one["name"]: one for one in document["gaps"]}}


async def test_a_house_in_which_everything_arrived_has_no_gap_and_counts_everything(
    house, run, intake, sql, database_urls
):
    for _ in range(3):
        await complaint(intake, sql)
    await sql.execute("INSERT INTO intake.ignored VALUES ('sms', '1708', 'r1', 'reaction', now())")
    await relayed(database_urls, house, sql)
    code, document = await reconciled(run)
    assert (code, document["gaps"]) == (0, {})
    assert document["published"] == 3
    counted = {(one["outcome"], one["reason"]): one["count"] for one in document["accounted"]}
    assert counted == {("opened", None): 3, ("ignored", "reaction"): 1}


async def test_what_kafka_lost_is_named_and_goes_out_again(house, run, intake, sql, database_urls):
    first, _ = await complaint(intake, sql)
    ids = await publish(intake, changed(first, 1), changed(first, 2))
    await sql.execute(
        "UPDATE bus.outbox SET published_at = now() WHERE event_id = $1", ids[0]
    )  # and yet it is not there
    await relayed(database_urls, house, sql)
    code, document = await reconciled(run)
    assert code == 1
    assert document["gaps"]["missing_in_kafka"]["examples"] == [str(ids[0])]
    code, document = await reconciled(run, "--repair")
    assert (code, document["repaired"]) == (1, 2)
    await relayed(database_urls, house, sql)
    code, document = await reconciled(run)
    assert (code, document["gaps"]) == (0, {})


async def test_an_event_that_no_outbox_knows_is_named(house, run, intake, sql, database_urls):
    await complaint(intake, sql)
    await relayed(database_urls, house, sql)
    forged = new_id()
    event = changed(new_id(), 1)
    producer: AIOKafkaProducer = house.producer()
    await producer.start()
    headers = encode_headers(
        event_id=forged, event_type=event.type, source="/x", subject=event.complaint_id, time=event.changed_at,
        sequence=1, traceparent=None,
    )  # fmt: skip
    await producer.send_and_wait(house.topic(COMPLAINTS), b"{}", key=b"x", headers=headers)
    await producer.stop()
    _, document = await reconciled(run)
    assert str(forged) in document["gaps"]["not_in_outbox"]["examples"]


async def test_every_kind_of_gap_in_the_database_is_named_with_its_id(house, run, intake, sql):
    silent, message = await complaint(intake, sql, announced=False)
    other, _ = await complaint(intake, sql)
    await sql.execute("UPDATE bus.outbox SET published_at = now() - interval '1 hour' WHERE subject = $1", other)
    torn, _ = await complaint(intake, sql)
    await publish(intake, changed(torn, 1), changed(torn, 2))
    await sql.execute("DELETE FROM bus.outbox WHERE subject = $1 AND sequence = 2", torn)
    await sql.execute("UPDATE bus.outbox SET stored_at = now() - interval '1 hour' WHERE subject = $1", torn)
    raw = await sql.fetchval("UPDATE intake.raw_request SET state = 'parked' RETURNING id")
    await sql.execute(
        "INSERT INTO intake.pointer (channel, account, provider_message_id, kind, raw_request_id, received_at, due_at)"
        " VALUES ('facebook', '1', 'p1', 'comment', $1, now(), now() - interval '1 hour')", raw,
    )  # fmt: skip
    await sql.execute(
        "INSERT INTO intake.part (channel, account, provider_message_id, line, number, total, message,"
        " raw_request_id, received_at, due_at)"
        " VALUES ('sms', '1708', 'part1', '', 1, 2, '', $1, now(), now() - interval '1 hour')",
        raw,
    )  # fmt: skip
    await sql.execute(
        "INSERT INTO intake.amendment (channel, account, provider_message_id, change, version, at, raw_request_id,"
        " received_at) VALUES ('facebook', '1', 'a1', 'withdrawn', '', now(), $1, now() - interval '2 days')", raw,
    )  # fmt: skip
    await sql.execute("INSERT INTO intake.recovery VALUES ('facebook', '1', NULL, now(), 'token_dead')")
    await sql.execute(
        "INSERT INTO intake.attachment (id, message_id, kind, state, due_at)"
        " VALUES ($1, $2, 'image', 'wanted', now() - interval '1 day')", new_id(), message,
    )  # fmt: skip
    code, document = await reconciled(run, "--no-kafka")
    assert code == 1
    examples = {name: " ".join(gap["examples"]) for name, gap in document["gaps"].items()}
    expected = {
        "message_without_event": str(message),
        "complaint_without_event": str(silent),
        "sequence_gap": str(torn),
        "unpublished": "complaint.",
        "parked_request": str(raw),
        "pointer_past_due": "p1",
        "part_past_due": "part1",
        "amendment_unapplied": "a1",
        "attachment_past_due": "image",
        "not_read_back": "token_dead",
        "without_case": str(other),
    }
    assert examples.keys() == expected.keys()
    assert {name for name, words in expected.items() if words not in examples[name]} == set()
    shown = (await run("reconcile", "--no-kafka")).output
    assert "ntbcare intake replay" in shown


async def test_a_kafka_that_cannot_be_read_is_no_all_clear(house, run, settings):
    settings.setenv("NTBCARE_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    code, document = await reconciled(run)
    assert (code, set(document["gaps"])) == (1, {"kafka_unseen"})


@pytest.mark.parametrize(
    ("sequences", "fine"),
    [
        ([1, 2, 3], True),
        ([1, 1, 2, 3, 3], True),
        ([1, 2, 3, 1, 2, 3], True),
        ([1, 3, 2, 3], True),  # 2 was lost, and came again with what follows it
        ([1, 3, 2], False),
        ([2, 1, 2, 1], False),
    ],
)
def test_order_is_judged_by_the_first_or_the_last_appearance_of_each_event(sequences, fine):
    assert in_order(sequences) is fine


async def test_status_shows_what_waits_and_whether_accounts_hear(house, run, intake, sql):
    await complaint(intake, sql)
    await sql.execute("UPDATE bus.outbox SET stored_at = now() - interval '1 hour'")
    await sql.execute(
        "INSERT INTO intake.account_health VALUES ('facebook', '100', false, NULL, NULL, true, 'token_dead', now())"
    )
    answer = await run("status", "--json")
    assert answer.exit_code == 1
    document = json.loads(answer.stdout)
    assert document["pending"] == 1
    assert any("facebook 100: token_dead" in one for one in document["troubles"])
    assert set(document["lag"]) == {"casework", "intake", "lapor", "monitoring", "regencies", "replies", "routing"}
    assert {"relay", "intake", "casework"} <= document["connections"].keys()
    shown = (await run("status")).output
    assert "token_dead" in shown
    assert "kata warga" not in shown


async def test_a_parked_request_is_given_up_with_a_reason(house, run, intake, sql):
    await complaint(intake, sql)
    raw = await sql.fetchval("UPDATE intake.raw_request SET state = 'parked' RETURNING id")
    assert (await run("intake", "drop", str(raw), "--reason", " ")).exit_code == 2
    assert (await run("intake", "drop", str(raw), "--reason", "uji coba")).exit_code == 0
    row = await sql.fetchrow("SELECT state, settled_reason, settled_at FROM intake.raw_request WHERE id = $1", raw)
    assert (row["state"], row["settled_reason"]) == ("dropped", "uji coba")
    assert (await run("intake", "drop", str(raw), "--reason", "lagi")).exit_code == 1
