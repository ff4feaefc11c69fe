"""Identity's tables."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(schema="identity")

_TIME = DateTime(timezone=True)


def _account(*, primary_key: bool = False) -> Column[UUID]:
    return Column("account_id", Uuid, ForeignKey("identity.account.id"), nullable=False, primary_key=primary_key)


account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("username", Text, nullable=False, unique=True, comment="lower case"),
    Column("kind", Text, nullable=False, server_default="officer", comment="officer or service"),
    Column("password_hash", Text, comment="argon2id with its parameters; a machine has none"),
    Column("display_name", Text, nullable=False),
    Column("email", Text, comment="for digests"),
    Column("role", Text, nullable=False),
    Column("created_at", _TIME, nullable=False, server_default=func.clock_timestamp()),
    Column("disabled_at", _TIME),
)

account_agency = Table(
    "account_agency",
    metadata,
    _account(primary_key=True),
    Column("agency_key", Text, primary_key=True, comment="key of the directory"),
)

account_region = Table(
    "account_region",
    metadata,
    _account(primary_key=True),
    Column("region_code", Text, primary_key=True, comment="code of a regency or city, such as 52.03"),
)

failed_sign_in = Table(
    "failed_sign_in",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    _account(),
    Column("failed_at", _TIME, nullable=False),
    Column("address", LargeBinary, comment="from where, hashed under NTBCARE_IDENTITY_VAULT_KEYS with the account"),
    Index("failed_sign_in_account", "account_id", "failed_at"),
)

authenticator = Table(
    "authenticator",
    metadata,
    _account(primary_key=True),
    Column("secret", LargeBinary, comment="closed under NTBCARE_IDENTITY_VAULT_KEYS; null until confirmed"),
    Column("pending", LargeBinary, comment="the same, waiting for its first code"),
    Column("last_step", BigInteger, nullable=False, server_default="0", comment="the newest accepted, 30 s since 1970"),
    Column("confirmed_at", _TIME),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    _account(primary_key=True),
    Column("digest", LargeBinary, primary_key=True, comment="SHA-256 of 80 random bits"),
)

session = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    _account(),
    Column("method", Text, nullable=False, comment="password, code, recovery or oidc"),
    Column("agent", Text, nullable=False, comment="coarse: a browser and a system"),
    Column("opened_at", _TIME, nullable=False),
    Column("seen_at", _TIME, nullable=False, comment="the last refresh"),
    Column("ends_at", _TIME, nullable=False, comment="whatever happens"),
    Column("ended_at", _TIME),
    Index("session_account", "account_id", "opened_at"),
)

refresh_secret = Table(
    "refresh_secret",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="SHA-256 of 256 random bits"),
    Column("session_id", Uuid, ForeignKey("identity.session.id", ondelete="CASCADE"), nullable=False),
    Column("used_at", _TIME, comment="whoever comes with it again has it from somebody else"),
    Index("refresh_secret_session", "session_id"),
)

machine = Table(
    "machine",
    metadata,
    _account(primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True, comment="SHA-256 of its service token"),
    Column("expires_at", _TIME, nullable=False),
    Column("last_used_at", _TIME),
)

oidc_allowance = Table(
    "oidc_allowance",
    metadata,
    _account(primary_key=True),
    Column("claim", Text, nullable=False, comment="email, preferred_username or sub"),
    Column("value", Text, nullable=False),
    UniqueConstraint("claim", "value"),
)

oidc_binding = Table(
    "oidc_binding",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    _account(),
    Column("bound_at", _TIME, nullable=False),
)

event_log = Table(
    "event_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("happened_at", _TIME, nullable=False),
    Column("actor", Text, nullable=False, comment="an account's id, or cli:LOGIN"),
    Column("act", Text, nullable=False),
    Column("account_id", Uuid, nullable=False, comment="whom it was done to"),
    Column("details", JSONB, nullable=False, comment="no secret"),
    Index("event_log_account", "account_id", "id"),
)
