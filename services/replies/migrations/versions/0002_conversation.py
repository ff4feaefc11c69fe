"""Replies without a complaint: what a citizen is told about a message that made none; emergencies go first."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("reply", "complaint_id", nullable=True, comment="none: about a message alone", schema="replies")
    op.alter_column("reply", "ticket", nullable=True, schema="replies")
    op.add_column(
        "reply",
        sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.text("false"), comment="life or limb"),
        schema="replies",
    )
    op.add_column(
        "reply",
        sa.Column(
            "written_at", sa.DateTime(timezone=True), comment="of a message alone: what messaging windows count from"
        ),
        schema="replies",
    )
    op.drop_index("reply_due", "reply", schema="replies")
    op.create_index(
        "reply_due",
        "reply",
        ["urgent", "by_officer", "due_at"],
        postgresql_where=sa.text("state = 'queued'"),
        schema="replies",
    )
    # Later words may seal a complaint, and each of them opens Meta's window anew.
    for statement in grants("ntbcare_replies", "replies", {"complaint": "UPDATE (sealed, written_at)"}):
        op.execute(statement)
