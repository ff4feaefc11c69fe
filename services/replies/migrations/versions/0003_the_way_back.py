"""The rest of the way back: texts that operators write, what a message is about, another address, and who resolved it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import grants
from shared.db.roles import OPERATOR

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROLE = "ntbcare_replies"


def upgrade() -> None:
    _complaint()
    _reply()
    _template()
    _resolution()
    moved = "channel, account, detour"
    tables = {
        "complaint": "UPDATE (secret, anonymous, agency, answered)",
        "reply": f"UPDATE ({moved})",
        "template": "SELECT",
        "resolution": "SELECT, INSERT",
    }
    for statement in (
        *grants(_ROLE, "replies", tables),
        *grants(OPERATOR, "replies", {"template": "SELECT, INSERT", "resolution": "SELECT"}),
    ):
        op.execute(statement)


def _complaint() -> None:
    add = lambda column: op.add_column("complaint", column, schema="replies")  # noqa: E731 - five times the same
    add(sa.Column("language", sa.Text, nullable=False, server_default="id", comment="BCP 47"))
    add(sa.Column("agency", sa.Text, comment="the last agency that its citizen was told of"))
    add(sa.Column("answered", sa.Boolean, nullable=False, server_default=sa.text("false"), comment="ready to be rated"))


def _reply() -> None:
    add = lambda column: op.add_column("reply", column, schema="replies")  # noqa: E731 - as above
    add(sa.Column("place", sa.Text, comment="sms, direct, public or private; none: before texts had places"))
    add(sa.Column("language", sa.Text, nullable=False, server_default="id"))
    add(sa.Column("facts", JSONB, comment="what it is about: to say it in other words when the complaint is sealed"))
    add(sa.Column("detour", sa.Uuid, comment="another address of the same person, tried where its own was closed"))
    op.create_index(
        "reply_waiting",
        "reply",
        ["conversation_id"],
        postgresql_where=sa.text("state = 'queued' AND reason = 'window_closed_waiting'"),
        schema="replies",
    )


def _template() -> None:
    op.create_table(
        "template",
        sa.Column("event", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("language", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, comment="none: the shipped one again"),
        sa.Column("author", sa.Text, nullable=False, comment="who wrote it, as they say"),
        sa.Column("role", sa.Text, nullable=False, server_default=sa.text("session_user")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        sa.CheckConstraint("version >= 1", name="template_version"),
        schema="replies",
    )


def _resolution() -> None:
    op.create_table(
        "resolution",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("reply_id", sa.Uuid, sa.ForeignKey("replies.reply.id"), nullable=False),
        sa.Column("said", sa.Text, nullable=False, comment="sent, failed or again"),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        schema="replies",
    )
    op.create_index("resolution_reply", "resolution", ["reply_id"], schema="replies")
