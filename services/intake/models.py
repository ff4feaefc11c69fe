"""Intake's tables, and the reporter vault's (schema `vault`)."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
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
_TIME = DateTime(timezone=True)


def _raw_request() -> "Column[UUID]":
    """Name the request that brought it."""
    key = ForeignKey("intake.raw_request.id", deferrable=True, initially="DEFERRED")
    return Column("raw_request_id", Uuid, key, nullable=False)


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
    Column("received_at", _TIME, nullable=False),
    Column(
        "state",
        Text,
        nullable=False,
        comment="accepted; ignored: words that are not taken in yet; parked: could not be understood; "
        "replayed; dropped",
    ),
    Column("unreadable", JSONB, nullable=False, comment="pairs of reason and place"),
    Column("tries", Integer, nullable=False, server_default="0", comment="how often it was run again"),
    Column("settled_at", _TIME, comment="when it was replayed or dropped"),
    Column("settled_reason", Text, comment="why it was dropped"),
    Column("erased_at", _TIME, comment="since then only this row is left: no query, no headers, no body"),
    Column("digest", LargeBinary, comment="hash of door, query and body of what was not taken in whole: kept once"),
    Index("raw_request_parked", "received_at", postgresql_where=text("state = 'parked'")),
    Index("raw_request_age", "received_at", postgresql_using="brin"),
    Index("raw_request_once", "digest", unique=True, postgresql_where=text("digest IS NOT NULL")),
)
"""What providers sent, byte for byte. No login role reads a body; see `vault.kept_request`."""

conversation = Table(
    "conversation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("person_id", Uuid, ForeignKey(f"{VAULT}.person.id"), nullable=False),
    Column("thread", Text, nullable=False, server_default="", comment="public thread; empty in private"),
    Column("latest_complaint_id", Uuid, comment="the complaint that was opened or turned to last"),
    Column("last_message_at", _TIME, comment="when its citizen last added to that complaint"),
    Column("asked", Text, comment="what that complaint still lacks: what, where, when, comma between"),
    Column("asked_at", _TIME),
    Column("prompted_at", _TIME, comment="when we last asked for words"),
    Column("announced_at", _TIME, comment="when they last said that they want to complain"),
    Column("waiting", Integer, nullable=False, server_default="0", comment="messages that are held"),
    Column("window_started_at", _TIME, comment="of the count that tells a flood"),
    Column("window_count", Integer, nullable=False, server_default="0"),
    UniqueConstraint("person_id", "channel", "account", "thread", name="conversation_key"),
)
"""What one person and one account of ours say to each other, in private or in one public thread.

