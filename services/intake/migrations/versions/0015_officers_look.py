"""Officers learn who a reporter is, where casework's rules let them; no look without its row."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "look",
        sa.Column("account_id", sa.Uuid(), comment="the officer who looked; null: the house itself"),
        schema="vault",
    )
    # As `return_address`: whoever asks leaves a row in the same statement, and the server's log has what was rolled
    # back. The log never has the officer's reason, which may say something of the citizen.
    op.execute("""
        CREATE FUNCTION vault.reporter_for_officer(about uuid, account uuid, why text)
        RETURNS TABLE (channel text, identifier bytea, details bytea)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp AS $$
        DECLARE known uuid;
        BEGIN
            SELECT m.reporter INTO known FROM intake.message AS m
            WHERE m.complaint_id = about AND m.disposition = 'opened' AND m.reporter IS NOT NULL
            ORDER BY m.received_at, m.id LIMIT 1;
            IF known IS NULL THEN RETURN; END IF;
            RAISE LOG 'vault: % looked up the reporter % for the officer %', session_user, known, account;
            INSERT INTO look (reference, role, purpose, account_id) VALUES (known, session_user, why, account);
            RETURN QUERY
                SELECT c.channel, p.identifier, r.details
                FROM reporter AS r JOIN person AS p ON p.id = r.person_id
                JOIN intake.complaint AS c ON c.id = about
                WHERE r.reference = known;
        END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION vault.reporter_for_officer(uuid, uuid, text) FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA vault TO ntbcare_casework")
    op.execute("GRANT EXECUTE ON FUNCTION vault.reporter_for_officer(uuid, uuid, text) TO ntbcare_casework")
