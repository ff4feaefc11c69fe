"""Requests as the providers' own test suites have them, through the real doors, each against what it should become.

They lie in the folder `../shared/data/payloads` and nowhere in this repository; without it these tests say so. With
`-s` they print the table.
"""

import sys
from collections import Counter
from pathlib import Path

import asyncpg
import pytest
from rich.console import Console
from rich.table import Table

from tests.payloads.conftest import Doors, Joining
from tests.payloads.deviations import DEVIATIONS
from tests.payloads.gateways import VERIFY_TOKEN
from tests.payloads.library import FOLDER, Payload, named, payloads, scenarios, signatures
from tests.payloads.outcome import Outcome, differences, empty_tables, look

RECORD = Path(__file__).parents[2] / "docs" / "decisions" / "0022-what-the-providers-payloads-become.md"
MOST_DEVIATIONS = 5


@pytest.fixture(autouse=True)
def _say_so_where_they_are_not(capsys) -> None:
    if not FOLDER.is_dir():
        with capsys.disabled():
            sys.stdout.write("\nnote: no reference payloads beside this checkout; nothing was delivered\n")


async def delivered(doors: Doors, joining: Joining, sql: asyncpg.Connection, payload: Payload) -> Outcome:
    answer = await doors.deliver(payload)
    await joining()
    return await look(sql, answer.status_code)


@pytest.mark.wide
async def test_each_payload_becomes_what_the_index_says_and_stores_nothing_the_second_time(doors, joining, sql):
    table = Table("file", "expected", "became", "differs")
    differing: set[str] = set()
    for payload in payloads():
        await empty_tables(sql)
        before = await delivered(doors, joining, sql, named(payload.after)) if payload.after else None
        first = await delivered(doors, joining, sql, payload)
        wrong = differences(payload.expected, before, first)
        second = await delivered(doors, joining, sql, payload)
        assert (second.status, second.rows) == (first.status, first.rows), payload.file
        table.add_row(payload.file, payload.expected["outcome"], first.words, "; ".join(wrong))
        if wrong:
            differing.add(payload.file)
    Console(width=200).print(table, f"{len(payloads())} payloads, {len(differing)} differ from the index")
    known = {file for files in DEVIATIONS.values() for file in files}
    assert differing == (known if payloads() else set())


@pytest.mark.wide
async def test_everything_once_more_in_one_database_stores_nothing_new(doors, joining, sql):
    await empty_tables(sql)
    everything = [*payloads(), *(payload for _, files in scenarios() for payload in files)]
    for payload in everything:
        await delivered(doors, joining, sql, payload)
    first = await look(sql, 200)
    for payload in everything:
        await delivered(doors, joining, sql, payload)
    second = await look(sql, 200)
    assert second.rows == first.rows
    ids = Counter((one["channel"], one["account"], one["provider_message_id"]) for one in second.messages)
    assert not [key for key, times in ids.items() if times > 1]


async def test_what_belongs_together_becomes_one_thing(doors, joining, sql):
    found = {}
    for name, files in scenarios():
        await empty_tables(sql)
        for payload in files:
            await delivered(doors, joining, sql, payload)
        after = await look(sql, 200)
        found[name] = (after.rows["conversation"], [one["text"] for one in after.messages], after.problems)
    sweet = "Android is always a sweet treat!"
    assert not scenarios() or found == {
        "mtarget parts": (1, ["hello world"], []),
        "fb comment then hide by page": (1, [found["fb comment then hide by page"][1][0]], []),
        "android twice the same words": (1, [sweet, sweet], []),
        "android retry": (1, [sweet], []),
        "mms": (1, ["Hello! Here is the photo."], ["bad_base64"]),
    }


async def test_what_is_signed_wrongly_is_refused_and_stores_nothing(doors, sql):
    await empty_tables(sql)
    for vector in signatures().get("negative", []):
        payload = named(vector["file"])
        headers: dict[bytes, bytes] = {}
        if payload.provider == "android_gateway":
            headers[b"X-Timestamp"] = vector.get("timestamp", signatures()["keys"]["capcom6_timestamp"]).encode()
        for encoding in ("latin-1", "utf-8"):
            if vector["value"] is not None:
                headers[vector["header"].encode()] = vector["value"].encode(encoding)
            answer = await doors.deliver(payload, headers)
            assert answer.status_code in {401, 403}, vector["why"]
    after = await look(sql, 403)
    assert not +after.rows
    assert not await sql.fetchval("SELECT count(*) FROM intake.raw_request")


@pytest.mark.parametrize("channel", ["facebook", "instagram"])
async def test_the_handshake_is_answered_as_the_vectors_say(doors, channel):
    for vector in signatures().get("handshake", []):
        assert VERIFY_TOKEN in vector["query"] or vector["status"] != 200
        http = await doors.client(channel, ("1234567890",))
        answer = await http.get(f"/channels/{channel}?{vector['query']}")
        assert answer.status_code == vector["status"], vector
        if "body" in vector:
            assert answer.text == vector["body"]
            assert answer.headers["content-type"].startswith(vector["content_type"])
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_decision_record_explains_each_deviation_and_there_are_few():
    assert len(DEVIATIONS) <= MOST_DEVIATIONS
    record = RECORD.read_text()
    for reason, files in DEVIATIONS.items():
        assert reason in record
        for file in files:
            assert file.rsplit("/", 1)[-1] in record
