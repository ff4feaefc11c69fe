"""What officers did at their desk: written once, changed by nobody."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants
from shared.db.roles import OPERATOR

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("complaint_id", sa.Uuid(), comment="none where it was about no complaint of ours yet"),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "detail", sa.Text(), nullable=False, server_default="", comment="a number, or an officer's reason, masked"
        ),
        schema="lapor",
    )
    op.create_index("act_complaint", "act", ["complaint_id", "at"], schema="lapor")
    seen = {"act": "SELECT (id, complaint_id, what, account_id, at)"}
    for statement in (
        *grants("ntbcare_lapor", "lapor", {"act": "SELECT, INSERT"}),
        *grants(OPERATOR, "lapor", seen),
    ):
        op.execute(statement)
