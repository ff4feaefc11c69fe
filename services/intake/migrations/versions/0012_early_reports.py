"""What a provider says of a reply of ours before we know what it calls the reply waits for that."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "early_report",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("provider_message_id", sa.Text(), primary_key=True),
        sa.Column("outcome", sa.Text(), primary_key=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.Text()),
        schema="intake",
    )
    op.create_index("ix_intake_early_report_reported_at", "early_report", ["reported_at"], schema="intake")
    for statement in grants("ntbcare_intake", "intake", {"early_report": "SELECT, INSERT, DELETE"}):
        op.execute(statement)
