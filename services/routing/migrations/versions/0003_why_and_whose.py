"""Kind, urgency and versions of a decision; what officers chose; what complaints are compared by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.migrations import grants
from shared.db.roles import OPERATOR

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for extension in ("pg_trgm", "btree_gist"):  # both are trusted: the database's owner may make them
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} WITH SCHEMA routing")
    _tell_more_of_a_decision()
    _know_more_of_a_complaint()
    _remember_choices()
    _compare()
    tables = {
        "decision": "SELECT",
        "complaint": "UPDATE (emergency, compare_at)",
        "choice": "SELECT, INSERT",
        "likeness": "SELECT, INSERT, UPDATE, DELETE",
    }
    for statement in grants("ntbcare_routing", "routing", tables):
        op.execute(statement)
    seen = "id, complaint_id, agency_key, affair, level, region_code, confidence, sealed, rule, affair_by, decided_at"
    chosen = {"choice": "SELECT", "decision": f"SELECT ({seen}, rules_version, directory_version, model_version)"}
    for statement in grants(OPERATOR, "routing", chosen):
        op.execute(statement)


def _tell_more_of_a_decision() -> None:
    for name in ("kind", "urgency", "model_version", "boundaries_version"):
        op.add_column("decision", sa.Column(name, sa.Text), schema="routing")
    rule = sa.Column("rule", sa.Text, comment="the rule of authority that decided, in words")
    op.add_column("decision", rule, schema="routing")
    by = sa.Column(
        "affair_by", sa.Text, comment="words, or model where the trained model said another affair than the words"
    )
    op.add_column("decision", by, schema="routing")


def _know_more_of_a_complaint() -> None:
    for column in (
        sa.Column("account_region", sa.Text, comment="whose account received it"),
        sa.Column(
            "sms",
            sa.Boolean,
            nullable=False,
            server_default=sa.text("false"),
            comment="a code may stand at its head",
        ),
        sa.Column("emergency", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("compare_at", sa.DateTime(timezone=True), comment="when it is to be compared with others, if it is"),
    ):
        op.add_column("complaint", column, schema="routing")
    waits = sa.text("compare_at IS NOT NULL")
    op.create_index("complaint_compare", "complaint", ["compare_at"], schema="routing", postgresql_where=waits)


def _remember_choices() -> None:
    op.create_table(
        "choice",
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("routing.complaint.complaint_id"), primary_key=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column(
            "decision_id", sa.Uuid, sa.ForeignKey("routing.decision.id"), nullable=False, comment="what stood then"
        ),
        sa.Column("agency_key", sa.Text, nullable=False),
        sa.Column("affair", sa.Text),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column(
            "how", sa.Text, nullable=False, comment="assigned by an officer, or taken by the agency as it was decided"
        ),
        schema="routing",
    )


def _compare() -> None:
    op.create_table(
        "likeness",
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("routing.complaint.complaint_id"), primary_key=True),
        sa.Column("regency", sa.Text, nullable=False),
        sa.Column("affair", sa.Text, nullable=False),
        sa.Column("place_code", sa.Text, nullable=False),
        sa.Column("latitude", sa.Float),
        sa.Column("longitude", sa.Float),
        sa.Column("words", sa.Text, nullable=False, comment="the telling stems of its text, each once"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", ARRAY(sa.Uuid), nullable=False, comment="the complaints that were told to be like it"),
        schema="routing",
    )
    op.execute(
        "CREATE INDEX likeness_words ON routing.likeness "
        "USING gist (regency routing.gist_text_ops, affair routing.gist_text_ops, words routing.gist_trgm_ops)"
    )
