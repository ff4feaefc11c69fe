"""`ntbcare casework clocks recompute`: what another calendar would move, and moves."""

import asyncio
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from deploy.cli.casework import app
from shared.core.ids import new_id


@pytest.fixture
def recompute(settings: pytest.MonkeyPatch, database_urls):
    settings.setenv("NTBCARE_CASEWORK_DATABASE_URL", database_urls["casework"])

    async def invoke(*options: str) -> Any:
        done = await asyncio.to_thread(lambda: CliRunner().invoke(app, ["clocks", "recompute", *options]))
        assert done.exit_code == 0, done.output
        return done.output

    return invoke


async def test_an_operator_sees_what_would_move_before_it_moves(recompute, sql: asyncpg.Connection):
    assert "Every open deadline" in await recompute()
    complaint = new_id()
    await sql.execute(
        """
        INSERT INTO casework."case" (complaint_id, ticket, channel, text, attachments, anonymous, secret, sealed,
            anonymous_by_citizen, secret_by_citizen, state, version, received_at)
        VALUES ($1, 'NTB-79E7-3T8DN', 'sms', 'x', '[]', false, false, false, false, false, 'received', 1, '2026-11-02Z')
        """,
        complaint,
    )
    await sql.execute(
        """
        INSERT INTO casework.deadline (complaint_id, clock, started_at, due_at, outcome, next_at, version)
        VALUES ($1, 'verify', '2026-11-02Z', '2026-11-04Z', 'running', '2026-11-04Z', 'other calendar days')
        """,
        complaint,
    )
    assert "1 cases, 1 deadlines would move." in await recompute("--dry-run")
    assert not await sql.fetchval("SELECT count(*) FROM casework.deadline_change")
    assert "1 cases, 1 deadlines moved." in await recompute()
    row = await sql.fetchrow("SELECT * FROM casework.deadline_change")
    assert (row["clock"], row["cause"], row["old_version"]) == ("verify", "calendar", "other calendar days")
    assert "Every open deadline" in await recompute()
