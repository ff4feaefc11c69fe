"""Lapor's tables: a complaint's mirror with its steps, what was heard back, what arrives, what was said on the wire."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="lapor")

mirror = Table(
    "mirror",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False, comment="see services/lapor/README.md"),
    Column("reason", Text, comment="why it stands where it stands; never a citizen's words"),
    Column("traceparent", Text),
    # what would be told
    Column("text", Text, comment="masked; none where the complaint is sealed"),
    Column(
        "said",
        JSONB(none_as_null=True),
        comment="the masked messages that `text` is made of; none where the text is gone",
    ),
    Column("mask_version", Text),
    Column("personal", Boolean, nullable=False, comment="whether something was masked"),
    Column("attachments", Integer, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("agency_key", Text),
    Column("sealed", Boolean, nullable=False, server_default=sql("false")),
    Column("incoming", Boolean, nullable=False, server_default=sql("false"), comment="filed at LAPOR!"),
    Column("kind", Text),
    Column("affair", Text),
    Column("region_code", Text),
    Column("files", JSONB(none_as_null=True), comment="attachments: AttachmentRef as JSON, without a word"),
    Column("withdrawn_at", DateTime(timezone=True), comment="when its citizen said BATAL"),
    # telling it
    Column("verified_at", DateTime(timezone=True)),
    Column("released_at", DateTime(timezone=True), comment="when the policy let it go"),
    Column("reviewed_at", DateTime(timezone=True), comment="when an officer saw what is told, and let it go"),
    Column("reviewed_by", Uuid),
    Column("taken_by", Uuid, comment="the officer who types it in at LAPOR!"),
    Column("taken_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True), comment="when the next step may be taken: telling, or looking"),
    Column("claim", Uuid, comment="of the worker that took this step"),
    Column("claimed_until", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default=sql("0"), comment="how often it was posted"),
    Column("posted_at", DateTime(timezone=True), comment="when it was posted last"),
    # what LAPOR! made of it
    Column("lapor_id", Text, unique=True),
    Column("mirrored_at", DateTime(timezone=True)),
    Column("status", Text, comment="in LAPOR!'s own words"),
    Column("status_since", DateTime(timezone=True), comment="by LAPOR!'s log, where it says so"),
    Column("looked_at", DateTime(timezone=True)),
    Column("institution_id", Integer, comment="who has it at LAPOR!, as told or as seen"),
    Column("institution", Text, comment="its name there"),
    Column("changed_at", DateTime(timezone=True), comment="when LAPOR! last showed anything new"),
    Column("told", Integer, nullable=False, server_default=sql("0"), comment="our follow-ups for LAPOR! so far"),
    Column("told_digest", Text, comment="of the words as they were posted last"),
    Column("missed", Integer, nullable=False, server_default=sql("0"), comment="lists without a doubtful one"),
    # what a person found out
    Column("verdict", Text, comment="created or not_created, until the service has acted on it"),
    Column("verdict_number", Text),
    CheckConstraint("state <> 'withheld' OR (text IS NULL AND said IS NULL)", name="mirror_withheld_holds_no_text"),
    CheckConstraint("said IS NULL OR text IS NOT NULL", name="mirror_no_message_outlives_the_text"),
    CheckConstraint(
        "(state NOT IN ('queued', 'posting') OR released_at IS NOT NULL) AND (state <> 'queued' OR text IS NOT NULL)",
        name="mirror_only_released_ones_leave",
    ),
    CheckConstraint("state NOT IN ('queued', 'posting') OR lapor_id IS NULL", name="mirror_what_is_there_is_not_told"),
    CheckConstraint(
        "NOT sealed OR (text IS NULL AND state NOT IN ('queued', 'to_review', 'by_hand'))",
        name="mirror_no_sealed_one_leaves",
    ),
    CheckConstraint(
        "verdict IS NULL OR verdict = 'not_created' OR (verdict = 'created' AND verdict_number IS NOT NULL)",
        name="mirror_verdict_is_one",
    ),
    Index("mirror_due", "state", "due_at"),
    Index("mirror_verdict", "complaint_id", postgresql_where=sql("verdict IS NOT NULL")),
)

step = Table(
    "step",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, nullable=False),
    Column("place", BigInteger, Identity(), nullable=False, unique=True),
    Column("kind", Text, nullable=False, comment="upload, pass_on, follow_up"),
    Column("cause", Uuid, nullable=False, comment="the attachment, or the event"),
    Column("part", Integer, nullable=False),
    Column("state", Text, nullable=False, comment="queued, calling, unclear, done, left_out"),
    Column("payload", JSONB(none_as_null=True), comment="what is done; no words once it is over"),
    Column("due_at", DateTime(timezone=True)),
    Column("claim", Uuid),
    Column("claimed_until", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default=sql("0")),
    Column("reason", Text),
    Column("reference", Text, comment="LAPOR!'s number of what was made"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    UniqueConstraint("complaint_id", "kind", "cause", "part", name="step_once"),
    Index("step_complaint", "complaint_id", "place"),
    Index("step_open", "due_at", postgresql_where=sql("state IN ('queued', 'calling', 'unclear')")),
)

heard = Table(
    "heard",
    metadata,
    Column("lapor_id", Text, nullable=False),
    Column("their_id", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="of its words: a changed one is another"),
    Column("complaint_id", Uuid, nullable=False),
    Column("what", Text, nullable=False, comment="theirs, ours, log"),
    Column("written_at", DateTime(timezone=True)),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("lapor_id", "their_id", "digest"),
)

exchange = Table(
    "exchange",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid),
    Column("call", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer),
    Column("outcome", Text, nullable=False),
    Column("sent", JSONB(none_as_null=True)),
    Column("got", JSONB(none_as_null=True)),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("took_ms", Integer, nullable=False),
    Index("exchange_complaint", "complaint_id", "began_at"),
    Index("exchange_age", "began_at"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid),
    Column("ticket", Text),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", Text),
    Index(
        "notice_open",
        "ticket",
        "kind",
        "detail",
        unique=True,
        postgresql_where=sql("settled_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    ),
)

incoming = Table(
    "incoming",
    metadata,
    Column("lapor_id", Text, primary_key=True),
    Column("state", Text, nullable=False, comment="queued, accepted, ours, refused"),
    Column("source", Text, nullable=False, comment="api, entered, imported"),
    Column("title", Text, comment="until it is a complaint here"),
    Column("content", Text, comment="until it is a complaint here"),
    Column("reporter", JSONB(none_as_null=True), comment="until it is a complaint here"),
    Column("location", Text),
    Column("region_code", Text),
    Column("filed_at", DateTime(timezone=True)),
    Column("incident_on", Date),
    Column("anonymous", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("entered_by", Uuid),
    Column("ticket", Text),
    Column("complaint_id", Uuid),
    Column("reason", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("claimed_until", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default=sql("0")),
    Column("arrived_at", DateTime(timezone=True), nullable=False),
    Column("linked_at", DateTime(timezone=True)),
    Index("incoming_ticket", "ticket", unique=True),
    Index("incoming_complaint", "complaint_id"),
    Index("incoming_open", "due_at", postgresql_where=sql("state = 'queued'")),
    Index("incoming_unlinked", "lapor_id", postgresql_where=sql("state = 'accepted' AND linked_at IS NULL")),
)

master = Table(
    "master",
    metadata,
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("purpose", Text, nullable=False, server_default=""),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("gone_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("kind", "id"),
)

act = Table(
    "act",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, comment="none where it was about no complaint of ours yet"),
    Column("what", Text, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("detail", Text, nullable=False, server_default="", comment="a number, or an officer's reason, masked"),
    Index("act_complaint", "complaint_id", "at"),
)

budget = Table(
    "budget",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("hour", DateTime(timezone=True), nullable=False),
    Column("spent", Integer, nullable=False),
)

inbox = inbox_table(metadata)
parked = parked_table(metadata)
