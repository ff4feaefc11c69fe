"""Monitoring's tables: complaints as they are counted, their answers, and a past that was imported."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="monitoring")

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("kind", Text),
    Column("affair", Text),
    Column("agency", Text, comment="key of the agency that has it now"),
    Column("regency", Text, comment="Kemendagri's code of the regency or city"),
    Column("sealed", Boolean, nullable=False, comment="for the Inspectorate only, until it unseals it"),
    Column("state", Text, nullable=False),
    Column("ended_because", Text, comment="the reason for which it is archived or rejected"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("verified_at", DateTime(timezone=True)),
    Column("assigned_at", DateTime(timezone=True), comment="the first time"),
    Column("taken_at", DateTime(timezone=True)),
    Column("followed_up_at", DateTime(timezone=True), comment="the agency's first follow-up or answer"),
    Column("answered_at", DateTime(timezone=True), comment="the first answer"),
    Column("closed_at", DateTime(timezone=True), comment="none once it is reopened"),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("rating", Integer),
    Column("escalations", Integer, nullable=False, server_default=sql("0")),
    Column("clocks", JSONB, nullable=False, server_default=sql("'{}'::jsonb"), comment="outcome by clock"),
    Column("left_out", Text, comment="why the second figure leaves it out (rules.left_out)"),
    CheckConstraint(
        "NOT sealed OR (kind IS NULL AND affair IS NULL AND agency IS NULL AND regency IS NULL)",
        name="complaint_of_sealed_ones_only_dates",
    ),
    Index("complaint_received", "received_at"),
)
"""A projection: it can be emptied and made again from the events."""

answer = Table(
    "answer",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("monitoring.complaint.complaint_id"), nullable=False, index=True),
    Column("agency", Text),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Column("warnings", JSONB, nullable=False, comment="what the house found wanting in it"),
    Index("answer_answered", "answered_at"),
)
"""The agencies' answers, without their words."""

past = Table(
    "past",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False, comment="what that source calls it"),
    Column("channel", Text, nullable=False),
    Column("kind", Text),
    Column("affair", Text),
    Column("agency", Text),
    Column("regency", Text),
    Column("state", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("verified_at", DateTime(timezone=True)),
    Column("assigned_at", DateTime(timezone=True)),
    Column("followed_up", Boolean, nullable=False, comment="its day may be unknown"),
    Column("followed_up_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("clocks", JSONB, nullable=False),
    Column("left_out", Text),
    Column("loaded_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("source", "external_id", name="past_once"),
    CheckConstraint("followed_up OR followed_up_at IS NULL", name="past_a_day_is_a_follow_up"),
    Index("past_received", "received_at"),
)
"""What `ntbcare import` brought: no cases, and nobody is told anything. No event makes it again."""

inbox = inbox_table(metadata)
parked = parked_table(metadata)
