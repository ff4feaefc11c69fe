"""What can be missing, as the database shows it: one query for each kind, with the operator's own role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from shared.db import Database, UnitOfWork

_MOST = 200
"""Ids that are named of one kind; their number is counted whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One kind of gap. The query gives `id` and `detail`; `next_step` says what to do about one."""

    name: str
    meaning: str
    next_step: str
    query: str
    table: str | None = None
    """Looked at only where the operator's role may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What was found of one kind."""

    name: str
    meaning: str
    next_step: str
    count: int
    examples: tuple[str, ...]


CHECKS = (
    Check(
        name="message_without_event",
        meaning="messages in a complaint of which no event tells",
        next_step="tell the developers: both are written in one transaction",
        query="""
            SELECT m.id::text AS id, m.channel || ' ' || m.disposition AS detail FROM intake.message AS m
            WHERE m.received_at >= :since AND m.complaint_id IS NOT NULL
              AND m.disposition IN ('opened', 'appended') AND m.rule <> 'joined_its_words'
              AND NOT EXISTS (SELECT FROM bus.ledger AS l WHERE l.subject = m.complaint_id AND l.message_id = m.id)
        """,
    ),
    Check(
        name="complaint_without_event",
        meaning="complaints that were never announced",
        next_step="tell the developers: both are written in one transaction",
        query="""
            SELECT c.id::text AS id, c.ticket AS detail FROM intake.complaint AS c WHERE c.received_at >= :since
              AND NOT EXISTS (SELECT FROM bus.ledger AS l WHERE l.subject = c.id AND l.sequence = 1
                              AND l.type = 'complaint.received.v1')
        """,
    ),
    Check(
        name="sequence_gap",
        meaning="complaints whose events are not numbered 1, 2, 3 …",
        next_step="tell the developers: the outbox numbers them itself",
        query="""
            SELECT l.subject::text AS id, l.topic || ': ' || count(*) || ' of ' || max(l.sequence) AS detail
            FROM bus.ledger AS l
            WHERE l.subject IN (SELECT subject FROM bus.ledger WHERE stored_at >= :since)
            GROUP BY l.subject, l.topic HAVING count(*) <> max(l.sequence) OR min(l.sequence) <> 1
        """,
    ),
    Check(
        name="unpublished",
        meaning="events that wait for Kafka for more than a minute",
        next_step="does the relay run (ntbcare serve relay), does the broker answer?",
        query="""
            SELECT event_id::text AS id, type AS detail FROM bus.ledger
            WHERE published_at IS NULL AND refused_reason IS NULL
              AND stored_at < CAST(:now AS timestamptz) - interval '1 minute'
        """,
    ),
    Check(
        name="refused",
        meaning="events that Kafka will never take",
        next_step="ntbcare parked list; tell the developers",
        query="""
            SELECT event_id::text AS id, refused_reason AS detail FROM bus.ledger
            WHERE published_at IS NULL AND refused_reason IS NOT NULL
        """,
    ),
    Check(
        name="parked_request",
        meaning="requests that nobody understood",
        next_step="after a fix: ntbcare intake replay; or: ntbcare intake drop ID --reason …",
        query="""
            SELECT id::text AS id, channel || ' ' || coalesce(unreadable->0->>0, '') AS detail
            FROM intake.raw_request WHERE state = 'parked'
        """,
    ),
    Check(
        name="held_past_due",
        meaning="messages that waited long enough for their words",
        next_step="does intake's worker run (ntbcare serve intake --part workers)?",
        query="""
            SELECT id::text AS id, channel || ' ' || account AS detail FROM intake.message
            WHERE disposition = 'held' AND due_at < CAST(:now AS timestamptz) - interval '5 minutes'
        """,
    ),
    Check(
        name="part_past_due",
        meaning="parts of text messages whose others never came",
        next_step="does intake's worker run (ntbcare serve intake --part workers)?",
        query="""
            SELECT provider_message_id AS id, channel || ' ' || number || ' of ' || total AS detail FROM intake.part
            WHERE joined_at IS NULL AND due_at < CAST(:now AS timestamptz) - interval '5 minutes'
        """,
    ),
    Check(
        name="attachment_past_due",
        meaning="photos and recordings that should have been fetched",
        next_step="does intake's worker run, can it reach the provider? Addresses expire.",
        query="""
            SELECT id::text AS id, channel || ' ' || coalesce(problem, kind) AS detail FROM intake.attachment
            WHERE state IN ('wanted', 'fetching') AND due_at < CAST(:now AS timestamptz) - interval '15 minutes'
        """,
    ),
    Check(
        name="amendment_unapplied",
        meaning="edits and withdrawals of messages that we do not have, for a day",
        next_step="read back what was missed: ntbcare recover CHANNEL --since …",
        query="""
            SELECT provider_message_id AS id, channel || ' ' || change AS detail FROM intake.amendment
            WHERE applied_at IS NULL AND received_at < CAST(:now AS timestamptz) - interval '1 day'
        """,
    ),
    Check(
        name="pointer_past_due",
        meaning="messages of which the provider told only the id",
        next_step="does intake's worker run with this channel's token? ntbcare status",
        query="""
            SELECT provider_message_id AS id, channel || ' ' || coalesce(problem, kind) AS detail FROM intake.pointer
            WHERE state = 'wanted' AND due_at < CAST(:now AS timestamptz) - interval '15 minutes'
        """,
    ),
    Check(
        name="not_read_back",
        meaning="accounts whose provider does not let us read what was missed",
        next_step="ntbcare status names the cause; then: ntbcare recover CHANNEL --since …",
        query="""
            SELECT channel || ' ' || account AS id, problem AS detail FROM intake.recovery WHERE problem IS NOT NULL
        """,
    ),
    Check(
        name="without_case",
        meaning="complaints that casework does not have, ten minutes after Kafka had them",
        next_step="does casework run? ntbcare parked list --service casework",
        table="casework.case",
        query="""
            SELECT l.subject::text AS id, l.type AS detail FROM bus.ledger AS l
            WHERE l.sequence = 1 AND l.topic = 'complaints.v1' AND l.stored_at >= :since
              AND l.published_at < CAST(:now AS timestamptz) - interval '10 minutes'
              AND NOT EXISTS (SELECT FROM casework."case" AS c WHERE c.complaint_id = l.subject)
        """,
    ),
)

