"""A complaint's whole life: asked, transferred, followed up, archived, rejected, reopened; marks and notes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import grants

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_OPEN = sa.text("state NOT IN ('closed', 'archived', 'rejected')")
_QUEUE = ["urgent", "received_at", "complaint_id"]


def upgrade() -> None:
    _case()
    _computed()
    _indexes()
    _history()
    _follow_up()
    _note()
    _notice()
    tables = {
        "case": (
            "UPDATE (anonymous, secret, asked_at, proposed_key, proposed_name, followed_up_at, reopened_at, reopenings, "
            "due_at)"
        ),
        "follow_up": "SELECT, INSERT",
        "note": "SELECT, INSERT",
        "notice": "SELECT, INSERT, UPDATE (told_at)",
    }
    for statement in grants("ntbcare_casework", "casework", tables):
        op.execute(statement)


def _case() -> None:
    for name in ("anonymous", "secret"):
        comment = "an officer does not take that back" if name == "anonymous" else "the same"
        by_citizen = sa.Column(f"{name}_by_citizen", sa.Boolean, comment=comment)
        op.add_column("case", by_citizen, schema="casework")
        op.execute(f'UPDATE casework."case" SET {name}_by_citizen = {name}')  # noqa: S608 - names of ours
        op.alter_column("case", f"{name}_by_citizen", nullable=False, schema="casework")
    for column in (
        sa.Column("asked_at", _TIME, comment="when an officer asked its citizen for something"),
        sa.Column("proposed_key", sa.Text, comment="whose it is, as the agency says that asked for a transfer"),
        sa.Column("proposed_name", sa.Text),
        sa.Column("followed_up_at", _TIME, comment="the agency's first follow-up or answer"),
        sa.Column("reopened_at", _TIME),
        sa.Column("reopenings", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", _TIME, comment="the next of its deadlines that is running"),
    ):
        op.add_column("case", column, schema="casework")
    op.execute('UPDATE casework."case" SET followed_up_at = answered_at')


def _computed() -> None:
    """Write computed columns anew: PostgreSQL changes no expression."""
    for index in ("case_queue", "case_agency_queue", "case_waiting"):
        op.drop_index(index, "case", schema="casework")
    op.drop_column("case", "urgent", schema="casework")
    op.drop_column("case", "waiting_for", schema="casework")
    urgent = (
        "emergency AND state IN "
        "('received', 'awaiting_information', 'assigned', 'transfer_requested', 'in_progress')"
    )
    waiting = (
        "CASE WHEN state = 'received' AND doubted_at IS NOT NULL AND NOT sealed THEN 'verification' "
        "WHEN state = 'awaiting_information' THEN 'citizen' WHEN state = 'transfer_requested' THEN 'transfer' END"
    )
    for column in (
        sa.Column(
            "urgent",
            sa.Boolean,
            sa.Computed(urgent, persisted=True),
            comment="an emergency that nobody has answered: first in the queue",
        ),
        sa.Column(
            "waiting_for",
            sa.Text,
            sa.Computed(waiting, persisted=True),
            comment="what keeps it: who says whose it is, the citizen's words, or who says where it is transferred to",
        ),
        sa.Column(
            "regency", sa.Text, sa.Computed("left(region_code, 5)", persisted=True), comment="where it is, as 52.03"
        ),
    ):
        op.add_column("case", column, schema="casework")


def _indexes() -> None:
    where = {
        "case_waiting": (["waiting_for", *_QUEUE], sa.text("waiting_for IS NOT NULL")),
        "case_open": (_QUEUE, _OPEN),
        "case_agency_open": (["agency_key", *_QUEUE], _OPEN),
        "case_due": (["due_at", "complaint_id"], sa.text("due_at IS NOT NULL")),
    }
    for name, (columns, condition) in where.items():
        op.create_index(name, "case", columns, schema="casework", postgresql_where=condition)
    op.create_index("case_queue", "case", _QUEUE, schema="casework")
    op.create_index("case_agency_queue", "case", ["agency_key", *_QUEUE], schema="casework")
    op.create_index("case_regency_queue", "case", ["regency", *_QUEUE], schema="casework")
    words = [sa.text("to_tsvector('simple', text)")]
    op.create_index("case_words", "case", words, schema="casework", postgresql_using="gin")


def _history() -> None:
    op.add_column(
        "transition",
        sa.Column("reason_code", sa.Text, comment="why it ended without an answer, or `reopened`"),
        schema="casework",
    )
    op.add_column(
        "transition",
        sa.Column(
            "move",
            sa.Text,
            comment="what was done: a move or a remark of `rules.py`; none before there was this column",
        ),
        schema="casework",
    )
    op.add_column(
        "answer",
        sa.Column("fingerprint", sa.Text, comment="the same for the same words; none where the agency wrote elsewhere"),
        schema="casework",
    )
    op.create_index(
        "answer_fingerprint",
        "answer",
        ["fingerprint", "answered_at"],
        schema="casework",
        postgresql_where=sa.text("fingerprint IS NOT NULL"),
    )
    op.add_column(
        "answer",
        sa.Column(
            "warnings", JSONB, nullable=False, server_default=sa.text("'[]'"), comment="what is wanting in it"
        ),
        schema="casework",
    )


def _follow_up() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), nullable=False),
        sa.Column("agency_key", sa.Text, nullable=False),
        sa.Column("agency_name", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("evidence", JSONB, nullable=False, comment="references; the contents are intake's"),
        sa.Column("done_by", sa.Uuid, nullable=False, comment="account id"),
        sa.Column("followed_up_at", _TIME, nullable=False),
        schema="casework",
    )
    op.create_index(op.f("ix_casework_follow_up_complaint_id"), "follow_up", ["complaint_id"], schema="casework")


def _note() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("noted_by", sa.Uuid, nullable=False, comment="account id"),
        sa.Column("noted_at", _TIME, nullable=False),
        schema="casework",
    )
    op.create_index(op.f("ix_casework_note_complaint_id"), "note", ["complaint_id"], schema="casework")


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("casework.case.complaint_id"), nullable=False),
        sa.Column("clock", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False, comment="of the ladder, for example reminder or agency_head"),
        sa.Column("audience", sa.Text, nullable=False, comment="liaison, leader, coordinator or inspectorate"),
        sa.Column(
            "agency_key", sa.Text, comment="whose liaison or leader; none for the coordinator and the Inspectorate"
        ),
        sa.Column("due_at", _TIME, nullable=False, comment="the deadline that it is about"),
        sa.Column("noticed_at", _TIME, nullable=False, comment="when the step was reached"),
        sa.Column("told_at", _TIME, comment="when it went out with a digest, or was found to be over"),
        schema="casework",
    )
    op.create_index(op.f("ix_casework_notice_complaint_id"), "notice", ["complaint_id"], schema="casework")
    once = ["complaint_id", "clock", "due_at", "step"]
    op.create_index("notice_once", "notice", once, unique=True, schema="casework")
    untold = sa.text("told_at IS NULL")
    op.create_index("notice_untold", "notice", ["noticed_at"], schema="casework", postgresql_where=untold)
