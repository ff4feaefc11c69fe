"""Intake's tables, and the reporter vault's (schema `vault`)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="intake")
VAULT = "vault"

raw_request = Table(
    "raw_request",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("door", Text, nullable=False, comment="the path's template: the path itself may hold a token"),
    Column("method", Text, nullable=False),
    Column("query", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False, comment="all but those that carry somebody's authority"),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column(
        "state",
        Text,
        nullable=False,
        comment="accepted; ignored: words that are not taken in yet; parked: could not be understood",
    ),
    Column("unreadable", JSONB, nullable=False, comment="pairs of reason and place"),
    Index("raw_request_parked", "received_at", postgresql_where=text("state = 'parked'")),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("person_id", Uuid, ForeignKey(f"{VAULT}.person.id"), nullable=False),
    UniqueConstraint("channel", "account", "person_id", name="conversation_key"),
)

complaint = Table(
    "complaint",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False, unique=True),
    Column("conversation_id", Uuid, ForeignKey("intake.conversation.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, server_default="received", comment="projection of casework's state"),
    Column("agency", Text, comment="projection: name of the agency it is assigned to"),
    Column("state_changed_at", DateTime(timezone=True)),
)

message = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("provider_message_id", Text, nullable=False),
    Column(
        "complaint_id",
        Uuid,
        ForeignKey("intake.complaint.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    ),
    Column(
        "raw_request_id",
        Uuid,
        ForeignKey("intake.raw_request.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    ),
    Column("fingerprint", Text),
    Column("surface", Text, nullable=False),
    Column("thread", Text, comment="what it hangs on, in the provider's ids"),
    Column("text", Text, nullable=False, comment="this message's own words"),
    Column("event_time", DateTime(timezone=True)),
    Column("received_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("channel", "account", "provider_message_id", name="message_key"),
)

ignored = Table(
    "ignored",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("provider_message_id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("intake.complaint.id"), nullable=False, index=True),
    Column("message_id", Uuid, ForeignKey("intake.message.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_type", Text),
    Column("sha256", Text, comment="names the content in the store; null while it is only at the provider"),
    Column("size", BigInteger),
    Column("source_url", Text, comment="the provider's address; expires"),
)

answer = Table(
    "answer",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("intake.complaint.id"), nullable=False, index=True),
    Column("agency", Text),
    Column("text", Text, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False),
)

delivery_report = Table(
    "delivery_report",
    metadata,
    Column("reply_id", Uuid, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("complaint_id", Uuid, nullable=False, comment="as the report says; perhaps none of ours"),
    Column("reported_at", DateTime(timezone=True), nullable=False),
)

inbox = inbox_table(metadata)
parked = parked_table(metadata)

person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True, comment="HMAC of channel, kind and identifier"),
    Column("key_id", Text, nullable=False, comment="which vault key made the digest"),
    Column("identifier", LargeBinary, nullable=False, comment="encrypted"),
    schema=VAULT,
)

reporter = Table(
    "reporter",
    metadata,
    Column("reference", Uuid, primary_key=True, comment="the only name of a reporter outside the vault"),
    Column("person_id", Uuid, ForeignKey(f"{VAULT}.person.id"), nullable=False, index=True),
    Column("details", LargeBinary, comment="encrypted name, telephone and e-mail, as given with this complaint"),
    Column("address", LargeBinary, comment="encrypted: where this complaint's citizen is answered"),
    schema=VAULT,
)

look = Table(
    "look",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("reference", Uuid, nullable=False),
    Column("role", Text, nullable=False, comment="the login that looked"),
    Column("purpose", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    schema=VAULT,
)
"""Each look at an address; written by the function `vault.return_address` alone."""
