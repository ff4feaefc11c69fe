"""Where a complaint's citizen is answered, who looked it up, and what providers say became of our replies."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "reporter",
        sa.Column("address", sa.LargeBinary(), comment="encrypted: where this complaint's citizen is answered"),
        schema="vault",
    )
    op.create_table(
        "look",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=True),
        sa.Column("reference", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False, comment="the login that looked"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        schema="vault",
    )
    # The only way to an address: nobody reads the table, and each look that is committed leaves a row that its maker
    # cannot take back. (A look that is rolled back leaves none: PostgreSQL has no transactions inside transactions.)
    op.execute("""
        CREATE FUNCTION vault.return_address(wanted uuid, why text) RETURNS bytea
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp AS $$
        BEGIN
            INSERT INTO look (reference, role, purpose) VALUES (wanted, session_user, why);
            RETURN (SELECT r.address FROM reporter AS r WHERE r.reference = wanted);
        END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION vault.return_address(uuid, text) FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA vault TO ntbcare_replies")
    op.execute("GRANT EXECUTE ON FUNCTION vault.return_address(uuid, text) TO ntbcare_replies")
    op.create_table(
        "delivery_report",
        sa.Column("reply_id", sa.Uuid(), primary_key=True),
        sa.Column("outcome", sa.Text(), primary_key=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False, comment="as the report says; perhaps none of ours"),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        schema="intake",
    )
    for statement in grants("ntbcare_intake", "intake", {"delivery_report": "SELECT, INSERT"}):
        op.execute(statement)
