"""Identity's tables."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, MetaData, Table, Text, Uuid, func

metadata = MetaData(schema="identity")

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("username", Text, nullable=False, unique=True, comment="lower case"),
    Column("password_hash", Text, nullable=False, comment="argon2id with its parameters"),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("disabled_at", DateTime(timezone=True)),
)

account_agency = Table(
    "account_agency",
    metadata,
    Column("account_id", Uuid, ForeignKey("identity.account.id"), primary_key=True),
    Column("agency_key", Text, primary_key=True, comment="key of the directory"),
)

failed_sign_in = Table(
    "failed_sign_in",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("account_id", Uuid, ForeignKey("identity.account.id"), nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False),
    Index("failed_sign_in_account", "account_id", "failed_at"),
)
