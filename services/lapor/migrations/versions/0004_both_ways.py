"""Both ways: files, dispositions and follow-ups as steps, what is heard back, what arrives, what officers do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import grants
from shared.db.roles import OPERATOR

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LEAVING = "mirror_only_verified_ones_leave"


def _time(name: str, *, nullable: bool = True, **options: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, **options)


def _text(name: str, *, nullable: bool = True, **options: object) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=nullable, **options)


def upgrade() -> None:
    for column in (
        sa.Column("sealed", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("incoming", sa.Boolean(), nullable=False, server_default=sa.text("false"), comment="filed at LAPOR!"),
        _text("kind"),
        _text("affair"),
        _text("region_code"),
        sa.Column("files", JSONB(), comment="attachments: AttachmentRef as JSON, without a word"),
        _time("released_at", comment="when the policy let it go"),
        _time("reviewed_at", comment="when an officer saw what is told, and let it go"),
        sa.Column("reviewed_by", sa.Uuid()),
        sa.Column("taken_by", sa.Uuid(), comment="the officer who types it in at LAPOR!"),
        _time("taken_at"),
        sa.Column("institution_id", sa.Integer(), comment="who has it at LAPOR!, as told or as seen"),
        _text("institution", comment="its name there"),
        _time("changed_at", comment="when LAPOR! last showed anything new"),
        sa.Column(
            "told", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="our follow-ups for LAPOR! so far"
        ),
        sa.Column(
            "missed", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="lists without a doubtful one"
        ),
    ):
        op.add_column("mirror", column, schema="lapor")
    op.execute("UPDATE lapor.mirror SET released_at = verified_at, reviewed_at = verified_at WHERE state <> 'waiting'")
    op.execute("UPDATE lapor.mirror SET sealed = true WHERE state = 'withheld' AND reason = 'sealed'")
    op.drop_constraint(_LEAVING, "mirror", schema="lapor")
    op.create_check_constraint(
        "mirror_only_released_ones_leave",
        "mirror",
        "(state NOT IN ('queued', 'posting') OR released_at IS NOT NULL) AND (state <> 'queued' OR text IS NOT NULL)",
        schema="lapor",
    )
    op.create_check_constraint(
        "mirror_no_sealed_one_leaves",
        "mirror",
        "NOT sealed OR (text IS NULL AND state NOT IN ('queued', 'to_review', 'by_hand'))",
        schema="lapor",
    )
    op.create_table(
        "step",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), sa.Identity(), nullable=False, unique=True),
        _text("kind", nullable=False, comment="upload, pass_on, follow_up"),
        sa.Column("cause", sa.Uuid(), nullable=False, comment="the attachment, or the event"),
        sa.Column("part", sa.Integer(), nullable=False),
        _text("state", nullable=False, comment="queued, calling, unclear, done, left_out"),
        sa.Column("payload", JSONB(none_as_null=True), comment="what is done; no words once it is over"),
        _time("due_at"),
        sa.Column("claim", sa.Uuid()),
        _time("claimed_until"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        _text("reason"),
        _text("reference", comment="LAPOR!'s number of what was made"),
        _time("made_at", nullable=False),
        _time("settled_at"),
        sa.UniqueConstraint("complaint_id", "kind", "cause", "part", name="step_once"),
        schema="lapor",
    )
    op.create_index("step_complaint", "step", ["complaint_id", "place"], schema="lapor")
    op.create_index(
        "step_open",
        "step",
        ["due_at"],
        schema="lapor",
        postgresql_where=sa.text("state IN ('queued', 'calling', 'unclear')"),
    )
    op.create_table(
        "heard",
        _text("lapor_id", nullable=False),
        _text("their_id", nullable=False),
        _text("digest", nullable=False, comment="of its words: a changed one is another"),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        _text("what", nullable=False, comment="theirs, ours, log"),
        _time("written_at"),
        _time("heard_at", nullable=False),
        sa.PrimaryKeyConstraint("lapor_id", "their_id", "digest"),
        schema="lapor",
    )
    op.create_table(
        "exchange",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("complaint_id", sa.Uuid()),
        _text("call", nullable=False),
        _text("method", nullable=False),
        _text("path", nullable=False),
        sa.Column("status", sa.Integer()),
        _text("outcome", nullable=False),
        sa.Column("sent", JSONB(none_as_null=True)),
        sa.Column("got", JSONB(none_as_null=True)),
        _time("began_at", nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        schema="lapor",
    )
    op.create_index("exchange_complaint", "exchange", ["complaint_id", "began_at"], schema="lapor")
    op.create_index("exchange_age", "exchange", ["began_at"], schema="lapor")
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("complaint_id", sa.Uuid()),
        _text("ticket"),
        _text("kind", nullable=False),
        _text("detail", nullable=False, server_default=""),
        _time("raised_at", nullable=False),
        _time("settled_at"),
        _text("settled_by"),
        schema="lapor",
    )
    op.create_index(
        "notice_open",
        "notice",
        ["ticket", "kind", "detail"],
        unique=True,
        schema="lapor",
        postgresql_where=sa.text("settled_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "incoming",
        _text("lapor_id", primary_key=True),
        _text("state", nullable=False, comment="queued, accepted, ours, refused"),
        _text("source", nullable=False, comment="api, entered, imported"),
        _text("title", comment="until it is a complaint here"),
        _text("content", comment="until it is a complaint here"),
        sa.Column("reporter", JSONB(none_as_null=True), comment="until it is a complaint here"),
        _text("location"),
        _text("region_code"),
        _time("filed_at"),
        sa.Column("incident_on", sa.Date()),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.Uuid()),
        _text("ticket"),
        sa.Column("complaint_id", sa.Uuid()),
        _text("reason"),
        _time("due_at"),
        _time("claimed_until"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        _time("arrived_at", nullable=False),
        _time("linked_at"),
        schema="lapor",
    )
    op.create_index("incoming_ticket", "incoming", ["ticket"], unique=True, schema="lapor")
    op.create_index(
        "incoming_open", "incoming", ["due_at"], schema="lapor", postgresql_where=sa.text("state = 'queued'")
    )
    op.create_index(
        "incoming_unlinked",
        "incoming",
        ["lapor_id"],
        schema="lapor",
        postgresql_where=sa.text("state = 'accepted' AND linked_at IS NULL"),
    )
    op.create_table(
        "master",
        _text("kind", nullable=False),
        _text("id", nullable=False),
        _text("name", nullable=False),
        _text("purpose", nullable=False, server_default=""),
        _time("first_seen_at", nullable=False),
        _time("seen_at", nullable=False),
        _time("gone_at"),
        sa.PrimaryKeyConstraint("kind", "id"),
        schema="lapor",
    )

    role = "ntbcare_lapor"
    tables = {
        "step": "SELECT, INSERT, UPDATE",
        "heard": "SELECT, INSERT",
        "exchange": "SELECT, INSERT, DELETE",
        "notice": "SELECT, INSERT, UPDATE",
        "incoming": "SELECT, INSERT, UPDATE",
        "master": "SELECT, INSERT, UPDATE",
    }
    more = "released_at, reviewed_at, taken_at, institution_id, institution, changed_at, incoming, told"
    seen = {
        "mirror": f"SELECT ({more})",
        "step": "SELECT (id, complaint_id, place, kind, part, state, due_at, attempts, reason, reference, made_at, settled_at)",
        "heard": "SELECT",
        "exchange": "SELECT",
        "notice": "SELECT",
        "incoming": "SELECT (lapor_id, state, source, ticket, complaint_id, reason, due_at, attempts, arrived_at, linked_at)",
        "master": "SELECT",
    }
    for statement in (*grants(role, "lapor", tables), *grants(OPERATOR, "lapor", seen)):
        op.execute(statement)
