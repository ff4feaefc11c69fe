"""Monitoring: why a complaint ended without an answer, which decides whether the second figure counts it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "complaint",
        sa.Column("ended_because", sa.Text, comment="the reason for which it is archived or rejected"),
        schema="monitoring",
    )
