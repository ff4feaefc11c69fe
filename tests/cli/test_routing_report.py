"""`ntbcare routing report`: how often officers chose another agency, for an operator who sees no citizen's words."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from deploy.cli.routing import app
from shared.core.ids import new_id

WORDS = "Lampu penerangan dekat kediaman Baiq Contoh padam."


@pytest.fixture
async def judged(sql: asyncpg.Connection) -> None:
    await sql.execute("TRUNCATE routing.choice, routing.words, routing.likeness, routing.decision, routing.complaint")
    for chosen in ("52.71.DISHUB", "PLN"):
        complaint, decision = new_id(), new_id()
        await sql.execute(
            "INSERT INTO routing.complaint (complaint_id, ticket, place, sealed, received_at) "
            "VALUES ($1, 'NTB-1', '{}', false, now())",
            complaint,
        )
        await sql.execute("INSERT INTO routing.words VALUES ($1, $2, $3, now())", new_id(), complaint, WORDS)
        await sql.execute(
            """
            INSERT INTO routing.decision (id, complaint_id, agency_key, affair, level, region_code, confidence, sealed,
                candidates, reasons, rule, affair_by, rules_version, directory_version, decided_at)
            VALUES ($1, $2, '52.71.DISHUB', 'perhubungan', 'regency', '52.71.01', 0.72, false, '[]', '["x"]',
                'parkir, lampu jalan', 'words', 'r', 'd', now())
            """,
            decision,
            complaint,
        )
        await sql.execute(
            "INSERT INTO routing.choice VALUES ($1, now(), $2, $3, $4, 'national', 'assigned')",
            complaint,
            decision,
            chosen,
            "listrik" if chosen == "PLN" else "perhubungan",
        )


async def report(*arguments: str) -> Any:
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["report", *arguments]))


@pytest.mark.usefixtures("settings", "judged")
async def test_the_report_says_how_often_each_rule_was_overruled_and_quotes_nobody():
    answer = await report("--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["all"] == [{"name": "all", "judged": 2, "overruled": 1, "other_affair": 1, "share": 0.5}]
    assert [line["name"] for line in told["rule"]] == ["parkir, lampu jalan"]
    assert [line["name"] for line in told["region"]] == ["52.71"]
    assert [line["name"] for line in told["confidence"]] == ["0.7-0.8"]
    shown = await report()
    assert "2 judged, 1 overruled (50%)" in shown.stdout
    assert "Baiq" not in answer.stdout + shown.stdout


@pytest.mark.usefixtures("settings", "judged")
async def test_what_was_decided_before_the_time_asked_for_does_not_count():
    answer = await report("--since", "2999-01-01")
    assert "No officer has judged a decision yet" in answer.stdout


async def test_the_operators_role_reads_no_words_and_no_reasons(database_urls):
    operator = await asyncpg.connect(database_urls["operator"])
    try:
        for statement in (
            "SELECT text FROM routing.words",
            "SELECT words FROM routing.likeness",
            "SELECT reasons FROM routing.decision",
            "SELECT place FROM routing.complaint",
            "DELETE FROM routing.choice",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await operator.execute(statement)
    finally:
        await operator.close()
