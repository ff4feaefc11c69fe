"""What officers did: a complaint entered at the desk, made of a kept message, joined with another of its reporter."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants
from shared.db.roles import OPERATOR

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "officer_act",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="the officer, as identity knows them"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False, comment="entered, made_complaint or joined_reporters"),
        sa.Column("complaint_id", sa.Uuid(), sa.ForeignKey("intake.complaint.id"), nullable=False, index=True),
        sa.Column(
            "message_id",
            sa.Uuid(),
            sa.ForeignKey("intake.message.id"),
            comment="what was entered or made a complaint",
        ),
        sa.Column(
            "other_complaint_id", sa.Uuid(), sa.ForeignKey("intake.complaint.id"), comment="of the same reporter"
        ),
        schema="intake",
    )
    for statement in (
        *grants("ntbcare_intake", "intake", {"officer_act": "SELECT, INSERT"}),
        *grants(OPERATOR, "intake", {"officer_act": "SELECT"}),
        "GRANT USAGE ON SEQUENCE intake.officer_act_id_seq TO ntbcare_intake",
    ):
        op.execute(statement)
