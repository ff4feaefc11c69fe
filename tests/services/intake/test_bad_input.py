"""Every row of the table of bad input, through the real doors, on a real database."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.channels import available_channels
from shared.http.client import AsyncClient, Response
from tests.services.intake.bad_input import DOCUMENT, WORDS, BadInput, Call, all_bad_input, document
from tests.services.intake.counting import rows_of

TABLE = all_bad_input()
HEARD = {"lapor": ("complaint_id", "duplicate")}
"""What a door says of a complaint besides its ticket and its time, where it is not a citizen's."""
SETTINGS_OF: Mapping[str, Mapping[str, str]] = {
    "": {},
    "the database is away": {"DATABASE_URL": "postgresql://nobody:4d1c7e0b9a8f2c6e5f3a@127.0.0.1:1/none"},
    "the limit is reached": {"SUBMISSIONS_PER_MINUTE": "1", "LOOKUPS_PER_MINUTE": "1"},
    "the store is full": {},
}


@pytest.fixture(scope="module")
async def houses(workshop):
    """A client for every state that the house can be in."""
    async with AsyncExitStack() as open_ones:
        found = {}
        for given, settings in SETTINGS_OF.items():
            chosen = dict(settings)
            if given == "the store is full":
                folder = workshop.folder / "full"
                folder.mkdir()
                for number in range(256):
                    (folder / f"{number:02x}").touch()
                chosen["ATTACHMENTS"] = str(folder)
            found[given] = await open_ones.enter_async_context(workshop.http(**chosen))
        for path, method in (("/v1/complaints/x", "GET"), ("/v1/complaints", "POST"), ("/v1/web/complaints", "POST")):
            await found["the limit is reached"].request(method, path)
        yield found


async def _send(http: AsyncClient, call: Call, **place: str) -> Response:
    headers = [(_raw(name), _raw(value)) for name, value in (*call.headers, *call.sign().items())]
    content = _chunks(call.content) if isinstance(call.content, tuple) else call.content
    return await http.request(call.method, call.path.format(**place), headers=headers, content=content)


def _raw(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


async def _chunks(parts: tuple[bytes, ...]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def _counted() -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for metric in REGISTRY.collect():
        for sample in metric.samples:
            if sample.name == "ntbcare_door_outcomes_total":
                labels = sample.labels
                found[labels["channel"], labels["outcome"], labels["reason"]] += int(sample.value)
            elif sample.name == "ntbcare_http_problems_total":
                found["problem", sample.labels["code"]] += int(sample.value)
    return found


@pytest.mark.parametrize("row", TABLE, ids=str)
async def test_bad_input_gets_a_clear_answer_and_changes_nothing_else(row, houses, sql):
    http = houses[row.given]
    place = (await _send(http, row.before)).json() if row.before else {}
    rows, figures = await rows_of(sql), _counted()
    with capture_logs() as logs:
        answer = await _send(http, row.call, **place)
    assert answer.status_code == row.status, answer.text
    _check_body(row, answer)
    assert await rows_of(sql) - rows == row.stored
    assert rows - await rows_of(sql) == {}
    expected = Counter(one if one[0] == "problem" else (row.door, *one) for one in row.counted)
    assert _counted() - figures == expected
    _check_logs(row, logs)
    if row.keeps:
        await _check_complaint(row, sql)


def _check_body(row: BadInput, answer: Response) -> None:
    assert "Traceback" not in answer.text
    assert ("retry-after" in answer.headers) == (row.status in {429, 503})
    if row.status == 201:
        assert set(answer.json()) == {"ticket", "received_at", *HEARD.get(row.door, ("access_code", "status_url"))}
    elif row.door in {"lapor", "mobile", "ticket", "web"} or row.counted[0][0] == "problem":
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["code"], problem["status"]) == (row.says, row.status)
        assert problem["type"] == f"urn:ntbcare:problem:{row.says}"
        assert problem["title"]
    else:
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text == row.says


def _check_logs(row: BadInput, logs: Sequence[Mapping[str, Any]]) -> None:
    assert WORDS[:20] not in json.dumps(logs, default=str)
    assert not any("exc_info" in line for line in logs)
    errors = [line["event"] for line in logs if line["log_level"] == "error"]
    assert errors == ["intake.request_parked"] * sum(outcome == "parked" for outcome, _ in row.counted)


async def _check_complaint(row: BadInput, sql: asyncpg.Connection) -> None:
    newest = await sql.fetchrow(
        "SELECT c.text, m.event_time, r.state, o.value, o.traceparent FROM intake.complaint AS c"
        " JOIN intake.message AS m ON m.complaint_id = c.id JOIN intake.raw_request AS r ON r.id = m.raw_request_id"
        " JOIN bus.outbox AS o ON o.subject = c.id ORDER BY o.position DESC LIMIT 1"
    )
    kept = {
        **dict(newest),
        "cut": newest["value"]["text_truncated"],
        "coordinates": newest["value"]["place"]["coordinates"],
        "kinds": [one["kind"] for one in newest["value"]["attachments"]],
    }
    assert {name: kept[name] for name in row.keeps} == row.keeps
    assert kept["value"]["text"] == kept["text"]
    assert len(kept["traceparent"]) == 55


def test_every_channel_and_the_ticket_have_their_rows():
    assert {row.door for row in TABLE} == {*available_channels(), "ticket"}


def test_no_row_stands_twice():
    assert [name for name, times in Counter(map(str, TABLE)).items() if times > 1] == []


def test_the_document_says_what_the_table_says():
    assert DOCUMENT.read_text() == document(), "run: python -m tests.services.intake.bad_input"
