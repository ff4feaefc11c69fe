"""Casework's tables."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import inbox_table, parked_table

metadata = MetaData(schema="casework")

_OPEN = "state NOT IN ('closed', 'archived', 'rejected')"

case = Table(
    "case",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("ticket", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("attachments", JSONB, nullable=False, comment="references; the contents are intake's"),
    Column("anonymous", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("sealed", Boolean, nullable=False, comment="for the Inspectorate only"),
    Column("region_code", Text, comment="found by routing, until then as the citizen gave it"),
    Column("place_name", Text),
    Column("agency_key", Text),
    Column("agency_name", Text, comment="as it was called when assigned"),
    Column("affair", Text),
    Column("level", Text),
    Column("confidence", Float, comment="routing's, between 0 and 1"),
    Column("reasons", JSONB, comment="why this agency, in plain Indonesian"),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="from 1, one more with every transition; also the ETag"),
    Column("taken_by", Uuid, comment="account of the officer who took it"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("assigned_at", DateTime(timezone=True)),
    Column("verified_at", DateTime(timezone=True), comment="a dated fact: from then on it may leave the house"),
    Column("answered_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("emergency", Boolean, nullable=False, server_default=sql("false"), comment="life or limb"),
    Column("news_at", DateTime(timezone=True), comment="when the citizen last said something more"),
    Column(
        "news",
        Boolean,
        nullable=False,
        server_default=sql("false"),
        comment="the citizen, or a word of LAPOR! to settle, was heard since an officer last did something with it",
    ),
    Column("routed_at", DateTime(timezone=True), comment="when routing decided what stands here"),
    Column("withdrawn_at", DateTime(timezone=True), comment="when the citizen said BATAL"),
    Column("rating", Integer, comment="the citizen's, from 1 to 5"),
    Column("rating_text", Text),
    Column("rated_at", DateTime(timezone=True)),
    Column(
        "urgent",
        Boolean,
        Computed(
            "emergency AND state IN "
            "('received', 'awaiting_information', 'assigned', 'transfer_requested', 'in_progress')",
            persisted=True,
        ),
        comment="an emergency that nobody has answered: first in the queue",
    ),
    Column("kind", Text, comment="pengaduan, aspirasi, … as routing or an officer found"),
    Column("urgency", Text, comment="mendesak, penting or biasa"),
    Column("place", JSONB, comment="as routing found it, with its evidence"),
    Column("candidates", JSONB, comment="the agencies that it might be for, best first, each with its reasons"),
    Column("doubted_at", DateTime(timezone=True), comment="when routing was not sure enough; none once it is assigned"),
    Column("assigned_by", Uuid, comment="account of the officer who chose the agency; none where routing did"),
    Column("matter_id", Uuid, ForeignKey("casework.matter.id"), comment="joined with others about the same thing"),
    Column(
        "waiting_for",
        Text,
        Computed(
            "CASE WHEN state = 'received' AND doubted_at IS NOT NULL AND NOT sealed THEN 'verification' "
            "WHEN state = 'awaiting_information' THEN 'citizen' WHEN state = 'transfer_requested' THEN 'transfer' END",
            persisted=True,
        ),
        comment="what keeps it: who says whose it is, the citizen's words, or who says where it is transferred to",
    ),
    Column("regency", Text, Computed("left(region_code, 5)", persisted=True), comment="where it is, as 52.03"),
    Column("anonymous_by_citizen", Boolean, nullable=False, comment="an officer does not take that back"),
    Column("secret_by_citizen", Boolean, nullable=False, comment="the same"),
    Column("asked_at", DateTime(timezone=True), comment="when an officer asked its citizen for something"),
    Column("proposed_key", Text, comment="whose it is, as the agency says that asked for a transfer"),
    Column("proposed_name", Text),
    Column("followed_up_at", DateTime(timezone=True), comment="the agency's first follow-up or answer"),
    Column("reopened_at", DateTime(timezone=True)),
    Column("reopenings", Integer, nullable=False, server_default=sql("0")),
    Column("due_at", DateTime(timezone=True), comment="the next of its deadlines that is running"),
    Column("mirror", Text, comment="what LAPOR! shows that an officer must settle: conflict or unknown"),
    Index("case_queue", "urgent", "received_at", "complaint_id"),
    Index("case_agency_queue", "agency_key", "urgent", "received_at", "complaint_id"),
    Index(
        "case_waiting",
        "waiting_for",
        "urgent",
        "received_at",
        "complaint_id",
        postgresql_where=sql("waiting_for IS NOT NULL"),
    ),
    Index("case_open", "urgent", "received_at", "complaint_id", postgresql_where=sql(_OPEN)),
    Index("case_agency_open", "agency_key", "urgent", "received_at", "complaint_id", postgresql_where=sql(_OPEN)),
    Index("case_regency_queue", "regency", "urgent", "received_at", "complaint_id"),
    Index(
        "case_mine",
        "taken_by",
        "urgent",
        "received_at",
        "complaint_id",
        postgresql_where=sql("taken_by IS NOT NULL"),
    ),
    Index("case_news", "urgent", "received_at", "complaint_id", postgresql_where=sql("news")),
    Index(
        "case_mirror",
        "mirror",
        "urgent",
        "received_at",
        "complaint_id",
        postgresql_where=sql("mirror IS NOT NULL"),
    ),
    Index("case_rare", "urgency", "kind", "channel", "affair"),
    Index("case_due", "due_at", "complaint_id", postgresql_where=sql("due_at IS NOT NULL")),
    Index("case_words", sql("to_tsvector('simple', text)"), postgresql_using="gin"),
    Index("case_matter", "matter_id", postgresql_where=sql("matter_id IS NOT NULL")),
    CheckConstraint("NOT sealed OR matter_id IS NULL", name="case_sealed_ones_stand_alone"),
)

matter = Table(
    "matter",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("opened_at", DateTime(timezone=True), nullable=False),
)
"""What several complaints are about; each of them stays a case of its own."""

similar = Table(
    "similar",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), primary_key=True),
    Column("other_id", Uuid, primary_key=True, comment="may be heard of before its own case is opened"),
    Column("score", Float, nullable=False, comment="likeness between 0 and 1"),
    Column("reasons", JSONB, nullable=False, comment="in plain Indonesian"),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Index("similar_other", "other_id"),
)
"""Which complaints routing found alike."""

transition = Table(
    "transition",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), primary_key=True),
    Column("version", Integer, primary_key=True, comment="the case's version after it"),
    Column("previous", Text),
    Column("state", Text, nullable=False),
    Column("actor_kind", Text, nullable=False, comment="machine or officer"),
    Column("actor_id", Text, nullable=False, comment="a rule's name or an account id, never a person's name"),
    Column("reason", Text),
    Column("reason_code", Text, comment="why it ended without an answer, or `reopened`"),
    Column("move", Text, comment="what was done: a move or a remark of `rules.py`; none before there was this column"),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""Append-only: the service's role may insert and read, and nothing else."""

