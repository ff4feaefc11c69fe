"""What is told is everything that was said until then, each message as it stands; what is withdrawn stays here."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NAME = "mirror_withheld_holds_no_text"


def upgrade() -> None:
    op.add_column(
        "mirror",
        sa.Column("said", JSONB, comment="the masked messages that `text` is made of; none where the text is gone"),
        schema="lapor",
    )
    op.add_column(
        "mirror",
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), comment="when its citizen said BATAL"),
        schema="lapor",
    )
    op.execute("""
        UPDATE lapor.mirror SET said = jsonb_build_array(jsonb_build_object('message_id', NULL, 'text', text))
        WHERE text IS NOT NULL
    """)
    op.drop_constraint(_NAME, "mirror", schema="lapor")
    op.create_check_constraint(
        _NAME, "mirror", "state <> 'withheld' OR (text IS NULL AND said IS NULL)", schema="lapor"
    )
    op.create_check_constraint(
        "mirror_no_message_outlives_the_text", "mirror", "said IS NULL OR text IS NOT NULL", schema="lapor"
    )
