"""Regencies: what the regions may know and hold, inbox and parking lot."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db.migrations import consumer_grants, grants, outbox_grants
from shared.db.roles import OPERATOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("complaint_id", sa.Uuid, primary_key=True),
        sa.Column("ticket", sa.Text, nullable=False, unique=True),
        sa.Column("text", sa.Text, comment="masked; none of secret and sealed ones"),
        sa.Column("mask_version", sa.Text, nullable=False),
        sa.Column("attachments", JSONB, nullable=False, comment="kind, type and hash"),
        sa.Column("coordinates", JSONB, comment="rounded"),
        sa.Column("located_in", JSONB),
        sa.Column("affair", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("agency", JSONB, comment="key, and name as it was when assigned"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("lapor_id", sa.Text),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.Boolean, nullable=False, comment="for the Inspectorate only, and for ever"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
        sa.Column("assigned_at", sa.DateTime(timezone=True)),
        sa.Column("state_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("regions", ARRAY(sa.Text), nullable=False, comment="whose topics hold it now"),
        sa.Column("shared", JSONB, comment="what they hold, as the province got it"),
        sa.CheckConstraint(
            "NOT (sealed OR verified_at IS NULL) OR (shared IS NULL AND regions = '{}')",
            name="complaint_only_verified_ones_are_shared",
        ),
        sa.CheckConstraint("NOT (sealed OR secret) OR text IS NULL", name="complaint_secret_ones_hold_no_text"),
        schema="regencies",
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        schema="regencies",
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
        schema="regencies",
    )
    op.create_index("parked_event", "parked", ["event_id"], unique=True, schema="regencies")
    op.create_index("parked_subject", "parked", ["subject"], schema="regencies")

    role = "ntbcare_regencies"
    for statement in (
        *grants(role, "regencies", {"complaint": "SELECT, INSERT, UPDATE"}),
        *outbox_grants(role),
        *consumer_grants(role, OPERATOR, "regencies"),
    ):
        op.execute(statement)
