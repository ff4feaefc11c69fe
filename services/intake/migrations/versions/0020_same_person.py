"""Whose comments a direct message's sender wrote: their answers wait for it, and the vault alone knows.

The same account, never what an officer thinks is one person. It tells no address; what it tells is kept as a look.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION vault.same_person(wanted uuid, among uuid[], why text) RETURNS TABLE (same uuid)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp AS $$
        BEGIN
            RETURN QUERY
                SELECT r.reference FROM reporter AS r
                WHERE r.reference = ANY(among)
                  AND r.person_id = (SELECT mine.person_id FROM reporter AS mine WHERE mine.reference = wanted);
            IF FOUND THEN
                RAISE LOG 'vault: % asked who else is % for %', session_user, wanted, why;
                INSERT INTO look (reference, role, purpose) VALUES (wanted, session_user, why);
            END IF;
        END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION vault.same_person(uuid, uuid[], text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION vault.same_person(uuid, uuid[], text) TO ntbcare_replies")
