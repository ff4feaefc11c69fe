"""Intake and the reporter vault."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from shared.db.migrations import consumer_grants, grants, outbox_grants
from shared.db.roles import OPERATOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS vault")
    op.create_table(
        "ignored",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("provider_message_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", "provider_message_id"),
        schema="intake",
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "processed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("event_id"),
        schema="intake",
    )
    op.create_table(
        "parked",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column(
            "headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="pairs of name and base64"
        ),
        sa.Column("value", sa.Text(), nullable=True, comment="base64"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="intake",
    )
    op.create_index("parked_event", "parked", ["event_id"], unique=True, schema="intake")
    op.create_index("parked_subject", "parked", ["subject"], unique=False, schema="intake")
    op.create_table(
        "raw_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False, comment="the path's template: the path itself may hold a token"),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("query", sa.LargeBinary(), nullable=False),
        sa.Column(
            "headers",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="all but those that carry somebody's authority",
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="accepted; ignored: words that are not taken in yet; parked: could not be understood",
        ),
        sa.Column(
            "unreadable", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="pairs of reason and place"
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="intake",
    )
    op.create_index(
        "raw_request_parked",
        "raw_request",
        ["received_at"],
        unique=False,
        schema="intake",
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="HMAC of channel, kind and identifier"),
        sa.Column("key_id", sa.Text(), nullable=False, comment="which vault key made the digest"),
        sa.Column("identifier", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        schema="vault",
    )
    op.create_table(
        "conversation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["vault.person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "account", "person_id", name="conversation_key"),
        schema="intake",
    )
    op.create_table(
        "reporter",
        sa.Column("reference", sa.Uuid(), nullable=False, comment="the only name of a reporter outside the vault"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "details",
            sa.LargeBinary(),
            nullable=True,
            comment="encrypted name, telephone and e-mail, as given with this complaint",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["vault.person.id"],
        ),
        sa.PrimaryKeyConstraint("reference"),
        schema="vault",
    )
    op.create_index(op.f("ix_vault_reporter_person_id"), "reporter", ["person_id"], unique=False, schema="vault")
    op.create_table(
        "complaint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state", sa.Text(), server_default="received", nullable=False, comment="projection of casework's state"
        ),
        sa.Column("agency", sa.Text(), nullable=True, comment="projection: name of the agency it is assigned to"),
        sa.Column("state_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["intake.conversation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket"),
        schema="intake",
    )
    op.create_table(
        "answer",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["intake.complaint.id"],
        ),
        sa.PrimaryKeyConstraint("event_id"),
        schema="intake",
    )
    op.create_index(op.f("ix_intake_answer_complaint_id"), "answer", ["complaint_id"], unique=False, schema="intake")
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("provider_message_id", sa.Text(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("raw_request_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True, comment="what it hangs on, in the provider's ids"),
        sa.Column("text", sa.Text(), nullable=False, comment="this message's own words"),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["intake.complaint.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["raw_request_id"], ["intake.raw_request.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "account", "provider_message_id", name="message_key"),
        schema="intake",
    )
    op.create_index(op.f("ix_intake_message_complaint_id"), "message", ["complaint_id"], unique=False, schema="intake")
    op.create_index(
        op.f("ix_intake_message_raw_request_id"), "message", ["raw_request_id"], unique=False, schema="intake"
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column(
            "sha256",
            sa.Text(),
            nullable=True,
            comment="names the content in the store; null while it is only at the provider",
        ),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True, comment="the provider's address; expires"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["intake.complaint.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["intake.message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="intake",
    )
    op.create_index(
        op.f("ix_intake_attachment_complaint_id"), "attachment", ["complaint_id"], unique=False, schema="intake"
    )

    role = "ntbcare_intake"
    tables = {
        "raw_request": "INSERT",
        "conversation": "SELECT, INSERT",
        "complaint": "SELECT, INSERT, UPDATE (state, agency, state_changed_at)",
        "message": "SELECT, INSERT",
        "ignored": "INSERT",
        "attachment": "INSERT",
        "answer": "SELECT, INSERT",
    }
    # Whoever breaks into intake can add identities and recognise one it already knows, but reads none.
    vault = {"person": "INSERT, SELECT (id, digest)", "reporter": "INSERT"}
    for statement in (
        *grants(role, "intake", tables),
        *grants(role, "vault", vault),
        *outbox_grants(role),
        *consumer_grants(role, OPERATOR, "intake"),
        f'GRANT SELECT (id, channel, door, received_at, state, unreadable) ON intake.raw_request TO "{OPERATOR}"',
    ):
        op.execute(statement)
