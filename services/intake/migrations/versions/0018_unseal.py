"""What is sealed is opened by the Inspectorate's order, and by one function; an UPDATE of intake's own still cannot.

What was said after that order was announced as sealed, so the complaint stays it until the next order.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE OR REPLACE FUNCTION intake.stay_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.sealed AND NOT NEW.sealed AND current_user = 'ntbcare_intake' THEN
                RAISE insufficient_privilege USING MESSAGE = 'what is sealed stays sealed';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION intake.unseal(wanted uuid, ordered_at timestamptz) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = intake, pg_temp AS $$
            UPDATE complaint SET sealed = false
            WHERE id = wanted AND NOT EXISTS (
                SELECT FROM message AS m WHERE m.complaint_id = wanted
                    AND greatest(m.received_at, m.edited_at, m.withdrawn_at) > ordered_at
            )
        $$
    """)
    op.execute("REVOKE ALL ON FUNCTION intake.unseal(uuid, timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION intake.unseal(uuid, timestamptz) TO ntbcare_intake")
