"""Every SQL statement about what providers say of our replies."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.intake.drafts import Reported
from services.intake.models import delivery_report, early_report
from shared.db import Prepared, Record, Rows, UnitOfWork, columns_of, insert_rows

_STORE_REPORTS = Prepared(
    insert_rows(
        delivery_report, *("reply_id", "outcome", "channel", "complaint_id", "reported_at", "provider_message_id")
    )
    .on_conflict_do_nothing()
    .returning(delivery_report.c.reply_id, delivery_report.c.outcome)
)
_CALLED = Prepared(
    text("""
    SELECT provider_message_id, reply_id, complaint_id FROM intake.delivery_report
    WHERE channel = :channel AND provider_message_id = ANY(CAST(:ids AS text[]))
""")
)
_EARLY = Rows(early_report, "channel", "provider_message_id", "outcome", "reported_at", "traceparent", once=True)
_LOCK = Prepared(
    text("""
    SELECT pg_advisory_xact_lock(hashtext('intake.reports'), n.bucket)
    FROM (SELECT DISTINCT hashtext(CAST(:channel AS text) || ' ' || g.id) & 255 AS bucket
          FROM unnest(CAST(:ids AS text[])) AS g(id) ORDER BY 1) AS n
""")
)
_TAKE_EARLY = Prepared(
    text("""
    DELETE FROM intake.early_report WHERE channel = :channel AND provider_message_id = ANY(CAST(:ids AS text[]))
    RETURNING provider_message_id, outcome, reported_at, traceparent
""")
)
_FORGET_EARLY = Prepared(text("DELETE FROM intake.early_report WHERE reported_at < CAST(:before AS timestamptz)"))


async def complaints_reported(tx: UnitOfWork, channel: str, ids: Iterable[str]) -> dict[str, UUID]:
    """Return the complaints that replies of ours belong to, by the provider's ids of the replies."""
    return {name: complaint for name, (_, complaint) in (await replies_called(tx, channel, ids)).items()}


async def replies_called(tx: UnitOfWork, channel: str, ids: Iterable[str]) -> dict[str, tuple[UUID, UUID]]:
    """Return the replies of ours, each with its complaint, by the provider's ids of them."""
    rows = await tx.fetch(_CALLED, {"channel": channel, "ids": sorted(set(ids))})
    return {row.provider_message_id: (row.reply_id, row.complaint_id) for row in rows}


async def store_reports(tx: UnitOfWork, channel: str, reports: Sequence[Reported]) -> set[tuple[UUID, str]]:
    """Keep what providers say of our replies; return reply and outcome of those that nobody told us before."""
    rows = {
        (report.reply_id, report.outcome): {
            "reply_id": report.reply_id,
            "outcome": report.outcome,
            "channel": channel,
            "complaint_id": report.complaint_id,
            "reported_at": report.reported_at,
            "provider_message_id": report.provider_message_id,
        }
        for report in reports
    }
    if not rows:
        return set()
    told = await tx.fetch(_STORE_REPORTS, columns_of([rows[key] for key in sorted(rows)]))
    return {(row.reply_id, row.outcome) for row in told}


async def lock_names(tx: UnitOfWork, channel: str, ids: Collection[str]) -> None:
    """Let nobody learn whose these are while we look: otherwise a report and its reply could miss each other.

    A few buckets rather than each name: a batch of thousands would need more locks than PostgreSQL has.
    """
    await tx.fetch(_LOCK, {"channel": channel, "ids": list(ids)})


def keep_early(tx: UnitOfWork, channel: str, reports: Iterable[dict[str, Any]]) -> None:
    """Keep what was said under names that nobody told us yet."""
    tx.insert(_EARLY, ({"channel": channel, **one} for one in reports))


async def take_early(tx: UnitOfWork, channel: str, ids: Collection[str]) -> Sequence[Record]:
    """Take what was said under names that we know now."""
    return await tx.fetch(_TAKE_EARLY, {"channel": channel, "ids": list(ids)}) if ids else []


async def forget_early(tx: UnitOfWork, before: datetime) -> None:
    """Forget what was said of somebody else's messages."""
    await tx.fetch(_FORGET_EARLY, {"before": before})
