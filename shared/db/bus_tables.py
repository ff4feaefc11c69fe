"""The tables that every service's transactions share.

The outbox (one, in schema `bus`), and per service an inbox (which events it has seen) and a parking lot (which it could
not process).
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

bus_metadata = MetaData(schema="bus")

outbox = Table(
    "outbox",
    bus_metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("position", BigInteger, nullable=False, unique=True, comment="relay order; set by the trigger"),
    Column("subject", Uuid, nullable=False, comment="complaint id"),
    Column("sequence", Integer, nullable=False, comment="per topic and complaint, from 1, no gaps; set by the trigger"),
    Column("type", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("traceparent", Text),
    Column("value", JSONB, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("published_at", DateTime(timezone=True)),
    Column("refused_reason", Text, comment="why Kafka will never take it; later events of the complaint wait"),
    Index("outbox_subject_sequence", "subject", "topic", "sequence", unique=True),
    Index("outbox_pending", "position", postgresql_where=text("published_at IS NULL")),
    Index("outbox_ticket", text("(value->>'ticket')"), postgresql_where=text("sequence = 1")),
    Index("outbox_refused", "subject", postgresql_where=text("refused_reason IS NOT NULL")),
)
"""Published rows stay: they are the archive that rebuilds and republishing read."""

stream = Table(
    "stream",
    bus_metadata,
    Column("subject", Uuid, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("last_sequence", Integer, nullable=False),
)


def inbox_table(metadata: MetaData) -> Table:
    """Define the service's inbox: a row per processed event, written in the transaction of its effect."""
    return Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("processed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    )


def parked_table(metadata: MetaData) -> Table:
    """Define the service's parking lot: records it could not process, whole, with the reason.

    `state`: `parked` (needs a person), `waiting` (a good event behind a parked one of the same complaint), `replay`
    (a person asked for another try), `dropped` (a person gave it up; kept as the record of that).
    """
    return Table(
        "parked",
        metadata,
        Column("id", BigInteger, primary_key=True, autoincrement=True),
        Column("event_id", Uuid),
        Column("subject", Uuid),
        Column("type", Text),
        Column("topic", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("headers", JSONB, nullable=False, comment="pairs of name and base64"),
        Column("value", Text, comment="base64"),
        Column("state", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("parked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Index("parked_event", "event_id", unique=True),
        Index("parked_subject", "subject"),
    )