answer = Table(
    "answer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), nullable=False, index=True),
    Column("agency_key", Text),
    Column("agency_name", Text),
    Column("text", Text, nullable=False),
    Column("answered_by", Uuid, comment="account id; none where it came by a channel"),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Column("channel", Text, comment="in whose own app it was written"),
    Column("warnings", JSONB, nullable=False, server_default=sql("'[]'"), comment="what is wanting in it"),
    Column("fingerprint", Text, comment="the same for the same words; none where the agency wrote elsewhere"),
    Index("answer_fingerprint", "fingerprint", "answered_at", postgresql_where=sql("fingerprint IS NOT NULL")),
)

follow_up = Table(
    "follow_up",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), nullable=False, index=True),
    Column("agency_key", Text, comment="none where it was written elsewhere by nobody that we know"),
    Column("agency_name", Text),
    Column("action", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("evidence", JSONB, nullable=False, comment="references; the contents are intake's"),
    Column("done_by", Uuid, comment="account id; none where it came by a channel"),
    Column("followed_up_at", DateTime(timezone=True), nullable=False),
    Column("channel", Text, comment="where it was written, if not here: lapor"),
    Column("institution", Text, comment="who wrote it there, by the name there"),
    Column("files", Integer, nullable=False, server_default=sql("0"), comment="how many files stand with it there"),
)
"""What an agency did (tindak lanjut). Append-only, as answers are."""

