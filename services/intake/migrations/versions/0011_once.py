"""What has no id of its own is known by a hash when it is delivered again: a notice, a request not taken in whole."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "raw_request",
        sa.Column(
            "digest",
            sa.LargeBinary(),
            comment="hash of door, query and body of what was not taken in whole: kept once",
        ),
        schema="intake",
    )
    op.create_index(
        "raw_request_once",
        "raw_request",
        ["digest"],
        unique=True,
        schema="intake",
        postgresql_where=sa.text("digest IS NOT NULL"),
    )
    op.add_column(
        "account_notice",
        sa.Column("digest", sa.LargeBinary(), unique=True, comment="hash of its request and itself: kept once"),
        schema="intake",
    )
    for statement in grants("ntbcare_intake", "intake", {"raw_request": "SELECT (digest)"}):
        op.execute(statement)
    # As before, but that the hash goes with what it was made of.
    op.execute("""
        CREATE OR REPLACE FUNCTION intake.forget_requests(before timestamptz, at_most integer) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = intake, pg_temp AS $$
        DECLARE forgotten integer;
        BEGIN
            WITH old AS (
                SELECT id FROM raw_request
                WHERE received_at < least(before, clock_timestamp() - interval '7 days')
                  AND state <> 'parked' AND erased_at IS NULL
                LIMIT at_most FOR UPDATE SKIP LOCKED
            )
            UPDATE raw_request AS r
            SET query = '', headers = '{}', body = '', digest = NULL, erased_at = clock_timestamp()
            FROM old WHERE old.id = r.id;
            GET DIAGNOSTICS forgotten = ROW_COUNT;
            RETURN forgotten;
        END $$
    """)
