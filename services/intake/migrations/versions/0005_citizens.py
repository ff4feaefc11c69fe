"""Uploads in pieces, ratings of answers, and where a device's app is woken."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("device", sa.LargeBinary(), nullable=False, comment="keyed hash of the device's secret name"),
        sa.Column("length", sa.BigInteger(), nullable=False, comment="bytes, as announced"),
        sa.Column("received", sa.BigInteger(), nullable=False, server_default="0", comment="bytes that are on disk for good"),
        sa.Column("metadata", sa.Text(), comment="what the client calls it, as it wrote it; believed by nobody"),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("removed_at", _TIME, comment="the device wants it no more; the row still counts for its limits"),
        schema="intake",
    )
    op.create_index("upload_device", "upload", ["device", "created_at"], schema="intake")
    op.create_index("upload_expiry", "upload", ["expires_at"], schema="intake")
    op.create_table(
        "rating",
        sa.Column("answer_id", sa.Uuid(), sa.ForeignKey("intake.answer.event_id"), primary_key=True, comment="once per answer"),
        sa.Column("complaint_id", sa.Uuid(), sa.ForeignKey("intake.complaint.id"), nullable=False, index=True),
        sa.Column("rating", sa.Integer(), nullable=False, comment="1 to 5"),
        sa.Column("text", sa.Text()),
        sa.Column("rated_at", _TIME, nullable=False),
        schema="intake",
    )
    op.create_table(
        "push_token",
        sa.Column("device", sa.LargeBinary(), primary_key=True, comment="keyed hash of the device's secret name"),
        sa.Column("token", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("changed_at", _TIME, nullable=False),
        schema="vault",
    )
    # Replies asks for the token of the device that it is about to answer, and forgets one that its provider calls dead.
    op.execute("""
        CREATE FUNCTION vault.push_token(devices bytea[]) RETURNS bytea
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = vault, pg_temp AS $$
            SELECT token FROM push_token WHERE device = ANY(devices) ORDER BY changed_at DESC LIMIT 1
        $$
    """)
    op.execute("""
        CREATE FUNCTION vault.forget_push_token(devices bytea[]) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = vault, pg_temp AS $$
            DELETE FROM push_token WHERE device = ANY(devices)
        $$
    """)
    for function in ("push_token", "forget_push_token"):
        op.execute(f"REVOKE ALL ON FUNCTION vault.{function}(bytea[]) FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION vault.{function}(bytea[]) TO ntbcare_replies")
    tables = {"upload": "SELECT, INSERT, DELETE, UPDATE (received, removed_at)", "rating": "SELECT, INSERT"}
    vault = {"push_token": "INSERT, DELETE, SELECT (device), UPDATE (token, changed_at)"}
    for statement in (*grants("ntbcare_intake", "intake", tables), *grants("ntbcare_intake", "vault", vault)):
        op.execute(statement)
