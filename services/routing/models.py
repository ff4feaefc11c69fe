"""Routing's tables: every decision, as it was made."""

from sqlalchemy import Boolean, Column, DateTime, Float, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="routing")

decision = Table(
    "decision",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, nullable=False, index=True),
    Column("agency_key", Text, nullable=False),
    Column("affair", Text),
    Column("level", Text, nullable=False),
    Column("region_code", Text),
    Column("confidence", Float, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("candidates", JSONB, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("directory_version", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)

inbox = inbox_table(metadata)
parked = parked_table(metadata)
