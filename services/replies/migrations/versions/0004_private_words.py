"""When somebody who commented last wrote to us in private: what is for them alone goes there from then on."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column(
        "direct_at", sa.DateTime(timezone=True), comment="when a commenter last wrote to us in private"
    )
    op.add_column("complaint", column, schema="replies")
    for statement in grants("ntbcare_replies", "replies", {"complaint": "UPDATE (direct_at)"}):
        op.execute(statement)
