"""What comes after the first message: further words, attachments' fates, a withdrawal, a rating, a seal, an emergency."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import grants

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _case()
    _message()
    _attachment()
    _answer()
    _grants()


def _case() -> None:
    for column in (
        sa.Column("emergency", sa.Boolean, nullable=False, server_default=sa.text("false"), comment="life or limb"),
        sa.Column("news_at", _TIME, comment="when the citizen last said something more"),
        sa.Column("routed_at", _TIME, comment="when routing decided what stands here"),
        sa.Column("withdrawn_at", _TIME, comment="when the citizen said BATAL"),
        sa.Column("rating", sa.Integer, comment="the citizen's, from 1 to 5"),
        sa.Column("rating_text", sa.Text),
        sa.Column("rated_at", _TIME),
        sa.Column(
            "urgent",
            sa.Boolean,
            sa.Computed("emergency AND state IN ('received', 'assigned', 'in_progress')", persisted=True),
            comment="an emergency that nobody has answered: first in the queue",
        ),
    ):
        op.add_column("case", column, schema="casework")
    for name, columns in (
        ("case_queue", ["urgent", "received_at", "complaint_id"]),
        ("case_agency_queue", ["agency_key", "urgent", "received_at", "complaint_id"]),
    ):
        op.drop_index(name, "case", schema="casework")
        op.create_index(name, "case", columns, schema="casework")


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("message_id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), nullable=False),
        sa.Column("author", sa.Text, nullable=False, comment="citizen or agency"),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False, comment="as it was said first"),
        sa.Column("attachments", JSONB, nullable=False),
        sa.Column("rule", sa.Text, nullable=False, comment="by which it belongs to this complaint"),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("amended_text", sa.Text, comment="as its author changed it last"),
        sa.Column("amended_at", _TIME),
        sa.Column("withdrawn_at", _TIME, comment="when its author took it back"),
        schema="casework",
    )
    op.create_index("message_complaint", "message", ["complaint_id", "received_at"], schema="casework")


def _attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text),
        sa.Column("sha256", sa.Text),
        sa.Column("size", sa.BigInteger, comment="bytes"),
        sa.Column("state", sa.Text, nullable=False, comment="stored, refused, failed or expired"),
        sa.Column("problem", sa.Text, comment="why there is no content"),
        sa.Column("settled_at", _TIME, nullable=False),
        schema="casework",
    )
    op.create_index("attachment_complaint", "attachment", ["complaint_id"], schema="casework")


def _answer() -> None:
    op.alter_column("answer", "agency_key", nullable=True, schema="casework")
    op.alter_column("answer", "agency_name", nullable=True, schema="casework")
    op.alter_column(
        "answer", "answered_by", nullable=True, comment="account id; none where it came by a channel", schema="casework"
    )
    op.add_column("answer", sa.Column("channel", sa.Text, comment="in whose own app it was written"), schema="casework")


def _grants() -> None:
    role = "ntbcare_casework"
    tables = {
        "case": "UPDATE (emergency, news_at, routed_at, withdrawn_at, rating, rating_text, rated_at)",
        "message": "SELECT, INSERT, UPDATE (amended_text, amended_at, withdrawn_at)",
        "attachment": "SELECT, INSERT, UPDATE (media_type, sha256, size, state, problem, settled_at)",
    }
    for statement in grants(role, "casework", tables):
        op.execute(statement)
    # Casework seals and cannot unseal.
    op.execute("""
        CREATE FUNCTION casework.seal(wanted uuid) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = casework, pg_temp AS
        'UPDATE "case" SET sealed = true WHERE complaint_id = wanted'
    """)
    op.execute("REVOKE ALL ON FUNCTION casework.seal(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION casework.seal(uuid) TO {role}")