Its row is locked while a message of it is judged."""

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
    Column("received_at", _TIME, nullable=False),
    Column("state", Text, nullable=False, server_default="received", comment="projection of casework's state"),
    Column("agency", Text, comment="projection: name of the agency it is assigned to"),
    Column("agency_key", Text, comment="projection: its key in the directory"),
    Column("state_changed_at", _TIME),
    Column("emergency", Boolean, nullable=False, server_default=text("false")),
    Column("withdrawn_at", _TIME, comment="its citizen said BATAL"),
    Index(
        "complaint_turn",
        "conversation_id",
        postgresql_where=text("state IN ('awaiting_information', 'answered', 'closed') AND withdrawn_at IS NULL"),
    ),
)

message = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("provider_message_id", Text, nullable=False),
    Column("complaint_id", Uuid, ForeignKey("intake.complaint.id"), index=True),
    Column("raw_request_id", Uuid, nullable=False),
    Column("fingerprint", Text),
    Column("surface", Text, nullable=False),
    Column("thread", Text, comment="what it hangs on, in the provider's ids"),
    Column("text", Text, nullable=False, comment="this message's own words"),
    Column("event_time", _TIME),
    Column("received_at", _TIME, nullable=False),
    Column("conversation_id", Uuid, ForeignKey("intake.conversation.id"), comment="null: agency's"),
    Column("author", Text, nullable=False, server_default="citizen", comment="citizen or agency"),
    Column(
        "disposition",
        Text,
        nullable=False,
        server_default="opened",
        comment="opened, appended, held (waits) or kept (no complaint)",
    ),
    Column("rule", Text, nullable=False, server_default="", comment="the rule that decided"),
    Column("reporter", Uuid, comment="a reference into the vault; null where it is only added"),
    Column("place", JSONB, comment="as given with this message"),
    Column("due_at", _TIME, comment="until when it is held"),
    Column("edited_at", _TIME),
    Column("withdrawn_at", _TIME, comment="its author took it back"),
    UniqueConstraint("channel", "account", "provider_message_id", name="message_key"),
    Index("message_conversation", "conversation_id", "received_at"),
    Index("message_held", "due_at", postgresql_where=text("disposition = 'held'")),
    Index("message_kept", "received_at", postgresql_where=text("disposition IN ('held', 'kept')")),
)

ignored = Table(
    "ignored",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("provider_message_id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("received_at", _TIME, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("intake.complaint.id"), index=True),
    Column(
        "message_id",
        Uuid,
        ForeignKey("intake.message.id"),
        comment="what it came with; null for an officer's evidence",
    ),
    Column("kind", Text, nullable=False),
    Column("media_type", Text),
    Column("sha256", Text, comment="names the content in the store; null while it is only at the provider"),
    Column("size", BigInteger),
    Column("source_url", Text, comment="the provider's address, while it is to be fetched"),
    Column("channel", Text, nullable=False, server_default=""),
    Column("account", Text, nullable=False, server_default=""),
    Column("note", Text, comment="what is known where nothing can be fetched"),
    Column(
        "state",
        Text,
        nullable=False,
        server_default="none",
        comment="wanted, fetching, stored, refused, failed, expired; none: there is nothing to keep",
    ),
    Column("problem", Text, comment="why there is no content"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", _TIME, comment="of the next attempt to fetch"),
    Column("keep_until", _TIME),
    Column("keep_hints", Boolean, nullable=False, server_default=text("false")),
    Column("hints", JSONB, comment="place and time inside a photo, with its citizen's consent"),
    Column("uploaded_by", Uuid, comment="account of the officer whose evidence of a follow-up it is"),
    CheckConstraint("(message_id IS NULL) = (uploaded_by IS NOT NULL)", name="attachment_of_somebody"),
    Index("attachment_message", "message_id"),
    Index("attachment_due", "due_at", postgresql_where=text("state IN ('wanted', 'fetching')")),
    Index("attachment_content", "sha256"),
    Index("attachment_expiry", "keep_until", postgresql_where=text("state = 'stored'")),
)

part = Table(
    "part",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("provider_message_id", Text, primary_key=True),
    Column("line", LargeBinary, nullable=False, comment="keyed hash of sender, reference and total"),
    Column("number", Integer, nullable=False, comment="from 1"),
    Column("total", Integer, nullable=False),
    Column("message", LargeBinary, nullable=False, comment="encrypted: the part as it was understood"),
    _raw_request(),
    Column("received_at", _TIME, nullable=False),
    Column("due_at", _TIME, nullable=False, comment="from then on the rest goes on without the missing"),
    Column("joined_at", _TIME),
    Column("joined_as", Text, comment="the provider message id of the whole"),
    Index("part_waiting", "line", "number", postgresql_where=text("joined_at IS NULL")),
)

amendment = Table(
    "amendment",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("provider_message_id", Text, primary_key=True),
    Column("change", Text, primary_key=True, comment="edited or withdrawn"),
    Column("version", LargeBinary, primary_key=True, comment="hash of the new words"),
    Column("text", Text),
    Column("message", LargeBinary, comment="encrypted: the whole message as it is now, where the provider tells"),
    Column("at", _TIME, nullable=False),
    _raw_request(),
    Column("received_at", _TIME, nullable=False),
    Column("applied_at", _TIME, comment="null while its message is not there"),
    Index("amendment_open", "received_at", postgresql_where=text("applied_at IS NULL")),
)

pointer = Table(
    "pointer",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("provider_message_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("media", Text),
    Column("fallback", LargeBinary, comment="encrypted: what is accepted when the provider tells no more"),
    _raw_request(),
    Column("received_at", _TIME, nullable=False),
    Column("state", Text, nullable=False, server_default="wanted", comment="wanted, resolved or given_up"),
    Column("problem", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", _TIME, nullable=False),
    Index("pointer_due", "due_at", postgresql_where=text("state = 'wanted'")),
)

account_notice = Table(
    "account_notice",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("received_at", _TIME, nullable=False),
    Column("digest", LargeBinary, unique=True, comment="hash of its request and itself: kept once"),
)

account_health = Table(
    "account_health",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("token_valid", Boolean),
    Column("token_expires_at", _TIME),
    Column("subscribed", Boolean),
    Column("reachable", Boolean, nullable=False),
    Column("problem", Text, comment="what an operator must do"),
    Column("looked_at", _TIME, nullable=False),
)
"""What the provider last said of an account of ours."""

recovery = Table(
    "recovery",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("read_until", _TIME, comment="everything before was read back without trouble"),
    Column("tried_at", _TIME, nullable=False),
    Column("problem", Text, comment="why the last reading broke off"),
    Column("found", BigInteger, nullable=False, server_default="0", comment="messages that only reading back brought"),
)
"""How far the provider's own memory was read back."""

answer = Table(
    "answer",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("intake.complaint.id"), nullable=False, index=True),
    Column("agency", Text),
    Column("text", Text, nullable=False),
    Column("answered_at", _TIME, nullable=False),
)

