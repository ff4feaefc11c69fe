"""Routing's tables: every decision, as it was made, and what a citizen has said so far."""

from sqlalchemy import Boolean, Column, DateTime, Float, ForeignKey, Index, MetaData, Table, Text, Uuid
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

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False),
    Column("place", JSONB, nullable=False, comment="as given, the newest wins"),
    Column("sealed", Boolean, nullable=False, comment="decided for good; no words are kept"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("decided", JSONB(none_as_null=True), comment="the last decision's agency, affair, level and region"),
)

words = Table(
    "words",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("routing.complaint.complaint_id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Index("words_complaint", "complaint_id", "said_at"),
)
"""A complaint's messages, the newest form of each; gone when it is sealed."""

inbox = inbox_table(metadata)
parked = parked_table(metadata)
