"""`ntbcare parked`: a person sees why, decides, and is told what came of it; content never shows."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import asyncpg
import pytest

from shared.core.ids import new_id
from shared.core.settings import SettingsError
from shared.db import Database
from tests.kafka.pipes import changed, received

from .lot import attendant, park, publish

WORDS = "Oknum Baiq Contoh 081234567890"


@pytest.fixture
async def line(intake, routing, sql):
    """A complaint whose second event is parked, with two events behind it; returns ticket and names."""
    complaint = new_id()
    first = received(complaint, text=WORDS)
    events = [first, *(changed(complaint, version, ticket=first.ticket, reason=WORDS) for version in (1, 2, 3))]
    ids = await publish(intake, *events)
    await park(routing, events[1], ids[1], "parked", "ValueError in route (service.py:42)")
    await park(routing, events[2], ids[2], "waiting", "behind a parked event of its complaint")
    await park(routing, events[3], ids[3], "waiting", "behind a parked event of its complaint")
    rows = await sql.fetch("SELECT id, event_id FROM routing.parked ORDER BY id")
    return first.ticket, [f"routing:{row['id']}" for row in rows], ids[1:]


@asynccontextmanager
async def attended(database: Database, failing: set[UUID]) -> AsyncIterator[None]:
    """Let the service attend its parking lot while the block lasts."""
    task = asyncio.create_task(attendant(database, failing).attend_parking())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_the_list_names_reason_ticket_and_line_and_shows_no_content(run, line):
    ticket, names, _ = line
    told = (await run("parked", "list")).output
    for word in (*names, ticket, "ValueError in route (service.py:42)", "parked", "waiting"):
        assert word in told
    document = json.loads((await run("parked", "list", "--json")).output)
    assert [(one["id"], one["state"], one["sequence"], one["behind"]) for one in document["parked"]] == [
        (names[0], "parked", 2, 2),
        (names[1], "waiting", 3, 1),
        (names[2], "waiting", 4, 0),
    ]
    everything = told + json.dumps(document) + (await run("parked", "show", names[0])).output
    assert "Baiq" not in everything


async def test_the_list_of_one_service_leaves_the_others_out(run, line):
    assert json.loads((await run("parked", "list", "--service", "intake", "--json")).output)["parked"] == []
    answer = await run("parked", "list", "--service", "gateway")
    assert answer.exit_code == 2
    assert "routing" in answer.output


async def test_an_empty_lot_says_so(run, sql):
    answer = await run("parked", "list")
    assert (answer.exit_code, answer.output) == (0, "Nothing is parked.\n")


async def test_show_tells_what_waits_behind_and_what_to_do_next(run, line):
    _, names, _ = line
    told = (await run("parked", "show", names[0])).output
    assert f"ntbcare parked replay {names[0]}" in told
    assert names[1] in told
    assert f"when {names[0]} is replayed or dropped" in (await run("parked", "show", names[2])).output


async def test_a_replay_tells_that_the_event_was_processed(run, line, routing, sql):
    _, names, ids = line
    async with attended(routing, set()):
        answer = await run("parked", "replay", names[0])
        assert answer.exit_code == 0, answer.output
        assert f"{names[0]} was processed." in answer.output
        while await sql.fetchval("SELECT count(*) FROM routing.parked"):  # noqa: ASYNC110 - the database's state
            await asyncio.sleep(0.02)
    rows = await sql.fetch("SELECT event_id FROM routing.inbox ORDER BY processed_at")
    assert [row["event_id"] for row in rows] == ids


async def test_a_replay_that_fails_again_tells_the_new_reason(run, line, routing):
    _, names, ids = line
    async with attended(routing, {ids[0]}):
        answer = await run("parked", "replay", "--all")
    assert answer.exit_code == 1
    assert f"{names[0]} failed again: ValueError in handle (lot.py:" in answer.output
    assert "citizen" not in answer.output


async def test_a_replay_that_nobody_takes_says_which_service_must_run(run, line):
    _, names, _ = line
    answer = await run("parked", "replay", names[0], "--wait", "0.3")
    assert answer.exit_code == 1
    assert "ntbcare serve routing" in answer.output


@pytest.mark.parametrize("command", [["replay"], ["drop", "--reason", "a duplicate"]])
async def test_only_a_parked_event_can_be_replayed_or_dropped(run, line, sql, command):
    _, names, _ = line
    answer = await run("parked", *command, names[1])
    assert answer.exit_code == 1
    assert "not in the state parked but waiting" in answer.output
    assert names[0] in answer.output
    assert await sql.fetchval("SELECT array_agg(state ORDER BY id) FROM routing.parked") == [
        "parked",
        "waiting",
        "waiting",
    ]


async def test_a_dropped_event_keeps_both_reasons_and_leaves_the_list(run, line, sql):
    _, names, ids = line
    answer = await run("parked", "drop", names[0], "--reason", "test data of 9 November")
    assert answer.exit_code == 0
    assert "going on now: 2" in answer.output
    row = await sql.fetchrow("SELECT state, reason FROM routing.parked WHERE event_id = $1", ids[0])
    assert tuple(row) == ("dropped", "ValueError in route (service.py:42); dropped: test data of 9 November")
    assert names[0] not in [one["id"] for one in json.loads((await run("parked", "list", "--json")).output)["parked"]]
    assert "test data" in (await run("parked", "list", "--dropped")).output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "routing:999999"], 1, "not in the parking lot"),
        (["show", "12"], 2, "service:number"),
        (["show", "gateway:1"], 2, "No service 'gateway'"),
        (["show", "routing:1; DROP TABLE"], 2, "service:number"),
        (["replay"], 2, "Name one ID, or say --all"),
        (["replay", "routing:1", "--all"], 2, "Name one ID, or say --all"),
        (["drop", "routing:1", "--reason", " "], 2, "Say why"),
    ],
)
async def test_a_wrong_name_changes_nothing_and_says_what_to_write(run, sql, arguments, code, words):
    answer = await run("parked", *arguments)
    assert answer.exit_code == code
    assert words in " ".join(answer.output.replace("│", " ").split())


async def test_what_kafka_refused_is_listed_with_how_much_waits(run, intake, sql):
    complaint = new_id()
    first = received(complaint)
    ids = await publish(intake, first, changed(complaint, 1), changed(complaint, 2))
    await sql.execute("UPDATE bus.outbox SET refused_reason = 'too large for the topic' WHERE event_id = $1", ids[1])
    told = (await run("parked", "list")).output
    assert "too large for the topic" in told
    (refused,) = json.loads((await run("parked", "list", "--json")).output)["refused"]
    assert (refused["ticket"], refused["sequence"], refused["behind"]) == (first.ticket, 2, 1)


async def test_the_operators_role_reads_no_content_and_moves_nothing_else(database_urls, line):
    operator = await asyncpg.connect(database_urls["operator"])
    try:
        for statement in (
            "SELECT value FROM routing.parked",
            "SELECT headers FROM routing.parked",
            "UPDATE routing.parked SET value = ''",
            "DELETE FROM routing.parked",
            "SELECT value FROM bus.outbox",
            "SELECT text FROM intake.complaint",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await operator.execute(statement)
    finally:
        await operator.close()


async def test_without_the_operators_url_the_error_says_who_may_and_what_is_missing(run, settings):
    settings.delenv("NTBCARE_OPERATOR_DATABASE_URL")
    error = (await run("parked", "list")).exception
    assert isinstance(error, SettingsError)
    assert "NTBCARE_OPERATOR_DATABASE_URL" in str(error)
    assert "operator's role" in str(error)


async def test_a_database_that_does_not_let_us_in_is_said_in_plain_words(run, settings):
    settings.setenv(
        "NTBCARE_OPERATOR_DATABASE_URL", "postgresql://ntbcare_operator:4d1c7e0b9a8f2c6e5f3a@127.0.0.1:1/ntbcare"
    )
    answer = await run("parked", "list")
    assert answer.exit_code == 1
    assert "The database does not let us in" in answer.output
    assert "wrong-password" not in answer.output
