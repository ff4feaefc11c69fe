"""Regions, sessions, one-time codes, OpenID Connect, service tokens, and a log of all of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import grants

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
TOLD = "people_to_tell(text[], text[], text)"
NAMED = "names_of(uuid[])"


def upgrade() -> None:
    op.add_column("account", sa.Column("kind", sa.Text, nullable=False, server_default="officer", comment="officer or service"), schema="identity")
    op.add_column("account", sa.Column("email", sa.Text, comment="for digests"), schema="identity")
    op.alter_column("account", "password_hash", nullable=True, comment="argon2id with its parameters; a machine has none", schema="identity")
    _tables()
    _functions()
    role = "ntbcare_identity"
    tables = {
        "account": "UPDATE (password_hash, display_name, email)",
        "account_agency": "DELETE",
        "account_region": "SELECT, INSERT, DELETE",
        "authenticator": "SELECT, INSERT, DELETE, UPDATE (secret, pending, last_step, confirmed_at)",
        "recovery_code": "SELECT, INSERT, DELETE",
        "session": "SELECT, INSERT, DELETE, UPDATE (seen_at, ended_at)",
        "refresh_secret": "SELECT, INSERT, DELETE, UPDATE (used_at)",
        "machine": "SELECT, INSERT, UPDATE (digest, expires_at, last_used_at)",
        "oidc_allowance": "SELECT, INSERT, DELETE",
        "oidc_binding": "SELECT, INSERT, DELETE",
        "event_log": "SELECT, INSERT",  # append-only: nobody but the owner changes what was done
    }
    for statement in grants(role, "identity", tables):
        op.execute(statement)
    op.execute(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "identity" TO "{role}"')


def _account(**key: bool) -> sa.Column:
    return sa.Column("account_id", sa.Uuid, sa.ForeignKey("identity.account.id"), nullable=False, **key)


def _tables() -> None:
    op.create_table(
        "account_region",
        _account(primary_key=True),
        sa.Column("region_code", sa.Text, primary_key=True, comment="code of a regency or city, such as 52.03"),
        schema="identity",
    )
    op.create_table(
        "authenticator",
        _account(primary_key=True),
        sa.Column("secret", sa.LargeBinary, comment="closed under NTBCARE_IDENTITY_VAULT_KEYS; null until confirmed"),
        sa.Column("pending", sa.LargeBinary, comment="the same, waiting for its first code"),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0", comment="the newest accepted, 30 s since 1970"),
        sa.Column("confirmed_at", _TIME),
        schema="identity",
    )
    op.create_table(
        "recovery_code",
        _account(primary_key=True),
        sa.Column("digest", sa.LargeBinary, primary_key=True, comment="SHA-256 of 80 random bits"),
        schema="identity",
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid, primary_key=True),
        _account(),
        sa.Column("method", sa.Text, nullable=False, comment="password, code, recovery or oidc"),
        sa.Column("agent", sa.Text, nullable=False, comment="coarse: a browser and a system"),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False, comment="the last refresh"),
        sa.Column("ends_at", _TIME, nullable=False, comment="whatever happens"),
        sa.Column("ended_at", _TIME),
        schema="identity",
    )
    op.create_index("session_account", "session", ["account_id", "opened_at"], schema="identity")
    op.create_table(
        "refresh_secret",
        sa.Column("digest", sa.LargeBinary, primary_key=True, comment="SHA-256 of 256 random bits"),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("identity.session.id", ondelete="CASCADE"), nullable=False),
        sa.Column("used_at", _TIME, comment="whoever comes with it again has it from somebody else"),
        schema="identity",
    )
    op.create_index("refresh_secret_session", "refresh_secret", ["session_id"], schema="identity")
    op.create_table(
        "machine",
        _account(primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True, comment="SHA-256 of its service token"),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME),
        schema="identity",
    )
    op.create_table(
        "oidc_allowance",
        _account(primary_key=True),
        sa.Column("claim", sa.Text, nullable=False, comment="email, preferred_username or sub"),
        sa.Column("value", sa.Text, nullable=False),
        sa.UniqueConstraint("claim", "value"),
        schema="identity",
    )
    op.create_table(
        "oidc_binding",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        _account(),
        sa.Column("bound_at", _TIME, nullable=False),
        schema="identity",
    )
    op.create_table(
        "event_log",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("happened_at", _TIME, nullable=False),
        sa.Column("actor", sa.Text, nullable=False, comment="an account's id, or cli:LOGIN"),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False, comment="whom it was done to"),
        sa.Column("details", JSONB, nullable=False, comment="no secret"),
        schema="identity",
    )
    op.create_index("event_log_account", "event_log", ["account_id", "id"], schema="identity")


def _functions() -> None:
    # Casework writes e-mails and histories: it may ask who is to be told, and for names, and see no table of accounts.
    op.execute("""
        CREATE FUNCTION identity.people_to_tell(agency_keys text[], region_codes text[], wanted text)
        RETURNS TABLE (id uuid, display_name text, email text, role text, agency_key text, region_code text)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = identity, pg_temp AS $$
            SELECT a.id, a.display_name, a.email, a.role, bound.agency_key, bound.region_code
            FROM account AS a
            CROSS JOIN LATERAL (
                SELECT g.agency_key, NULL::text AS region_code FROM account_agency AS g
                WHERE g.account_id = a.id AND g.agency_key = ANY(agency_keys)
                UNION ALL
                SELECT NULL, r.region_code FROM account_region AS r
                WHERE r.account_id = a.id AND r.region_code = ANY(region_codes)
                UNION ALL
                SELECT NULL, NULL
                WHERE NOT EXISTS (SELECT FROM account_agency AS g WHERE g.account_id = a.id)
                  AND NOT EXISTS (SELECT FROM account_region AS r WHERE r.account_id = a.id)
            ) AS bound
            WHERE a.role = wanted AND a.kind = 'officer' AND a.disabled_at IS NULL AND a.email IS NOT NULL
            ORDER BY a.id, bound.agency_key, bound.region_code
        $$
    """)
    op.execute("""
        CREATE FUNCTION identity.names_of(ids uuid[]) RETURNS TABLE (id uuid, display_name text)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = identity, pg_temp AS $$
            SELECT a.id, a.display_name FROM account AS a WHERE a.id = ANY(ids)
        $$
    """)
    op.execute('GRANT USAGE ON SCHEMA "identity" TO ntbcare_casework')
    for function in (TOLD, NAMED):
        op.execute(f"REVOKE ALL ON FUNCTION identity.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION identity.{function} TO ntbcare_casework")