question = Table(
    "question",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("intake.complaint.id"), nullable=False, index=True),
    Column("agency", Text),
    Column("text", Text, nullable=False),
    Column("asked_at", _TIME, nullable=False),
    Column("answer_by", _TIME, comment="after this the complaint counts as dropped"),
)
"""What officers asked citizens; open while its complaint awaits information."""

follow_up = Table(
    "follow_up",
    metadata,
    Column("id", Uuid, primary_key=True, comment="casework's"),
    Column("complaint_id", Uuid, ForeignKey("intake.complaint.id"), nullable=False, index=True),
    Column("agency", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("followed_up_at", _TIME, nullable=False),
)

delivery_report = Table(
    "delivery_report",
    metadata,
    Column("reply_id", Uuid, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("complaint_id", Uuid, nullable=False, comment="as the report says; perhaps none of ours"),
    Column("reported_at", _TIME, nullable=False),
    Column("provider_message_id", Text),
    Index("delivery_report_message", "channel", "provider_message_id"),
)

early_report = Table(
    "early_report",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("provider_message_id", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("reported_at", _TIME, nullable=False, index=True),
    Column("traceparent", Text),
)
"""What a provider said of something under its own name, before we knew whether it is a reply of ours."""

officer_act = Table(
    "officer_act",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("at", _TIME, nullable=False),
    Column("account_id", Uuid, nullable=False, comment="the officer, as identity knows them"),
    Column("role", Text, nullable=False),
    Column("act", Text, nullable=False, comment="entered, made_complaint, joined_reporters or split"),
    Column("complaint_id", Uuid, ForeignKey("intake.complaint.id"), nullable=False, index=True),
    Column("message_id", Uuid, ForeignKey("intake.message.id"), comment="what was entered or made a complaint"),
    Column("other_complaint_id", Uuid, ForeignKey("intake.complaint.id"), comment="of the same reporter"),
    Column("reason", Text, comment="in the officer's words"),
)
"""What officers did to messages and complaints here; written and never changed."""

inbox = inbox_table(metadata)
parked = parked_table(metadata)

person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True, comment="HMAC of channel, kind and identifier"),
    Column("key_id", Text, nullable=False, comment="which vault key made the digest"),
    Column("identifier", LargeBinary, nullable=False, comment="encrypted"),
    Column("silenced_at", _TIME, comment="said STOP: hears nothing from us"),
    Column("joined_to", Uuid, ForeignKey(f"{VAULT}.person.id"), comment="the same human elsewhere"),
    Index("person_joined", "joined_to", postgresql_where=text("joined_to IS NOT NULL")),
    schema=VAULT,
)

proof = Table(
    "proof",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey(f"{VAULT}.person.id"), primary_key=True),
    Column("at", _TIME, nullable=False),
    Index("proof_person", "person_id"),
    schema=VAULT,
)
"""Who has shown with its access code that a complaint is theirs, from another account than the one that wrote it."""
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
    Column("at", _TIME, nullable=False, server_default=func.clock_timestamp()),
    Column("account_id", Uuid, comment="the officer who looked; null: the house itself"),
    schema=VAULT,
)
"""Each look at an address or a reporter; written by the vault's functions alone."""

upload = Table(
    "upload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("device", LargeBinary, nullable=False, comment="keyed hash of the device's secret name"),
    Column("length", BigInteger, nullable=False, comment="bytes, as announced"),
    Column("received", BigInteger, nullable=False, server_default="0", comment="bytes that are on disk for good"),
    Column("metadata", Text, comment="what the client calls it, as it wrote it; believed by nobody"),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("removed_at", _TIME, comment="the device wants it no more; the row still counts for its limits"),
    Index("upload_device", "device", "created_at"),
    Index("upload_expiry", "expires_at"),
)
"""Its bytes lie in the spool, in a file of its id."""

rating = Table(
    "rating",
    metadata,
    Column("answer_id", Uuid, ForeignKey("intake.answer.event_id"), primary_key=True, comment="once per answer"),
    Column("complaint_id", Uuid, ForeignKey("intake.complaint.id"), nullable=False, index=True),
    Column("rating", Integer, nullable=False, comment="1 to 5"),
    Column("text", Text),
    Column("rated_at", _TIME, nullable=False),
)

push_token = Table(
    "push_token",
    metadata,
    Column("device", LargeBinary, primary_key=True, comment="keyed hash of the device's secret name"),
    Column("token", LargeBinary, nullable=False, comment="encrypted"),
    Column("changed_at", _TIME, nullable=False),
    schema=VAULT,
)
"""Where a device's app is woken. Intake writes it and cannot read it; replies reads it through a function."""
