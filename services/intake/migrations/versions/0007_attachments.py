"""Which agency may open a complaint's attachments; a provider's address goes once nothing is fetched from it."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "complaint",
        sa.Column("agency_key", sa.Text(), comment="projection: its key in the directory"),
        schema="intake",
    )
    op.alter_column(
        "attachment",
        "source_url",
        comment="the provider's address, while it is to be fetched",
        existing_comment="the provider's address; expires",
        existing_type=sa.Text(),
        existing_nullable=True,
        schema="intake",
    )
    op.execute("UPDATE intake.attachment SET source_url = NULL WHERE state NOT IN ('wanted', 'fetching')")
    tables = {"complaint": "UPDATE (agency_key)", "attachment": "UPDATE (source_url)"}
    for statement in grants("ntbcare_intake", "intake", tables):
        op.execute(statement)
