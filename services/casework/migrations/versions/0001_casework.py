"""Casework: cases, their append-only history, answers, inbox and parking lot."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import consumer_grants, grants, outbox_grants
from shared.db.roles import OPERATOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case",
        sa.Column("complaint_id", sa.Uuid, primary_key=True),
        sa.Column("ticket", sa.Text, nullable=False, unique=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("attachments", JSONB, nullable=False, comment="references; the contents are intake's"),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.Boolean, nullable=False, comment="for the Inspectorate only"),
        sa.Column("region_code", sa.Text, comment="found by routing, until then as the citizen gave it"),
        sa.Column("place_name", sa.Text),
        sa.Column("agency_key", sa.Text),
        sa.Column("agency_name", sa.Text, comment="as it was called when assigned"),
        sa.Column("affair", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("confidence", sa.Float, comment="routing's, between 0 and 1"),
        sa.Column("reasons", JSONB, comment="why this agency, in plain Indonesian"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column(
            "version", sa.Integer, nullable=False, comment="from 1, one more with every transition; also the ETag"
        ),
        sa.Column("taken_by", sa.Uuid, comment="account of the officer who took it"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        schema="casework",
    )
    op.create_index("case_queue", "case", ["received_at", "complaint_id"], schema="casework")
    op.create_index("case_agency_queue", "case", ["agency_key", "received_at", "complaint_id"], schema="casework")
    op.create_table(
        "transition",
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, comment="the case's version after it"),
        sa.Column("previous", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("actor_kind", sa.Text, nullable=False, comment="machine or officer"),
        sa.Column("actor_id", sa.Text, nullable=False, comment="a rule's name or an account id, never a person's name"),
        sa.Column("reason", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        schema="casework",
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), nullable=False),
        sa.Column("agency_key", sa.Text, nullable=False),
        sa.Column("agency_name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("answered_by", sa.Uuid, nullable=False, comment="account id"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        schema="casework",
    )
    op.create_index(op.f("ix_casework_answer_complaint_id"), "answer", ["complaint_id"], schema="casework")
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        schema="casework",
    )
    op.create_table(
        "parked",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.Uuid),
        sa.Column("subject", sa.Uuid),
        sa.Column("type", sa.Text),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("headers", JSONB, nullable=False, comment="pairs of name and base64"),
        sa.Column("value", sa.Text, comment="base64"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        schema="casework",
    )
    op.create_index("parked_event", "parked", ["event_id"], unique=True, schema="casework")
    op.create_index("parked_subject", "parked", ["subject"], schema="casework")

    role = "ntbcare_casework"
    # What the citizen wrote is never changed here; the history and the answers are never changed at all.
    moved = "region_code, place_name, agency_key, agency_name, affair, level, confidence, reasons"
    moved += ", state, version, taken_by, assigned_at, answered_at, closed_at"
    tables = {
        "case": f"SELECT, INSERT, UPDATE ({moved})",
        "transition": "SELECT, INSERT",
        "answer": "SELECT, INSERT",
    }
    for statement in (
        *grants(role, "casework", tables),
        *outbox_grants(role),
        *consumer_grants(role, OPERATOR, "casework"),
    ):
        op.execute(statement)
