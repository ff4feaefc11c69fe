"""Monitoring: complaints as they are counted, answers, an imported past, inbox and parking lot."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import consumer_grants, grants
from shared.db.roles import OPERATOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("complaint_id", sa.Uuid, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("affair", sa.Text),
        sa.Column("agency", sa.Text, comment="key of the agency that has it now"),
        sa.Column("regency", sa.Text, comment="Kemendagri's code of the regency or city"),
        sa.Column("sealed", sa.Boolean, nullable=False, comment="for the Inspectorate only, and for ever"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
        sa.Column("assigned_at", sa.DateTime(timezone=True), comment="the first time"),
        sa.Column("taken_at", sa.DateTime(timezone=True)),
        sa.Column("followed_up_at", sa.DateTime(timezone=True), comment="the agency's first follow-up or answer"),
        sa.Column("answered_at", sa.DateTime(timezone=True), comment="the first answer"),
        sa.Column("closed_at", sa.DateTime(timezone=True), comment="none once it is reopened"),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("rating", sa.Integer),
        sa.Column("escalations", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column(
            "clocks", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb"), comment="outcome by clock"
        ),
        sa.Column("left_out", sa.Text, comment="why the second figure leaves it out (rules.left_out)"),
        sa.CheckConstraint(
            "NOT sealed OR (kind IS NULL AND affair IS NULL AND agency IS NULL AND regency IS NULL)",
            name="complaint_of_sealed_ones_only_dates",
        ),
        schema="monitoring",
    )
    op.create_index("complaint_received", "complaint", ["received_at"], schema="monitoring")
    op.create_table(
        "answer",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("monitoring.complaint.complaint_id"), nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warnings", JSONB, nullable=False, comment="what the house found wanting in it"),
        schema="monitoring",
    )
    op.create_index("ix_monitoring_answer_complaint_id", "answer", ["complaint_id"], schema="monitoring")
    op.create_index("answer_answered", "answer", ["answered_at"], schema="monitoring")
    op.create_table(
        "past",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False, comment="what that source calls it"),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("affair", sa.Text),
        sa.Column("agency", sa.Text),
        sa.Column("regency", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
        sa.Column("assigned_at", sa.DateTime(timezone=True)),
        sa.Column("followed_up", sa.Boolean, nullable=False, comment="its day may be unknown"),
        sa.Column("followed_up_at", sa.DateTime(timezone=True)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("clocks", JSONB, nullable=False),
        sa.Column("left_out", sa.Text),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("source", "external_id", name="past_once"),
        sa.CheckConstraint("followed_up OR followed_up_at IS NULL", name="past_a_day_is_a_follow_up"),
        schema="monitoring",
    )
    op.create_index("past_received", "past", ["received_at"], schema="monitoring")
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        schema="monitoring",
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
        schema="monitoring",
    )
    op.create_index("parked_event", "parked", ["event_id"], unique=True, schema="monitoring")
    op.create_index("parked_subject", "parked", ["subject"], schema="monitoring")

    role = "ntbcare_monitoring"
    may = {
        "complaint": "SELECT, INSERT, UPDATE, DELETE",  # a rebuild empties both
        "answer": "SELECT, INSERT, DELETE",
        "past": "SELECT, INSERT, UPDATE",
    }
    for statement in (*grants(role, "monitoring", may), *consumer_grants(role, OPERATOR, "monitoring")):
        op.execute(statement)
