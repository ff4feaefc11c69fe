"""What became of each message to the citizen, shown on the case."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reply",
        sa.Column("reply_id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, nullable=False, comment="its case may not be open yet"),
        sa.Column("template", sa.Text, nullable=False, comment="what it is about: acknowledgement, answer, question, …"),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, comment="sent, failed, unknown or waiting"),
        sa.Column("reason", sa.Text, comment="why it failed, is unknown or waits"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        schema="casework",
    )
    op.create_index(op.f("ix_casework_reply_complaint_id"), "reply", ["complaint_id"], schema="casework")
    changed = "template, channel, state, reason, at"
    tables = {"reply": f"SELECT, INSERT, UPDATE ({changed})"}
    for statement in grants("ntbcare_casework", "casework", tables):
        op.execute(statement)