mirror = Table(
    "mirror",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), primary_key=True),
    Column("lapor_id", Text, nullable=False, comment="the number there"),
    Column("mirrored_at", DateTime(timezone=True)),
    Column("status", Text, comment="as LAPOR! shows it, in its own words"),
    Column("state", Text, comment="the state of ours that it means; none where nobody knows"),
    Column("since", DateTime(timezone=True), comment="by LAPOR!'s own log"),
    Column("seen_at", DateTime(timezone=True), comment="when lapor looked; what was seen earlier changes nothing"),
    Column("decision", Text, comment="followed, ours_stands, conflict, unknown_status; none: nothing to do"),
    Column("words", Text, comment="the same in a sentence"),
)
"""A complaint at SP4N-LAPOR!, and what the rule made of what is shown there last."""

note = Table(
    "note",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("noted_by", Uuid, nullable=False, comment="account id"),
    Column("noted_at", DateTime(timezone=True), nullable=False),
)
"""What officers write down for colleagues; no citizen reads it. Append-only."""
look = Table(
    "look",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("account_id", Uuid, nullable=False),
    Column("role", Text, nullable=False, comment="the account's when it looked"),
    Column(
        "what", Text, nullable=False, comment="reporter or sealed_case; of what intake keeps, attachment or message"
    ),
    Column(
        "complaint_id",
        Uuid,
        index=True,
        comment="its case may not be open yet; none where a message has no complaint",
    ),
    Column("reason", Text, comment="in the officer's words; of each look at a reporter"),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("subject_id", Uuid, comment="which attachment or message of intake's"),
    Index("look_account", "account_id", "id"),
)
"""Append-only, as `transition`; the database says when it was. Intake's login adds rows by `casework.record_looks`."""

message = Table(
    "message",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), nullable=False),
    Column("author", Text, nullable=False, comment="citizen or agency"),
    Column("channel", Text, nullable=False),
    Column("text", Text, nullable=False, comment="as it was said first"),
    Column("attachments", JSONB, nullable=False),
    Column("rule", Text, nullable=False, comment="by which it belongs to this complaint"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("amended_text", Text, comment="as its author changed it last"),
    Column("amended_at", DateTime(timezone=True)),
    Column("withdrawn_at", DateTime(timezone=True), comment="when its author took it back"),
    Index("message_complaint", "complaint_id", "received_at"),
)
"""Every message of a complaint, the first included; what it said first is never changed."""

attachment = Table(
    "attachment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_type", Text),
    Column("sha256", Text),
    Column("size", BigInteger, comment="bytes"),
    Column("state", Text, nullable=False, comment="stored, refused, failed or expired"),
    Column("problem", Text, comment="why there is no content"),
    Column("settled_at", DateTime(timezone=True), nullable=False),
    Index("attachment_complaint", "complaint_id"),
)
"""What became of attachments; those that are not here are still being fetched."""

