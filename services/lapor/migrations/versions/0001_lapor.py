"""The mirror: a row per complaint, an hourly budget, inbox and parking lot."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import consumer_grants, grants, outbox_grants
from shared.db.roles import OPERATOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mirror",
        sa.Column("complaint_id", sa.Uuid(), primary_key=True),
        sa.Column("ticket", sa.Text(), nullable=False, unique=True),
        sa.Column("state", sa.Text(), nullable=False, comment="see services/lapor/README.md"),
        sa.Column("reason", sa.Text(), comment="why it stands where it stands; never a citizen's words"),
        sa.Column("traceparent", sa.Text()),
        sa.Column("text", sa.Text(), comment="masked; none where the complaint is sealed"),
        sa.Column("mask_version", sa.Text()),
        sa.Column("personal", sa.Boolean(), nullable=False, comment="whether something was masked"),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("agency_key", sa.Text()),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), comment="when the next step may be taken: telling, or looking"
        ),
        sa.Column("claim", sa.Uuid(), comment="of the worker that took this step"),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column(
            "attempts", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="how often it was posted"
        ),
        sa.Column("posted_at", sa.DateTime(timezone=True), comment="when it was posted last"),
        sa.Column("lapor_id", sa.Text(), unique=True),
        sa.Column("mirrored_at", sa.DateTime(timezone=True)),
        sa.Column("status", sa.Text(), comment="in LAPOR!'s own words"),
        sa.Column("status_since", sa.DateTime(timezone=True), comment="by LAPOR!'s log, where it says so"),
        sa.Column("looked_at", sa.DateTime(timezone=True)),
        sa.Column("verdict", sa.Text(), comment="created or not_created, until the service has acted on it"),
        sa.Column("verdict_number", sa.Text()),
        sa.CheckConstraint("state <> 'withheld' OR text IS NULL", name="mirror_withheld_holds_no_text"),
        sa.CheckConstraint(
            "state NOT IN ('queued', 'posting') OR (verified_at IS NOT NULL AND text IS NOT NULL)",
            name="mirror_only_verified_ones_leave",
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict = 'not_created' OR (verdict = 'created' AND verdict_number IS NOT NULL)",
            name="mirror_verdict_is_one",
        ),
        schema="lapor",
    )
    op.create_index("mirror_due", "mirror", ["state", "due_at"], schema="lapor")
    op.create_index(
        "mirror_verdict",
        "mirror",
        ["complaint_id"],
        schema="lapor",
        postgresql_where=sa.text("verdict IS NOT NULL"),
    )
    op.create_table(
        "budget",
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        schema="lapor",
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "processed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("event_id"),
        schema="lapor",
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
        schema="lapor",
    )
    op.create_index("parked_event", "parked", ["event_id"], unique=True, schema="lapor")
    op.create_index("parked_subject", "parked", ["subject"], unique=False, schema="lapor")

    role = "ntbcare_lapor"
    # The operator sees how a mirror stands and no citizen's words, and leaves a verdict; the service alone moves it.
    seen = "complaint_id, ticket, state, reason, verified_at, due_at, attempts, posted_at"
    seen += ", lapor_id, mirrored_at, status, status_since, looked_at, verdict, verdict_number"
    for statement in (
        *grants(role, "lapor", {"mirror": "SELECT, INSERT, UPDATE", "budget": "SELECT, INSERT, UPDATE"}),
        *grants(OPERATOR, "lapor", {"mirror": f"SELECT ({seen}), UPDATE (verdict, verdict_number)"}),
        *outbox_grants(role),
        *consumer_grants(role, OPERATOR, "lapor"),
    ):
        op.execute(statement)
