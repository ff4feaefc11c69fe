"""What becomes of complaints at SP4N-LAPOR!: number and status, follow-ups written there, and what is to settle."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_QUEUE = ["urgent", "received_at", "complaint_id"]


def upgrade() -> None:
    _mirror()
    _case()
    _follow_up()
    learnt = "lapor_id, mirrored_at, status, state, since, seen_at, decision, words"
    tables = {"mirror": f"SELECT, INSERT, UPDATE ({learnt})", "case": "UPDATE (mirror)"}
    for statement in grants("ntbcare_casework", "casework", tables):
        op.execute(statement)


def _mirror() -> None:
    op.create_table(
        "mirror",
        sa.Column("complaint_id", sa.Uuid(), sa.ForeignKey("casework.case.complaint_id"), primary_key=True),
        sa.Column("lapor_id", sa.Text(), nullable=False, comment="the number there"),
        sa.Column("mirrored_at", _TIME),
        sa.Column("status", sa.Text(), comment="as LAPOR! shows it, in its own words"),
        sa.Column("state", sa.Text(), comment="the state of ours that it means; none where nobody knows"),
        sa.Column("since", _TIME, comment="by LAPOR!'s own log"),
        sa.Column("seen_at", _TIME, comment="when lapor looked; what was seen earlier changes nothing"),
        sa.Column(
            "decision",
            sa.Text(),
            comment="followed, ours_stands, conflict, unknown_status; none: nothing to do",
        ),
        sa.Column("words", sa.Text(), comment="the same in a sentence"),
        schema="casework",
    )


def _case() -> None:
    comment = "what LAPOR! shows that an officer must settle: conflict or unknown"
    op.add_column("case", sa.Column("mirror", sa.Text(), comment=comment), schema="casework")
    op.alter_column(
        "case",
        "news",
        schema="casework",
        comment="the citizen, or a word of LAPOR! to settle, was heard since an officer last did something with it",
        existing_comment="the citizen was heard since an officer last did something with it",
    )
    where = sa.text("mirror IS NOT NULL")
    op.create_index("case_mirror", "case", ["mirror", *_QUEUE], schema="casework", postgresql_where=where)


def _follow_up() -> None:
    comments = {
        "agency_key": "none where it was written elsewhere by nobody that we know",
        "agency_name": None,
        "done_by": "account id; none where it came by a channel",
    }
    for name, comment in comments.items():
        op.alter_column("follow_up", name, schema="casework", nullable=True, comment=comment)
    for column in (
        sa.Column("channel", sa.Text(), comment="where it was written, if not here: lapor"),
        sa.Column("institution", sa.Text(), comment="who wrote it there, by the name there"),
        sa.Column(
            "files",
            sa.Integer(),
            nullable=False,
            server_default=sa.text("0"),
            comment="how many files stand with it there",
        ),
    ):
        op.add_column("follow_up", column, schema="casework")
