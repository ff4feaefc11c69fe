"""Replies: the complaints' return, what is to be said, our accounts, inbox and parking lot."""

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
        "complaint",
        sa.Column("complaint_id", sa.Uuid, primary_key=True),
        sa.Column("ticket", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False, comment="which of ours they wrote to"),
        sa.Column("surface", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("reporter", sa.Uuid, nullable=False, comment="a reference into the vault"),
        sa.Column(
            "written_at", sa.DateTime(timezone=True), nullable=False, comment="what messaging windows count from"
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.Boolean, nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        schema="replies",
    )
    op.create_index("complaint_conversation", "complaint", ["conversation_id", "surface"], schema="replies")
    op.create_table(
        "account",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), comment="then one reply tries again"),
        sa.Column("paused_reason", sa.Text),
        schema="replies",
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("replies.complaint.complaint_id"), nullable=False),
        sa.Column("ticket", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("cause", sa.Uuid, nullable=False, comment="the event that it answers"),
        sa.Column("recipient", sa.Uuid, nullable=False, comment="a reference into the vault"),
        sa.Column("state", sa.Text, nullable=False, comment="queued, sending, sent, failed, unknown or withheld"),
        sa.Column("reason", sa.Text, comment="why it failed, waits, is unknown or withheld"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("confidential", sa.Boolean, nullable=False, comment="never as a public comment"),
        sa.Column("by_officer", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="too late from then on"),
        sa.Column("claimed_until", sa.DateTime(timezone=True), comment="of the attempt in hand; also its name"),
        sa.Column("admitted_at", sa.DateTime(timezone=True), comment="when the storm rules let it through, once"),
        sa.Column("thread_digest", sa.LargeBinary, comment="keyed hash of the public thread that it appears in"),
        sa.Column("provider_message_id", sa.Text),
        sa.Column("traceparent", sa.Text),
        sa.Column("resolution", sa.Text, comment="what an operator says of an unknown one: sent, failed or again"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("resolution IN ('sent', 'failed', 'again')", name="reply_resolution"),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'withheld')", name="reply_state"
        ),
        schema="replies",
    )
    op.create_index("reply_once", "reply", ["cause", "recipient", "template"], unique=True, schema="replies")
    op.create_index("reply_complaint", "reply", ["complaint_id"], schema="replies")
    for name, columns, where in (
        ("reply_due", ["by_officer", "due_at"], "state = 'queued'"),
        ("reply_claimed", ["claimed_until"], "state = 'sending'"),
        ("reply_unknown", ["created_at"], "state = 'unknown'"),
        ("reply_admitted", ["channel", "account", "admitted_at"], "admitted_at IS NOT NULL"),
    ):
        op.create_index(name, "reply", columns, postgresql_where=sa.text(where), schema="replies")
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        schema="replies",
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
        schema="replies",
    )
    op.create_index("parked_event", "parked", ["event_id"], unique=True, schema="replies")
    op.create_index("parked_subject", "parked", ["subject"], schema="replies")

    role = "ntbcare_replies"
    # What was to be said to whom, and why, is never changed; how it went is.
    moved = "state, reason, attempts, due_at, expires_at, claimed_until, admitted_at, thread_digest"
    moved += ", provider_message_id, resolution, sent_at, delivered_at"
    tables = {
        "complaint": "SELECT, INSERT",
        "account": "SELECT, INSERT, UPDATE (paused_until, paused_reason)",
        "reply": f"SELECT, INSERT, UPDATE ({moved})",
    }
    # The operator sees no words, no conversation and no reference, and says what became of an unknown reply.
    seen = "id, complaint_id, ticket, channel, template, state, reason, attempts, due_at, resolution"
    seen += ", created_at, sent_at, delivered_at"
    for statement in (
        *grants(role, "replies", tables),
        *outbox_grants(role),
        *consumer_grants(role, OPERATOR, "replies"),
        *grants(OPERATOR, "replies", {"reply": f"SELECT ({seen}), UPDATE (resolution)", "account": "SELECT"}),
    ):
        op.execute(statement)
