"""A region reads everything that was said, each message masked and in its newest form."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "complaint",
        sa.Column(
            "said",
            JSONB,
            nullable=False,
            server_default=sa.text("'[]'::jsonb"),
            comment="the masked messages that `text` is made of",
        ),
        schema="regencies",
    )
    op.execute("""
        UPDATE regencies.complaint SET said = jsonb_build_array(jsonb_build_object('message_id', NULL, 'text', text))
        WHERE text IS NOT NULL
    """)
    op.create_check_constraint(
        "complaint_no_message_outlives_the_text", "complaint", "said = '[]' OR text IS NOT NULL", schema="regencies"
    )
