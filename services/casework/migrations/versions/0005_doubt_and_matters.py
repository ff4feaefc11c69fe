"""What routing doubts and an officer chooses; likeness, and complaints joined under one matter."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import grants

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _matter()
    _case()
    _similar()
    _seal()
    tables = {
        "case": "UPDATE (kind, urgency, place, candidates, doubted_at, assigned_by, matter_id)",
        "matter": "SELECT, INSERT",
        "similar": "SELECT, INSERT, UPDATE (score, reasons, found_at)",
    }
    for statement in grants("ntbcare_casework", "casework", tables):
        op.execute(statement)


def _matter() -> None:
    op.create_table(
        "matter",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("opened_at", _TIME, nullable=False),
        schema="casework",
    )


def _case() -> None:
    for column in (
        sa.Column("kind", sa.Text, comment="pengaduan, aspirasi, … as routing or an officer found"),
        sa.Column("urgency", sa.Text, comment="mendesak, penting or biasa"),
        sa.Column("place", JSONB, comment="as routing found it, with its evidence"),
        sa.Column("candidates", JSONB, comment="the agencies that it might be for, best first, each with its reasons"),
        sa.Column("doubted_at", _TIME, comment="when routing was not sure enough; none once it is assigned"),
        sa.Column("assigned_by", sa.Uuid, comment="account of the officer who chose the agency; none where routing did"),
        sa.Column(
            "matter_id",
            sa.Uuid,
            sa.ForeignKey("casework.matter.id"),
            comment="joined with others about the same thing",
        ),
        sa.Column(
            "waiting_for",
            sa.Text,
            sa.Computed(
                "CASE WHEN state = 'received' AND doubted_at IS NOT NULL AND NOT sealed THEN 'verification' END",
                persisted=True,
            ),
            comment="what keeps it: an officer who says whose it is",
        ),
    ):
        op.add_column("case", column, schema="casework")
    op.create_index(
        "case_waiting",
        "case",
        ["waiting_for", "urgent", "received_at", "complaint_id"],
        schema="casework",
        postgresql_where=sa.text("waiting_for IS NOT NULL"),
    )
    op.create_index(
        "case_matter", "case", ["matter_id"], schema="casework", postgresql_where=sa.text("matter_id IS NOT NULL")
    )
    op.create_check_constraint(
        "case_sealed_ones_stand_alone", "case", "NOT sealed OR matter_id IS NULL", schema="casework"
    )


def _similar() -> None:
    op.create_table(
        "similar",
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), primary_key=True),
        sa.Column("other_id", sa.Uuid, primary_key=True, comment="may be heard of before its own case is opened"),
        sa.Column("score", sa.Float, nullable=False, comment="likeness between 0 and 1"),
        sa.Column("reasons", JSONB, nullable=False, comment="in plain Indonesian"),
        sa.Column("found_at", _TIME, nullable=False),
        schema="casework",
    )
    op.create_index("similar_other", "similar", ["other_id"], schema="casework")


def _seal() -> None:
    """What is sealed leaves its matter in the same statement."""
    op.execute("""
        CREATE OR REPLACE FUNCTION casework.seal(wanted uuid) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = casework, pg_temp AS
        'UPDATE "case" SET sealed = true, matter_id = NULL WHERE complaint_id = wanted'
    """)
