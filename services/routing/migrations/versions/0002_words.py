"""What a citizen has said so far: a later message may say where it is, and the whole is decided anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import grants

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("complaint_id", sa.Uuid, primary_key=True),
        sa.Column("ticket", sa.Text, nullable=False),
        sa.Column("place", JSONB, nullable=False, comment="as given, the newest wins"),
        sa.Column("sealed", sa.Boolean, nullable=False, comment="decided for good; no words are kept"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided", JSONB, comment="the last decision's agency, affair, level and region"),
        schema="routing",
    )
    op.create_table(
        "words",
        sa.Column("message_id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("routing.complaint.complaint_id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        schema="routing",
    )
    op.create_index("words_complaint", "words", ["complaint_id", "said_at"], schema="routing")
    tables = {
        "complaint": "SELECT, INSERT, UPDATE (place, sealed, decided)",
        "words": "SELECT, INSERT, UPDATE (text), DELETE",
    }
    for statement in grants("ntbcare_routing", "routing", tables):
        op.execute(statement)