reply = Table(
    "reply",
    metadata,
    Column("reply_id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, nullable=False, index=True, comment="its case may not be open yet"),
    Column("template", Text, nullable=False, comment="what it is about: acknowledgement, answer, question, …"),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False, comment="sent, failed, unknown or waiting"),
    Column("reason", Text, comment="why it failed, is unknown or waits"),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""What became of each message to the citizen, as replies said last; its words are there."""

notice = Table(
    "notice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), nullable=False, index=True),
    Column("clock", Text, nullable=False),
    Column("step", Text, nullable=False, comment="of the ladder, for example reminder or agency_head"),
    Column("audience", Text, nullable=False, comment="liaison, leader, coordinator or inspectorate"),
    Column("agency_key", Text, comment="whose liaison or leader; none for the coordinator and the Inspectorate"),
    Column("due_at", DateTime(timezone=True), nullable=False, comment="the deadline that it is about"),
    Column("noticed_at", DateTime(timezone=True), nullable=False, comment="when the step was reached"),
    Column("told_at", DateTime(timezone=True), comment="when it went out with a digest, or was found to be over"),
    Column("tell_at", DateTime(timezone=True), comment="when telling it is looked at next; none: not looked at yet"),
    Column("problem", Text, comment="why the coordinator is told instead, or nobody: nobody_to_tell or refused"),
    Index("notice_once", "complaint_id", "clock", "due_at", "step", unique=True),
    Index("notice_untold", "noticed_at", postgresql_where=sql("told_at IS NULL")),
    Index("notice_to_tell", "tell_at", "noticed_at", postgresql_where=sql("told_at IS NULL")),
)
"""A step of the ladder that a case has reached: who is to be told, with the next digest."""

_TO_BE_SEEN = sql("settled_at IS NULL AND outcome IN ('missed', 'unknown')")

deadline = Table(
    "deadline",
    metadata,
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), primary_key=True),
    Column("clock", Text, primary_key=True, comment="verify, follow_up, resolve, respond, transfer, close or complete"),
    Column("started_at", DateTime(timezone=True), primary_key=True, comment="a clock that begins anew is another row"),
    Column("due_at", DateTime(timezone=True), comment="none while it stands still, and where it is not known"),
    Column("outcome", Text, nullable=False, comment="running, stopped, kept, missed, cancelled or unknown"),
    Column("settled_at", DateTime(timezone=True), comment="none while something may still come of it"),
    Column("stopped_since", DateTime(timezone=True)),
    Column("next_at", DateTime(timezone=True), comment="when a worker has something to do: a step, or the end"),
    Column("limit_amount", Integer, comment="none where no limit is known for that time"),
    Column("limit_unit", Text, comment="working_days, hours or calendar_days"),
    Column("limit_source", Text),
    Column("limit_certainty", Text, comment="certain, press or to be checked"),
    Column("version", Text, nullable=False, comment="by what it was computed: calendars, limits, ladder"),
    Index("deadline_next", "next_at", postgresql_where=sql("next_at IS NOT NULL")),
    Index("deadline_version", "version", "complaint_id", postgresql_where=sql("settled_at IS NULL")),
    Index("deadline_to_be_seen", "clock", "outcome", postgresql_where=_TO_BE_SEEN),
)
"""A clock of a case; workers claim what is due by `next_at`. Whoever writes here has locked the case."""

deadline_change = Table(
    "deadline_change",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, ForeignKey("casework.case.complaint_id"), nullable=False, index=True),
    Column("clock", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("old_due_at", DateTime(timezone=True)),
    Column("new_due_at", DateTime(timezone=True)),
    Column("cause", Text, nullable=False, comment="calendar or limits"),
    Column("old_version", Text, nullable=False),
    Column("new_version", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""A deadline that moved although nothing happened to its case. Append-only."""

digest = Table(
    "digest",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False, comment="identity's; its e-mail is asked for when it is sent"),
    Column("audience", Text, nullable=False, comment="the account's role"),
    Column("day", Date, nullable=False, comment="in WITA"),
    Column("kind", Text, nullable=False, comment="morning or urgent"),
    Column("number", Integer, nullable=False, comment="1, or which urgent one of the day"),
    Column("state", Text, nullable=False, comment="queued, sending, sent, failed, unknown or withheld"),
    Column("reason", Text, comment="why it stands so: a stable name"),
    Column("attempts", Integer, nullable=False, server_default=sql("0")),
    Column("lost", Integer, nullable=False, server_default=sql("0"), comment="how often the answer was lost"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, comment="when the office closes"),
    Column("claimed_until", DateTime(timezone=True)),
    Column("message_id", Text, comment="the same for each try"),
    Column("sent_at", DateTime(timezone=True)),
    Index("digest_once", "account_id", "day", "kind", "number", unique=True),
    Index("digest_open", "due_at", postgresql_where=sql("state IN ('queued', 'sending', 'unknown')")),
)
"""A mail to one officer on one day."""

digest_notice = Table(
    "digest_notice",
    metadata,
    Column("digest_id", Uuid, ForeignKey("casework.digest.id"), primary_key=True),
    Column("notice_id", Uuid, ForeignKey("casework.notice.id"), primary_key=True),
    Index("digest_notice_notice", "notice_id"),
)

mail_server = Table(
    "mail_server",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("paused_until", DateTime(timezone=True)),
    Column("reason", Text, comment="why nobody is mailed: off, or what the server said"),
)
"""The one row about the server that takes our mails; who gathers notices holds its lock."""

inbox = inbox_table(metadata)
parked = parked_table(metadata)
