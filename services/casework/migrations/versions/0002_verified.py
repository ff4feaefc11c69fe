"""When a complaint was verified: a dated fact beside its state."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "case",
        sa.Column(
            "verified_at", sa.DateTime(timezone=True), comment="a dated fact: from then on it may leave the house"
        ),
        schema="casework",
    )
    op.execute('GRANT UPDATE (verified_at) ON casework."case" TO ntbcare_casework')
