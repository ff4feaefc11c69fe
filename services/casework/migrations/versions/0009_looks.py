"""Every look at a reporter's identity or a sealed case: an append-only log for the Inspectorate."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False, comment="the account's when it looked"),
        sa.Column("what", sa.Text(), nullable=False, comment="reporter or sealed_case"),
        sa.Column("complaint_id", sa.Uuid(), sa.ForeignKey("casework.case.complaint_id"), nullable=False, index=True),
        sa.Column("reason", sa.Text(), comment="in the officer's words; of each look at a reporter"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        schema="casework",
    )
    op.create_index("look_account", "look", ["account_id", "id"], schema="casework")
    # Whoever looked says so and takes nothing back; when it was, the database says.
    for statement in (
        *grants(
            "ntbcare_casework", "casework", {"look": "SELECT, INSERT (account_id, role, what, complaint_id, reason)"}
        ),
        "GRANT USAGE ON SEQUENCE casework.look_id_seq TO ntbcare_casework",
    ):
        op.execute(statement)
