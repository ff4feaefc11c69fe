"""Identity: accounts, their agencies, and failed sign-ins."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("username", sa.Text, nullable=False, unique=True, comment="lower case"),
        sa.Column("password_hash", sa.Text, nullable=False, comment="argon2id with its parameters"),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        schema="identity",
    )
    op.create_table(
        "account_agency",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("identity.account.id"), primary_key=True),
        sa.Column("agency_key", sa.Text, primary_key=True, comment="key of the directory"),
        schema="identity",
    )
    op.create_table(
        "failed_sign_in",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("identity.account.id"), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        schema="identity",
    )
    op.create_index("failed_sign_in_account", "failed_sign_in", ["account_id", "failed_at"], schema="identity")

    role = "ntbcare_identity"
    tables = {
        "account": "SELECT, INSERT, UPDATE (disabled_at)",
        "account_agency": "SELECT, INSERT",
        "failed_sign_in": "SELECT, INSERT, DELETE",
    }
    for statement in grants(role, "identity", tables):
        op.execute(statement)
    op.execute(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "identity" TO "{role}"')
