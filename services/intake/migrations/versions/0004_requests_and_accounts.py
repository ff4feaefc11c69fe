"""Raw requests can be run again, dropped and forgotten; what providers say of our accounts; how far we read back."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import grants
from shared.db.roles import OPERATOR

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _requests()
    _accounts()
    _grants()


def _requests() -> None:
    for column in (
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0", comment="how often it was run again"),
        sa.Column("settled_at", _TIME, comment="when it was replayed or dropped"),
        sa.Column("settled_reason", sa.Text(), comment="why it was dropped"),
        sa.Column("erased_at", _TIME, comment="since then only this row is left: no query, no headers, no body"),
    ):
        op.add_column("raw_request", column, schema="intake")
    states = "accepted; ignored: words that are not taken in yet; parked: could not be understood"
    op.alter_column(
        "raw_request",
        "state",
        comment=f"{states}; replayed; dropped",
        existing_comment=states,
        existing_type=sa.Text(),
        existing_nullable=False,
        schema="intake",
    )
    op.create_index("raw_request_age", "raw_request", ["received_at"], schema="intake", postgresql_using="brin")
    # The only way to a body: one request, of which something was not taken in, for a replay; each such look that is
    # committed leaves a row, and the server's log has them all. Locked until the commit: nobody else runs it meanwhile.
    op.execute("""
        CREATE FUNCTION vault.kept_request(wanted uuid, why text)
        RETURNS TABLE (channel text, door text, method text, query bytea, headers jsonb, body bytea,
                       received_at timestamptz, state text)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp AS $$
        BEGIN
            RAISE LOG 'vault: % looked into the request % for %', session_user, wanted, why;
            INSERT INTO look (reference, role, purpose) VALUES (wanted, session_user, why);
            RETURN QUERY
                SELECT r.channel, r.door, r.method, r.query, r.headers, r.body, r.received_at, r.state
                FROM intake.raw_request AS r
                WHERE r.id = wanted AND r.state IN ('parked', 'ignored') AND r.erased_at IS NULL
                FOR UPDATE SKIP LOCKED;
        END $$
    """)
    # Forgetting is for good, so its bounds stand here: never what waits for a person, never the last week.
    op.execute("""
        CREATE FUNCTION intake.forget_requests(before timestamptz, at_most integer) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = intake, pg_temp AS $$
        DECLARE forgotten integer;
        BEGIN
            WITH old AS (
                SELECT id FROM raw_request
                WHERE received_at < least(before, clock_timestamp() - interval '7 days')
                  AND state <> 'parked' AND erased_at IS NULL
                LIMIT at_most FOR UPDATE SKIP LOCKED
            )
            UPDATE raw_request AS r SET query = '', headers = '{}', body = '', erased_at = clock_timestamp()
            FROM old WHERE old.id = r.id;
            GET DIAGNOSTICS forgotten = ROW_COUNT;
            RETURN forgotten;
        END $$
    """)
    for function in ("vault.kept_request(uuid, text)", "intake.forget_requests(timestamptz, integer)"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO ntbcare_intake")


def _accounts() -> None:
    op.create_table(
        "account_health",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("token_valid", sa.Boolean()),
        sa.Column("token_expires_at", _TIME),
        sa.Column("subscribed", sa.Boolean()),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), comment="what an operator must do"),
        sa.Column("looked_at", _TIME, nullable=False),
        schema="intake",
    )
    op.create_table(
        "recovery",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("read_until", _TIME, comment="everything before was read back without trouble"),
        sa.Column("tried_at", _TIME, nullable=False),
        sa.Column("problem", sa.Text(), comment="why the last reading broke off"),
        sa.Column(
            "found",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="messages that only reading back brought",
        ),
        schema="intake",
    )


def _grants() -> None:
    own = {
        "raw_request": (
            "SELECT (id, channel, door, received_at, state, unreadable, tries),"
            " UPDATE (state, unreadable, tries, settled_at)"
        ),
        "account_health": "SELECT, INSERT, UPDATE",
        "recovery": "SELECT, INSERT, UPDATE",
        "ignored": "SELECT (channel, account, provider_message_id)",
    }
    # What the operator's commands compare: ids, times and states, and nobody's words.
    seen = {
        "raw_request": (
            "SELECT (tries, settled_at, settled_reason, erased_at), UPDATE (state, settled_at, settled_reason)"
        ),
        "message": (
            "SELECT (id, channel, account, provider_message_id, complaint_id, raw_request_id, author, disposition, rule,"
            " received_at, due_at)"
        ),
        "complaint": "SELECT (id, ticket, channel, received_at)",
        "ignored": "SELECT",
        "attachment": "SELECT (id, message_id, complaint_id, channel, account, kind, state, problem, attempts, due_at)",
        "amendment": "SELECT (channel, account, provider_message_id, change, at, received_at, applied_at)",
        "pointer": "SELECT (channel, account, provider_message_id, kind, state, problem, attempts, received_at, due_at)",
        "account_health": "SELECT",
        "recovery": "SELECT",
    }
    for statement in (*grants("ntbcare_intake", "intake", own), *grants(OPERATOR, "intake", seen)):
        op.execute(statement)
