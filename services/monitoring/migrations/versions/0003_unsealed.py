"""Sealed is not for ever any more: the Inspectorate opens what a rule sealed."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column(
        "complaint",
        "sealed",
        comment="for the Inspectorate only, until it unseals it",
        existing_comment="for the Inspectorate only, and for ever",
        schema="monitoring",
    )
