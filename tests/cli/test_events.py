"""`ntbcare events`: topics are made, and what a broker forgot goes out again."""

import secrets
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from shared.core.ids import new_id
from tests.kafka.pipes import changed

from .lot import publish


@pytest.fixture
async def published(intake, sql):
    """Three events, published one hour apart from each other, the last one an hour ago."""
    ids = await publish(intake, *(changed(new_id()) for _ in range(3)))
    for hours, event_id in zip((3, 2, 1), ids, strict=True):
        await sql.execute(
            "UPDATE bus.outbox SET published_at = now() - make_interval(hours => $2) WHERE event_id = $1",
            event_id,
            hours,
        )
    return ids


async def waiting(sql: asyncpg.Connection) -> list[UUID]:
    rows = await sql.fetch("SELECT event_id FROM bus.outbox WHERE published_at IS NULL ORDER BY position")
    return [row["event_id"] for row in rows]


async def test_everything_goes_out_again_after_a_yes(run, sql, published):
    answer = await run("events", "republish", "--all", typed="y\n")
    assert answer.exit_code == 0, answer.output
    assert "Publish 3 events again?" in answer.output
    assert await waiting(sql) == published


async def test_a_no_changes_nothing(run, sql, published):
    answer = await run("events", "republish", "--all", typed="n\n")
    assert answer.exit_code == 1
    assert await waiting(sql) == []


async def test_a_time_without_a_zone_is_wita(run, sql, published):
    now = await sql.fetchval("SELECT now()")
    since = (now - timedelta(hours=2, minutes=30) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S")
    answer = await run("events", "republish", "--since", since, "--yes")
    assert answer.exit_code == 0, answer.output
    assert await waiting(sql) == published[1:]


async def test_a_time_with_a_zone_is_taken_as_it_is(run, sql, published):
    now = await sql.fetchval("SELECT now()")
    since = (now - timedelta(hours=1, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    answer = await run("events", "republish", "--since", since, "--yes")
    assert answer.exit_code == 0, answer.output
    assert await waiting(sql) == published[2:]


async def test_nothing_published_since_then_is_said(run, sql):
    answer = await run("events", "republish", "--all")
    assert (answer.exit_code, answer.output) == (0, "Nothing was published since then.\n")


@pytest.mark.parametrize("arguments", [[], ["--all", "--since", "2026-11-09"]])
async def test_republish_wants_exactly_one_of_since_and_all(run, arguments):
    answer = await run("events", "republish", *arguments)
    assert answer.exit_code == 2


async def test_missing_topics_are_created_once(run, settings, broker):
    prefix = f"test-{secrets.token_hex(6)}."
    settings.setenv("NTBCARE_KAFKA_BOOTSTRAP", broker.bootstrap)
    settings.setenv("NTBCARE_KAFKA_PREFIX", prefix)
    assert f"Created: {prefix}complaints.v1," in (await run("events", "topics")).output
    assert "Every topic is there." in (await run("events", "topics")).output


async def test_a_broker_that_is_away_is_said_in_plain_words(run, settings):
    settings.setenv("NTBCARE_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    answer = await run("events", "topics")
    assert answer.exit_code == 1
    assert "127.0.0.1:1" in answer.output
