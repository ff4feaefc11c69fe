"""The Inspectorate opens what was sealed: casework's login still has no right to the column, only to this function."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION casework.unseal(wanted uuid) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = casework, pg_temp AS
        'UPDATE "case" SET sealed = false WHERE complaint_id = wanted'
    """)
    op.execute("REVOKE ALL ON FUNCTION casework.unseal(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION casework.unseal(uuid) TO ntbcare_casework")
