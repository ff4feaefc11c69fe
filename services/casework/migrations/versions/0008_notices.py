"""Who is told of a step of the ladder, and in which mail."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants
from shared.db.roles import OPERATOR

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _notice()
    _digest()
    op.create_table(
        "mail_server",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("paused_until", _TIME),
        sa.Column("reason", sa.Text, comment="why nobody is mailed: off, or what the server said"),
        schema="casework",
    )
    op.execute("INSERT INTO casework.mail_server (id) VALUES (1)")
    _grants()


def _notice() -> None:
    for column in (
        sa.Column("tell_at", _TIME, comment="when telling it is looked at next; none: not looked at yet"),
        sa.Column(
            "problem", sa.Text, comment="why the coordinator is told instead, or nobody: nobody_to_tell or refused"
        ),
    ):
        op.add_column("notice", column, schema="casework")
    untold = sa.text("told_at IS NULL")
    columns = ["tell_at", "noticed_at"]
    op.create_index("notice_to_tell", "notice", columns, schema="casework", postgresql_where=untold)


def _digest() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False, comment="identity's; its e-mail is asked for when it is sent"),
        sa.Column("audience", sa.Text, nullable=False, comment="the account's role"),
        sa.Column("day", sa.Date, nullable=False, comment="in WITA"),
        sa.Column("kind", sa.Text, nullable=False, comment="morning or urgent"),
        sa.Column("number", sa.Integer, nullable=False, comment="1, or which urgent one of the day"),
        sa.Column("state", sa.Text, nullable=False, comment="queued, sending, sent, failed, unknown or withheld"),
        sa.Column("reason", sa.Text, comment="why it stands so: a stable name"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column(
            "lost", sa.Integer, nullable=False, server_default=sa.text("0"), comment="how often the answer was lost"
        ),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False, comment="when the office closes"),
        sa.Column("claimed_until", _TIME),
        sa.Column("message_id", sa.Text, comment="the same for each try"),
        sa.Column("sent_at", _TIME),
        schema="casework",
    )
    once = ["account_id", "day", "kind", "number"]
    op.create_index("digest_once", "digest", once, unique=True, schema="casework")
    op.create_index(
        "digest_open",
        "digest",
        ["due_at"],
        schema="casework",
        postgresql_where=sa.text("state IN ('queued', 'sending', 'unknown')"),
    )
    op.create_table(
        "digest_notice",
        sa.Column("digest_id", sa.Uuid, sa.ForeignKey("casework.digest.id"), primary_key=True),
        sa.Column("notice_id", sa.Uuid, sa.ForeignKey("casework.notice.id"), primary_key=True),
        schema="casework",
    )
    op.create_index("digest_notice_notice", "digest_notice", ["notice_id"], schema="casework")


def _grants() -> None:
    changed = "state, reason, attempts, lost, due_at, claimed_until, message_id, sent_at"
    for role, tables in {
        "ntbcare_casework": {
            "notice": "UPDATE (tell_at, problem)",
            "digest": f"SELECT, INSERT, UPDATE ({changed})",
            "digest_notice": "SELECT, INSERT",
            "mail_server": "SELECT, UPDATE (paused_until, reason)",
        },
        OPERATOR: {
            "notice": "SELECT (id, step, audience, noticed_at, tell_at, told_at, problem)",
            "digest": "SELECT (id, audience, day, kind, state, reason, attempts, due_at, sent_at)",
            "mail_server": "SELECT",
        },
    }.items():
        for statement in grants(role, "casework", tables):
            op.execute(statement)
