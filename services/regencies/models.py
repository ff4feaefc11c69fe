"""Regencies' tables: per complaint what its regions may know, and what they were told."""

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, MetaData, Table, Text, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="regencies")

_json = JSONB(none_as_null=True)

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False, unique=True),
    Column("text", Text, comment="masked; none of secret and sealed ones"),
    Column(
        "said",
        _json,
        nullable=False,
        server_default=sql("'[]'::jsonb"),
        comment="the masked messages that `text` is made of",
    ),
    Column("mask_version", Text, nullable=False),
    Column("attachments", _json, nullable=False, comment="kind, type and hash"),
    Column("coordinates", _json, comment="rounded"),
    Column("located_in", _json),
    Column("affair", Text),
    Column("level", Text),
    Column("kind", Text),
    Column("urgency", Text),
    Column("agency", _json, comment="key, and name as it was when assigned"),
    Column("state", Text, nullable=False),
    Column("lapor_id", Text),
    Column("anonymous", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("sealed", Boolean, nullable=False, comment="for the Inspectorate only, until it unseals it"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("verified_at", DateTime(timezone=True)),
    Column("assigned_at", DateTime(timezone=True)),
    Column("state_changed_at", DateTime(timezone=True), nullable=False),
    Column("due_dates", _json, nullable=False, server_default=sql("'[]'::jsonb"), comment="of the clocks that run"),
    Column("regions", ARRAY(Text), nullable=False, comment="whose topics hold it now"),
    Column("shared", _json, comment="what they hold, as the province got it"),
    CheckConstraint(
        "NOT (sealed OR verified_at IS NULL) OR (shared IS NULL AND regions = '{}')",
        name="complaint_only_verified_ones_are_shared",
    ),
    CheckConstraint("said = '[]' OR text IS NOT NULL", name="complaint_no_message_outlives_the_text"),
    CheckConstraint("NOT (sealed OR secret) OR text IS NULL", name="complaint_secret_ones_hold_no_text"),
)

inbox = inbox_table(metadata)
parked = parked_table(metadata)
