"""Count what is stored, table by table."""

from collections import Counter
from uuid import UUID

import asyncpg


async def rows_of(sql: asyncpg.Connection) -> Counter[str]:
    """Return the number of rows of every table that intake could touch."""
    tables = await sql.fetch(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('intake', 'vault', 'bus')"
    )
    counts = " UNION ALL ".join(
        f"SELECT '{row['name']}' AS name, count(*) AS rows FROM {row['name']}" for row in tables
    )
    return Counter({row["name"]: row["rows"] for row in await sql.fetch(counts)})


async def complaints_of(sql: asyncpg.Connection, mids: list[str]) -> dict[str, UUID]:
    """Return the complaint of each provider message id; fails when an id has two, or a complaint no event."""
    found = await sql.fetch(
        "SELECT m.provider_message_id AS mid, c.id FROM intake.message AS m JOIN intake.complaint AS c"
        " ON c.id = m.complaint_id JOIN bus.outbox AS o ON o.subject = c.id AND o.sequence = 1"
        " WHERE m.provider_message_id = ANY($1)",
        mids,
    )
    result = {row["mid"]: row["id"] for row in found}
    assert len(result) == len(found)
    assert len(set(result.values())) == len(found)
    return result
