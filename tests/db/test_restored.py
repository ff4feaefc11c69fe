"""A database restored from a backup: what operating.md has its owner run lets nothing go out twice."""

import re
from pathlib import Path

from shared.core.ids import new_id
from shared.core.ticket import new_ticket

_PAGE = Path(__file__).parents[2] / "docs" / "operating.md"


async def test_after_a_restore_no_message_and_no_mirror_goes_out_by_itself(sql):
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
    for state in ("queued", "posting", "created"):
        await sql.execute(
            "INSERT INTO lapor.mirror (complaint_id, ticket, state, text, personal, attachments, anonymous, secret,"
            " happened_on, verified_at, due_at) VALUES ($1, $2, $3, '', false, 0, false, false, now(), now(), now())",
            new_id(), new_ticket(), state,
        )  # fmt: skip
    (block,) = re.findall(r"```sql\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    await sql.execute(block)
    replies = await sql.fetch("SELECT state, count(*) AS n FROM replies.reply GROUP BY state")
    mirrors = await sql.fetch("SELECT state, count(*) AS n FROM lapor.mirror GROUP BY state")
    assert {row["state"]: row["n"] for row in replies} == {"unknown": 2, "sent": 1}
    assert {row["state"]: row["n"] for row in mirrors} == {"perhaps_created": 2, "created": 1}
