"""The clocks of cases: deadlines as rows, and what a changed calendar made of them."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _deadline()
    _change()
    tables = {
        "deadline": (
            "SELECT, INSERT, UPDATE (due_at, outcome, settled_at, stopped_since, next_at, limit_amount, limit_unit, "
            "limit_source, limit_certainty, version)"
        ),
        "deadline_change": "SELECT, INSERT",
    }
    for statement in grants("ntbcare_casework", "casework", tables):
        op.execute(statement)
    # casework computes again what no version of today's computed, and thereby all clocks of these cases
    op.execute("""
        INSERT INTO casework.deadline (complaint_id, clock, started_at, outcome, version)
        SELECT complaint_id, 'verify', received_at, 'unknown', 'none none none' FROM casework."case"
        WHERE state NOT IN ('closed', 'archived', 'rejected')
    """)


def _deadline() -> None:
    op.create_table(
        "deadline",
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), primary_key=True),
        sa.Column(
            "clock", sa.Text, primary_key=True, comment="verify, follow_up, resolve, respond, transfer, close or complete"
        ),
        sa.Column("started_at", _TIME, primary_key=True, comment="a clock that begins anew is another row"),
        sa.Column("due_at", _TIME, comment="none while it stands still, and where it is not known"),
        sa.Column("outcome", sa.Text, nullable=False, comment="running, stopped, kept, missed, cancelled or unknown"),
        sa.Column("settled_at", _TIME, comment="none while something may still come of it"),
        sa.Column("stopped_since", _TIME),
        sa.Column("next_at", _TIME, comment="when a worker has something to do: a step, or the end"),
        sa.Column("limit_amount", sa.Integer, comment="none where no limit is known for that time"),
        sa.Column("limit_unit", sa.Text, comment="working_days, hours or calendar_days"),
        sa.Column("limit_source", sa.Text),
        sa.Column("limit_certainty", sa.Text, comment="certain, press or to be checked"),
        sa.Column(
            "version", sa.Text, nullable=False, comment="by what it was computed: calendars, limits, ladder"
        ),
        schema="casework",
    )
    for name, columns, where in (
        ("deadline_next", ["next_at"], "next_at IS NOT NULL"),
        ("deadline_version", ["version", "complaint_id"], "settled_at IS NULL"),
        (
            "deadline_to_be_seen",
            ["clock", "outcome"],
            "settled_at IS NULL AND outcome IN ('missed', 'unknown')",
        ),
    ):
        op.create_index(name, "deadline", columns, schema="casework", postgresql_where=sa.text(where))


def _change() -> None:
    op.create_table(
        "deadline_change",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), nullable=False),
        sa.Column("clock", sa.Text, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("old_due_at", _TIME),
        sa.Column("new_due_at", _TIME),
        sa.Column("cause", sa.Text, nullable=False, comment="calendar or limits"),
        sa.Column("old_version", sa.Text, nullable=False),
        sa.Column("new_version", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        schema="casework",
    )
    index = op.f("ix_casework_deadline_change_complaint_id")
    op.create_index(index, "deadline_change", ["complaint_id"], schema="casework")
