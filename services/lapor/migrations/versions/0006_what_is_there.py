"""What has a number is not told again, and what was told is known by its words as they were."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("told_digest", sa.Text(), comment="of the words as they were posted last")
    op.add_column("mirror", column, schema="lapor")
    op.create_check_constraint(
        "mirror_what_is_there_is_not_told",
        "mirror",
        "state NOT IN ('queued', 'posting') OR lapor_id IS NULL",
        schema="lapor",
    )
    op.create_index("incoming_complaint", "incoming", ["complaint_id"], schema="lapor")
