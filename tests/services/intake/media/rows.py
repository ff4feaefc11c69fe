"""Attachments as acceptance leaves them behind: a row, its message, and mostly its complaint."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from shared.core.ids import new_id
from shared.core.ticket import new_ticket

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


async def complaint(sql: asyncpg.Connection, *, sealed: bool = False, agency_key: str | None = None) -> UUID:
    person, conversation, found = new_id(), new_id(), new_id()
    await sql.execute(
        "INSERT INTO vault.person (id, digest, key_id, identifier) VALUES ($1, $2, 'k', 'x')", person, person.bytes
    )
    await sql.execute(
        "INSERT INTO intake.conversation (id, channel, account, person_id) VALUES ($1, 'facebook', 'page', $2)",
        conversation,
        person,
    )
    await sql.execute(
        "INSERT INTO intake.complaint"
        " (id, ticket, conversation_id, channel, text, anonymous, secret, sealed, received_at, agency_key)"
        " VALUES ($1, $2, $3, 'facebook', 'Jalan rusak', false, false, $4, $5, $6)",
        found,
        new_ticket(),
        conversation,
        sealed,
        NOW,
        agency_key,
    )
    return found


async def case(sql: asyncpg.Connection, complaint_id: UUID, region_code: str | None) -> None:
    """Open casework's case of a complaint, where it says that it is."""
    await sql.execute(
        'INSERT INTO casework."case" (complaint_id, ticket, channel, text, attachments, anonymous, secret, sealed,'
        " anonymous_by_citizen, secret_by_citizen, region_code, state, version, received_at)"
        " SELECT id, ticket, channel, text, '[]', anonymous, secret, sealed, anonymous, secret, $2, 'assigned', 1,"
        " received_at FROM intake.complaint WHERE id = $1",
        complaint_id,
        region_code,
    )


async def message(sql: asyncpg.Connection, complaint_id: UUID | None, text: str) -> UUID:
    request, found = new_id(), new_id()
    await sql.execute(
        "INSERT INTO intake.raw_request"
        " (id, channel, door, method, query, headers, body, received_at, state, unreadable)"
        " VALUES ($1, 'facebook', '/', 'POST', '', '{}', '', $2, 'accepted', '[]')",
        request,
        NOW,
    )
    await sql.execute(
        "INSERT INTO intake.message"
        " (id, channel, account, provider_message_id, complaint_id, raw_request_id, surface, text, received_at)"
        " VALUES ($1, 'facebook', 'page', $2, $3, $4, 'direct_message', $5, $6)",
        found,
        str(uuid4()),
        complaint_id,
        request,
        text,
        NOW,
    )
    return found


async def attachment(
    sql: asyncpg.Connection, complaint_id: UUID | None, *, text: str = "Jalan rusak", **values: object
) -> UUID:
    """Insert one; wanted from now on unless `values` say otherwise."""
    found = new_id()
    row = {
        "id": found,
        "complaint_id": complaint_id,
        "message_id": await message(sql, complaint_id, text),
        "channel": "facebook",
        "account": "page",
        "kind": "image",
        "state": "wanted",
        "due_at": NOW,
        "source_url": "https://media.provider.example/photo",
        **values,
    }
    names, places = ", ".join(row), ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await sql.execute(f"INSERT INTO intake.attachment ({names}) VALUES ({places})", *row.values())
    return found


async def state(sql: asyncpg.Connection, attachment_id: UUID) -> Any:
    return await sql.fetchrow("SELECT * FROM intake.attachment WHERE id = $1", attachment_id)


async def events(sql: asyncpg.Connection, complaint_id: UUID) -> list[dict[str, Any]]:
    rows = await sql.fetch("SELECT value FROM bus.outbox WHERE subject = $1 ORDER BY sequence", complaint_id)
    return [row["value"] for row in rows]
