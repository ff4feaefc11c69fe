"""Replies' tables: who is to be told what, and what came of it."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="replies")

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False, comment="which of ours they wrote to"),
    Column("surface", Text, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("reporter", Uuid, nullable=False, comment="a reference into the vault"),
    Column("written_at", DateTime(timezone=True), nullable=False, comment="what messaging windows count from"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("language", Text, nullable=False, server_default="id", comment="BCP 47"),
    Column("agency", Text, comment="the last agency that its citizen was told of"),
    Column("answered", Boolean, nullable=False, server_default=sql("false"), comment="ready to be rated"),
    Column("direct_at", DateTime(timezone=True), comment="when a commenter last wrote to us in private"),
    Index("complaint_conversation", "conversation_id", "surface"),
)

account = Table(
    "account",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("paused_until", DateTime(timezone=True), comment="then one reply tries again"),
    Column("paused_reason", Text),
)
"""One of our accounts on a channel. Its row is locked while a reply is let through: limits are counted under it."""

reply = Table(
    "reply",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("replies.complaint.complaint_id"), comment="none: about a message alone"),
    Column("ticket", Text),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("template", Text, nullable=False),
    Column("cause", Uuid, nullable=False, comment="the event that it answers"),
    Column("recipient", Uuid, nullable=False, comment="a reference into the vault"),
    Column("state", Text, nullable=False, comment="queued, sending, sent, failed, unknown or withheld"),
    Column("reason", Text, comment="why it failed, waits, is unknown or withheld"),
    Column("text", Text, nullable=False),
    Column("confidential", Boolean, nullable=False, comment="never as a public comment"),
    Column("by_officer", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False, server_default=sql("false"), comment="life or limb"),
    Column("attempts", Integer, nullable=False, server_default=sql("0")),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, comment="too late from then on"),
    Column("claimed_until", DateTime(timezone=True), comment="of the attempt in hand; also its name"),
    Column("admitted_at", DateTime(timezone=True), comment="when the storm rules let it through, once"),
    Column("thread_digest", LargeBinary, comment="keyed hash of the public thread that it appears in"),
    Column("provider_message_id", Text),
    Column("traceparent", Text),
    Column("resolution", Text, comment="what an operator says of an unknown one: sent, failed or again"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("delivered_at", DateTime(timezone=True)),
    Column("written_at", DateTime(timezone=True), comment="of a message alone: what messaging windows count from"),
    Column("place", Text, comment="sms, direct, public or private; none: before texts had places"),
    Column("language", Text, nullable=False, server_default="id"),
    Column("facts", JSONB, comment="what it is about: to say it in other words when the complaint is sealed"),
    Column("detour", Uuid, comment="another address of the same person, tried where its own was closed"),
    Index("reply_once", "cause", "recipient", "template", unique=True),
    Index("reply_complaint", "complaint_id"),
    Index("reply_due", "urgent", "by_officer", "due_at", postgresql_where=sql("state = 'queued'")),
    Index("reply_claimed", "claimed_until", postgresql_where=sql("state = 'sending'")),
    Index("reply_unknown", "created_at", postgresql_where=sql("state = 'unknown'")),
    Index("reply_admitted", "channel", "account", "admitted_at", postgresql_where=sql("admitted_at IS NOT NULL")),
    Index(
        "reply_waiting",
        "conversation_id",
        postgresql_where=sql("state = 'queued' AND reason = 'window_closed_waiting'"),
    ),
)

template = Table(
    "template",
    metadata,
    Column("event", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("text", Text, comment="none: the shipped one again"),
    Column("author", Text, nullable=False, comment="who wrote it, as they say"),
    Column("role", Text, nullable=False, server_default=sql("session_user")),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
"""What operators write instead of the shipped texts; only added to, and the highest version counts."""

resolution = Table(
    "resolution",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reply_id", Uuid, ForeignKey("replies.reply.id"), nullable=False),
    Column("said", Text, nullable=False, comment="sent, failed or again"),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("resolution_reply", "reply_id"),
)
"""Who said what became of an unknown message; only added to."""

inbox = inbox_table(metadata)
parked = parked_table(metadata)
