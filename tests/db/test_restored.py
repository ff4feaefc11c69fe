"""A database restored from a backup: what operating.md has its owner run lets nothing go out twice."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.core.ids import new_id
from shared.core.ticket import new_ticket

_PAGE = Path(__file__).parents[2] / "docs" / "operating.md"


_MIRROR = (
    "INSERT INTO lapor.mirror (complaint_id, ticket, state, text, personal, attachments, anonymous, secret,"
    " happened_on, verified_at, released_at, due_at, lapor_id, taken_by)"
    " VALUES ($1, $2, $3, $4, false, 0, false, false, now(), now(), $5, now(), $6, $7)"
)
_STEP = (
    "INSERT INTO lapor.step (id, complaint_id, kind, cause, part, state, attempts, made_at)"
    " VALUES ($1, $2, $3, $1, 0, $4, 8, now())"
)


@pytest.fixture(autouse=True)
async def empty(sql):
    await sql.execute("TRUNCATE lapor.mirror, lapor.step, lapor.notice")
    await sql.execute("DELETE FROM replies.reply")


def recipe() -> list[str]:
    """Return what the page has the owner of the database run, in its order."""
    return re.findall(r"```sql\n(.*?)```", _PAGE.read_text(), re.DOTALL)


async def mirror(sql: Any, state: str, **values: Any) -> UUID:
    one, told = new_id(), {"text": "", "released_at": None, "lapor_id": None, "taken_by": None} | values
    await sql.execute(_MIRROR, one, new_ticket(), state, *told.values())
    return one


async def count(sql: Any, table: str) -> dict[str, int]:
    rows = await sql.fetch(f"SELECT state, count(*) AS n FROM {table} GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


async def test_after_a_restore_no_message_goes_out_by_itself(sql):
    complaint = new_id()
    await sql.execute(
        "INSERT INTO replies.complaint (complaint_id, ticket, channel, account, surface, conversation_id, reporter,"
        " written_at, received_at, sealed, secret, anonymous)"
        " VALUES ($1, 't', 'sms', '1708', 'sms', $1, $1, now(), now(), false, false, false)",
        complaint,
    )
    for state in ("queued", "sending", "sent"):
        await sql.execute(
            "INSERT INTO replies.reply (id, complaint_id, ticket, channel, account, conversation_id, template, cause,"
            " recipient, state, text, confidential, by_officer, due_at, expires_at, created_at)"
            " VALUES ($1, $2, 't', 'sms', '1708', $2, 'answer', $1, $2, $3, '', true, true, now(), now(), now())",
            new_id(), complaint, state,
        )  # fmt: skip
    for block in recipe():
        await sql.execute(block)
    assert await count(sql, "replies.reply") == {"unknown": 2, "sent": 1}


async def test_after_a_restore_a_person_looks_for_whatever_lapor_may_have_been_told_since(sql):
    out = {"released_at": datetime.now(UTC)}
    for state in ("queued", "posting", "to_review", "refused"):
        await mirror(sql, state, **out)
    typed = await mirror(sql, "by_hand", **out, taken_by=new_id())
    there = await mirror(sql, "created", **out, lapor_id="9165001")
    await mirror(sql, "withheld", text=None)
    await mirror(sql, "waiting")
    raised = "INSERT INTO lapor.notice (id, complaint_id, ticket, kind, raised_at) VALUES ($1, $2, 't', $3, now())"
    for kind in ("to_review", "refused", "gone_at_lapor"):
        await sql.execute(raised, new_id(), there, kind)
    for block in recipe() * 2:
        await sql.execute(block)
    assert await count(sql, "lapor.mirror") == {"perhaps_created": 5, "created": 1, "withheld": 1, "refused": 1}
    assert await sql.fetchval("SELECT taken_by FROM lapor.mirror WHERE complaint_id = $1", typed) is None
    assert await sql.fetchval("SELECT kind FROM lapor.notice WHERE settled_at IS NULL") == "gone_at_lapor"


async def test_after_a_restore_what_was_said_beside_it_is_looked_for_before_it_is_said_again(sql):
    about = await mirror(sql, "created", released_at=datetime.now(UTC), lapor_id="9165001")
    for kind in ("upload", "pass_on", "follow_up"):
        for state in ("queued", "calling", "unclear", "done"):
            await sql.execute(_STEP, new_id(), about, kind, state)
    for block in recipe():
        await sql.execute(block)
    rows = await sql.fetch("SELECT kind, state, count(*) AS n FROM lapor.step GROUP BY kind, state")
    assert {(row["kind"], row["state"]): row["n"] for row in rows} == {
        ("upload", "queued"): 1,
        ("upload", "calling"): 1,
        ("upload", "unclear"): 1,
        ("upload", "done"): 1,
        ("pass_on", "unclear"): 3,
        ("pass_on", "done"): 1,
        ("follow_up", "unclear"): 3,
        ("follow_up", "done"): 1,
    }
    due = "SELECT count(*) FROM lapor.step WHERE state = 'unclear' AND kind <> 'upload' AND due_at IS NOT NULL"
    assert await sql.fetchval(due) == 4
