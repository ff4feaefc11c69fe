"""Whoever said STOP is found for the answer to a command too: STOP silences what we send unasked.

A forged SMS with STOP would otherwise hide what the next one, with BATAL, has done. The purpose `stopped` stays for
processes that are older than this.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE OR REPLACE FUNCTION vault.return_address(wanted uuid, why text) RETURNS bytea
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp AS $$
        BEGIN
            RAISE LOG 'vault: % looked up the address % for %', session_user, wanted, why;
            INSERT INTO look (reference, role, purpose) VALUES (wanted, session_user, why);
            RETURN (SELECT r.address FROM reporter AS r JOIN person AS p ON p.id = r.person_id
                    WHERE r.reference = wanted AND (p.silenced_at IS NULL OR why IN ('stopped', 'asked')));
        END $$
    """)
