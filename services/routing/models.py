"""Routing's tables: every decision as it was made, what was said so far, what officers chose, and what is alike."""

from sqlalchemy import Boolean, Column, DateTime, Float, ForeignKey, Index, MetaData, Table, Text, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="routing")

decision = Table(
    "decision",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, nullable=False, index=True),
    Column("agency_key", Text, nullable=False),
    Column("affair", Text),
    Column("level", Text, nullable=False),
    Column("region_code", Text),
    Column("kind", Text),
    Column("urgency", Text),
    Column("confidence", Float, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("candidates", JSONB, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("rule", Text, comment="the rule of authority that decided, in words"),
    Column("affair_by", Text, comment="words, or model where the trained model said another affair than the words"),
    Column("rules_version", Text, nullable=False),
    Column("directory_version", Text, nullable=False),
    Column("model_version", Text),
    Column("boundaries_version", Text),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False),
    Column("place", JSONB, nullable=False, comment="as given, the newest wins"),
    Column("account_region", Text, comment="whose account received it"),
    Column("sms", Boolean, nullable=False, server_default=sql("false"), comment="a code may stand at its head"),
    Column("emergency", Boolean, nullable=False, server_default=sql("false")),
    Column("sealed", Boolean, nullable=False, comment="decided for good; no words are kept"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("decided", JSONB(none_as_null=True), comment="the last decision's agency, affair, level and region"),
    Column("compare_at", DateTime(timezone=True), comment="when it is to be compared with others, if it is"),
    Index("complaint_compare", "compare_at", postgresql_where=sql("compare_at IS NOT NULL")),
)

words = Table(
    "words",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("routing.complaint.complaint_id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Index("words_complaint", "complaint_id", "said_at"),
)
"""A complaint's messages, the newest form of each; gone when it is sealed."""

choice = Table(
    "choice",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("routing.complaint.complaint_id"), primary_key=True),
    Column("chosen_at", DateTime(timezone=True), primary_key=True),
    Column("decision_id", Uuid, ForeignKey("routing.decision.id"), nullable=False, comment="what stood then"),
    Column("agency_key", Text, nullable=False),
    Column("affair", Text),
    Column("level", Text, nullable=False),
    Column("how", Text, nullable=False, comment="assigned by an officer, or taken by the agency as it was decided"),
)
"""What officers said whose it is; the newest counts. Nothing says who they were."""

likeness = Table(
    "likeness",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("routing.complaint.complaint_id"), primary_key=True),
    Column("regency", Text, nullable=False),
    Column("affair", Text, nullable=False),
    Column("place_code", Text, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("words", Text, nullable=False, comment="the telling stems of its text, each once"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("told", ARRAY(Uuid), nullable=False, comment="the complaints that were told to be like it"),
    Index(
        "likeness_words",
        "regency",
        "affair",
        "words",
        postgresql_using="gist",
        postgresql_ops={"words": "gist_trgm_ops"},
    ),
)
"""What complaints are compared by; none that is sealed, or whose regency is not known."""

inbox = inbox_table(metadata)
parked = parked_table(metadata)
