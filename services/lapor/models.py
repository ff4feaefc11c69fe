"""Lapor's tables: one row per complaint, and what may still be asked of LAPOR! in this hour."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, DateTime, Index, Integer, MetaData, Table, Text, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="lapor")

mirror = Table(
    "mirror",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False, comment="see services/lapor/README.md"),
    Column("reason", Text, comment="why it stands where it stands; never a citizen's words"),
    Column("traceparent", Text),
    # what would be told
    Column("text", Text, comment="masked; none where the complaint is sealed"),
    Column(
        "said",
        JSONB(none_as_null=True),
        comment="the masked messages that `text` is made of; none where the text is gone",
    ),
    Column("mask_version", Text),
    Column("personal", Boolean, nullable=False, comment="whether something was masked"),
    Column("attachments", Integer, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("agency_key", Text),
    Column("withdrawn_at", DateTime(timezone=True), comment="when its citizen said BATAL"),
    # telling it
    Column("verified_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True), comment="when the next step may be taken: telling, or looking"),
    Column("claim", Uuid, comment="of the worker that took this step"),
    Column("claimed_until", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default=sql("0"), comment="how often it was posted"),
    Column("posted_at", DateTime(timezone=True), comment="when it was posted last"),
    # what LAPOR! made of it
    Column("lapor_id", Text, unique=True),
    Column("mirrored_at", DateTime(timezone=True)),
    Column("status", Text, comment="in LAPOR!'s own words"),
    Column("status_since", DateTime(timezone=True), comment="by LAPOR!'s log, where it says so"),
    Column("looked_at", DateTime(timezone=True)),
    # what a person found out
    Column("verdict", Text, comment="created or not_created, until the service has acted on it"),
    Column("verdict_number", Text),
    CheckConstraint("state <> 'withheld' OR (text IS NULL AND said IS NULL)", name="mirror_withheld_holds_no_text"),
    CheckConstraint("said IS NULL OR text IS NOT NULL", name="mirror_no_message_outlives_the_text"),
    CheckConstraint(
        "state NOT IN ('queued', 'posting') OR (verified_at IS NOT NULL AND text IS NOT NULL)",
        name="mirror_only_verified_ones_leave",
    ),
    CheckConstraint(
        "verdict IS NULL OR verdict = 'not_created' OR (verdict = 'created' AND verdict_number IS NOT NULL)",
        name="mirror_verdict_is_one",
    ),
    Index("mirror_due", "state", "due_at"),
    Index("mirror_verdict", "complaint_id", postgresql_where=sql("verdict IS NOT NULL")),
)

budget = Table(
    "budget",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("hour", DateTime(timezone=True), nullable=False),
    Column("spent", Integer, nullable=False),
)

inbox = inbox_table(metadata)
parked = parked_table(metadata)
