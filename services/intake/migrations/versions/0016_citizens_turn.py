"""What officers ask and do is shown to the citizen, and found when the citizen writes back."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_LATEST = "the complaint that was opened or turned to last"


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("event_id", sa.Uuid(), primary_key=True),
        sa.Column("complaint_id", sa.Uuid(), sa.ForeignKey("intake.complaint.id"), nullable=False, index=True),
        sa.Column("agency", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("answer_by", _TIME, comment="after this the complaint counts as dropped"),
        schema="intake",
    )
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Uuid(), primary_key=True, comment="casework's"),
        sa.Column("complaint_id", sa.Uuid(), sa.ForeignKey("intake.complaint.id"), nullable=False, index=True),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("followed_up_at", _TIME, nullable=False),
        schema="intake",
    )
    op.create_index(
        "complaint_turn",
        "complaint",
        ["conversation_id"],
        schema="intake",
        postgresql_where=sa.text("state IN ('awaiting_information', 'answered', 'closed') AND withdrawn_at IS NULL"),
    )
    op.create_index(
        "person_joined", "person", ["joined_to"], schema="vault", postgresql_where=sa.text("joined_to IS NOT NULL")
    )
    op.alter_column(
        "conversation",
        "latest_complaint_id",
        comment=_LATEST,
        existing_comment="the newest complaint that was opened in it",
        existing_type=sa.Uuid(),
        existing_nullable=True,
        schema="intake",
    )
    for statement in grants("ntbcare_intake", "intake", {"question": "SELECT, INSERT", "follow_up": "SELECT, INSERT"}):
        op.execute(statement)
