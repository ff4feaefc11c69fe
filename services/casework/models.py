"""Casework's tables."""

from sqlalchemy import Boolean, Column, DateTime, Float, ForeignKey, Index, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="casework")

case = Table(
    "case",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("attachments", JSONB, nullable=False, comment="references; the contents are intake's"),
    Column("anonymous", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("sealed", Boolean, nullable=False, comment="for the Inspectorate only"),
    Column("region_code", Text, comment="found by routing, until then as the citizen gave it"),
    Column("place_name", Text),
    Column("agency_key", Text),
    Column("agency_name", Text, comment="as it was called when assigned"),
    Column("affair", Text),
    Column("level", Text),
    Column("confidence", Float, comment="routing's, between 0 and 1"),
    Column("reasons", JSONB, comment="why this agency, in plain Indonesian"),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="from 1, one more with every transition; also the ETag"),
    Column("taken_by", Uuid, comment="account of the officer who took it"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("assigned_at", DateTime(timezone=True)),
    Column("verified_at", DateTime(timezone=True), comment="a dated fact: from then on it may leave the house"),
    Column("answered_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Index("case_queue", "received_at", "complaint_id"),
    Index("case_agency_queue", "agency_key", "received_at", "complaint_id"),
)

transition = Table(
    "transition",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), primary_key=True),
    Column("version", Integer, primary_key=True, comment="the case's version after it"),
    Column("previous", Text),
    Column("state", Text, nullable=False),
    Column("actor_kind", Text, nullable=False, comment="machine or officer"),
    Column("actor_id", Text, nullable=False, comment="a rule's name or an account id, never a person's name"),
    Column("reason", Text),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""Append-only: the service's role may insert and read, and nothing else."""

answer = Table(
    "answer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), nullable=False, index=True),
    Column("agency_key", Text, nullable=False),
    Column("agency_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("answered_by", Uuid, nullable=False, comment="account id"),
    Column("answered_at", DateTime(timezone=True), nullable=False),
)

inbox = inbox_table(metadata)
parked = parked_table(metadata)