_ACCOUNTED = text("""
    SELECT channel, account, disposition AS outcome, CASE WHEN disposition = 'kept' THEN rule END AS reason, count(*)
    FROM intake.message WHERE received_at >= :since GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT channel, account, 'ignored', reason, count(*) FROM intake.ignored AS i
    WHERE received_at >= :since
      AND NOT EXISTS (SELECT FROM intake.message AS m WHERE m.channel = i.channel AND m.account = i.account
                      AND m.provider_message_id = i.provider_message_id)
    GROUP BY 1, 2, 4
    UNION ALL
    SELECT channel, account, 'waits for its parts', NULL, count(*) FROM intake.part
    WHERE received_at >= :since AND joined_at IS NULL GROUP BY 1, 2
    UNION ALL
    SELECT channel, '', 'request ' || state, unreadable->0->>0, count(*) FROM intake.raw_request
    WHERE received_at >= :since AND state IN ('parked', 'dropped', 'ignored') GROUP BY 1, 3, 4
    ORDER BY 1, 2, 3, 4
""")
_MAY_LOOK = text("SELECT has_any_column_privilege(:table, 'SELECT')")


async def look(database: Database, since: datetime, now: datetime) -> list[Gap]:
    """Return every kind of gap that there is."""
    async with database.transaction() as tx:
        found = [await _found(tx, check, {"since": since, "now": now}) for check in CHECKS]
    return [gap for gap in found if gap is not None]


async def _found(tx: UnitOfWork, check: Check, told: Mapping[str, datetime]) -> Gap | None:
    if check.table is not None and not await tx.scalar(_MAY_LOOK, {"table": check.table}):
        return None
    used = {name: value for name, value in told.items() if f":{name}" in check.query}
    rows = (await tx.execute(text(check.query), used)).all()
    if not rows:
        return None
    return Gap(
        name=check.name,
        meaning=check.meaning,
        next_step=check.next_step,
        count=len(rows),
        examples=tuple(f"{row.id} ({row.detail})" for row in rows[:_MOST]),
    )


async def accounted(database: Database, since: datetime) -> list[dict[str, Any]]:
    """Count what became of every provider message id, by channel, account and outcome."""
    async with database.transaction() as tx:
        rows = await tx.execute(_ACCOUNTED, {"since": since})
        return [dict(row._mapping) for row in rows]  # noqa: SLF001 - its documented accessor
