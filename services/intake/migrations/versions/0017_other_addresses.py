"""Another address of the same citizen: for what Meta lets nobody send any more to where they wrote.

Only theirs by their own word: the account that wrote, in private, or whoever has proved this very complaint with its
access code (GABUNG). What an officer thinks is one person is not enough for somebody else's answer.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proof",
        sa.Column("complaint_id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("vault.person.id"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        schema="vault",
    )
    for statement in grants("ntbcare_intake", "vault", {"proof": "SELECT, INSERT"}):
        op.execute(statement)
    op.execute("""
        CREATE FUNCTION vault.other_addresses(wanted uuid, about uuid, why text)
        RETURNS TABLE (other uuid, sealed bytea)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp AS $$
        BEGIN
            RAISE LOG 'vault: % looked up other addresses than % for %', session_user, wanted, why;
            INSERT INTO look (reference, role, purpose) VALUES (wanted, session_user, why);
            RETURN QUERY
                SELECT r.reference, r.address FROM reporter AS r JOIN person AS p ON p.id = r.person_id
                WHERE r.reference <> wanted AND r.address IS NOT NULL AND p.silenced_at IS NULL
                  AND (p.id = (SELECT mine.person_id FROM reporter AS mine WHERE mine.reference = wanted)
                       OR p.id IN (SELECT proof.person_id FROM proof WHERE proof.complaint_id = about))
                ORDER BY r.reference DESC LIMIT 20;
        END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION vault.other_addresses(uuid, uuid, text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION vault.other_addresses(uuid, uuid, text) TO ntbcare_replies")
