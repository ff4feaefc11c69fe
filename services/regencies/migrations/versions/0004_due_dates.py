"""By when what must be done, as casework's clocks say."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "complaint",
        sa.Column(
            "due_dates",
            JSONB(none_as_null=True),
            nullable=False,
            server_default=sa.text("'[]'::jsonb"),
            comment="of the clocks that run",
        ),
        schema="regencies",
    )
