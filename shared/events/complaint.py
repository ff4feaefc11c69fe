"""The events of a complaint's way, in the order in which they happen.

They travel keyed by the complaint's id: the regions' own on `complaints.region.<code>`, all others on `complaints.v1`,
which is internal: it holds the citizen's own words, but no name, number or platform id (those stay in the reporter
vault).
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, UtcTime, Value
from shared.events.topics import COMPLAINTS, REGION_TOPICS, region_topic

CaseState = Literal[
    "received",
    "awaiting_information",
    "assigned",
    "transfer_requested",
    "in_progress",
    "answered",
    "closed",
    "archived",
    "rejected",
]
"""Where a complaint stands; only casework moves it. In events it is a plain string: states will be added."""

STATE_WORDS: dict[str, str] = {
    "received": "Diterima",
    "awaiting_information": "Menunggu keterangan pelapor",
    "assigned": "Diteruskan ke instansi",
    "transfer_requested": "Dicarikan instansi yang berwenang",
    "in_progress": "Sedang ditindaklanjuti",
    "answered": "Sudah dijawab",
    "closed": "Selesai",
    "archived": "Diarsipkan",
    "rejected": "Ditolak",
}
"""What citizens and officers read for each state."""

Kind = Literal[
    "pengaduan", "pengaduan_pengawasan", "whistleblowing", "aspirasi", "permintaan_informasi", "bukan_pengaduan"
]
Urgency = Literal["mendesak", "penting", "biasa"]

KIND_WORDS: dict[str, str] = {
    "pengaduan": "Pengaduan",
    "pengaduan_pengawasan": "Pengaduan berkadar pengawasan",
    "whistleblowing": "Whistleblowing (WBS)",
    "aspirasi": "Aspirasi",
    "permintaan_informasi": "Permintaan informasi",
    "bukan_pengaduan": "Bukan pengaduan",
}
"""Every kind (jenis) of what citizens write, as SP4N names them (PermenPANRB 62/2018, 5/2025), and what people read."""

URGENCY_WORDS: dict[str, str] = {"mendesak": "Mendesak", "penting": "Penting", "biasa": "Biasa"}
"""Every urgency, as NTB Care has had them since 2018 (1, 24 and 48 hours), most urgent first."""

ACTION_WORDS: dict[str, str] = {
    "inspection": "Peninjauan lapangan",
    "repair": "Perbaikan atau pengerjaan",
    "coordination": "Koordinasi dengan pihak terkait",
    "clarification": "Klarifikasi kepada pelapor",
    "examination": "Pemeriksaan atau investigasi",
    "enforcement": "Teguran atau penertiban",
    "planning": "Penjadwalan atau penganggaran",
    "other": "Tindakan lain",
}
"""What an agency did about a complaint (tindak lanjut), and what people read."""

ArchiveReason = Literal["too_general", "not_about_government", "already_handled", "in_court", "no_information", "other"]
RejectReason = Literal["not_a_complaint", "not_true", "abusive", "advertising", "other"]

REASON_WORDS: dict[str, str] = {
    "too_general": "terlalu umum untuk ditindaklanjuti",
    "not_about_government": "tidak berkaitan dengan kinerja pemerintah",
    "already_handled": "sudah ditangani melalui laporan lain",
    "in_court": "sedang atau sudah diproses secara hukum",
    "no_information": "keterangan yang diminta tidak kami terima",
    "not_a_complaint": "bukan pengaduan",
    "not_true": "tidak sesuai dengan kenyataan setelah diperiksa",
    "abusive": "disampaikan dengan kata-kata kasar",
    "advertising": "berisi iklan atau promosi",
    "other": "alasan lain",
}
"""Why a complaint ends without an answer, and what people read. SP4N's administrators archive what is too general or
not about the work of government (PermenPANRB 62/2018, 5/2025)."""

Level = Literal["national", "province", "regency", "village", "regional_company"]
"""Whose authority it is (tingkat kewenangan, UU 23/2014): the state and its vertical bodies, the province, a regency or
city, a village, or a company owned by a region."""


Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Share = Annotated[float, Field(ge=0, le=1)]


class GivenPlace(Value):
    """Where it happened, as the citizen gave it."""

    region_code: str | None = Field(None, description="Kemendagri's dotted code, for example 52.03.")
    description: str | None = Field(None, description="In the citizen's own words.")


class Coordinates(Value):
    """A point in degrees (WGS 84)."""

    latitude: Latitude
    longitude: Longitude

    @property
    def point(self) -> tuple[float, float]:
        """Latitude and longitude."""
        return self.latitude, self.longitude


class DetectedPlace(Value):
    """Where routing found it to be, with how sure it is and on what evidence."""

    region_code: str
    name: str
    confidence: Share
    evidence: tuple[str, ...] = Field(description="In plain Indonesian; of the text it quotes place names only.")


class Place(Value):
    """What is known of the place: as given, as coordinates, as found in the text."""

    given: GivenPlace = GivenPlace()
    coordinates: Coordinates | None = None
    detected: DetectedPlace | None = None
    photo: Coordinates | None = Field(
        None, description="Where a photo says that it was taken; only where its sender agreed to keep that."
    )


class AttachmentRef(Value):
    """An attachment's description; its content is reached through the API only."""

    id: UUID
    kind: str = Field(description="image, audio, video, file, sticker, location, share, story or other")
    media_type: str | None = None
    sha256: str | None = Field(None, description="Hexadecimal, once the content is in the house.")
    size: int | None = Field(None, description="Bytes.")


class AgencyRef(Value):
    """An agency (perangkat daerah or other body), with the name it had at that time."""

    key: str
    name: str


class CandidateAgency(AgencyRef):
    """An agency that might be competent, with its score between 0 and 1."""

    score: Share
    affair: str | None = Field(None, description="The government affair by which it would be.")
    reasons: tuple[str, ...] = Field((), description="Why it might be, in plain Indonesian.")


class Actor(Value):
    """Who did it: a rule of the house, or an officer (by account id, never by name)."""

    kind: str = Field(description="machine or officer; more kinds will come.")
    id: str


class ComplaintEvent(Event):
    """What every event of a complaint carries."""

    topics: ClassVar[tuple[str, ...]] = (COMPLAINTS.name,)

    @property
    def subject(self) -> UUID:
        """The complaint."""
        return self.complaint_id

    complaint_id: UUID
    ticket: str


class ComplaintReceived(ComplaintEvent):
    """A citizen's message was accepted and became this complaint: the normalized complaint."""

    source = "/services/intake"

    type: Literal["complaint.received.v1"] = "complaint.received.v1"
    channel: str = Field(description="The channel's name, for example sms. Never an enum: channels are added.")
    account: str = Field(description="Which of our accounts received it: page id, number, app.")
    surface: str = Field(description="direct_message, comment, post, mention, review, sms, form or desk.")
    conversation_id: UUID
    message_id: UUID
    text: str = Field(description="The citizen's words, at most 10,000 characters.")
    text_truncated: bool = False
    language: str = Field(description="BCP 47, for example id.")
    attachments: tuple[AttachmentRef, ...] = ()
    place: Place = Place()
    event_time: UtcTime | None = Field(None, description="When it was sent, by the provider's clock.")
    incident_time: UtcTime | None = Field(None, description="When it happened, as the citizen says.")
    received_at: UtcTime = Field(description="When it reached our door.")
    reporter: UUID = Field(description="An opaque reference into the reporter vault, different for each complaint.")
    anonymous: bool = Field(description="anonim: the reporter is not shown to the public.")
    secret: bool = Field(description="rahasia: the whole report is not shown to the public.")
    sealed: bool = Field(description="Only the Inspectorate may see it (whistleblowing, bribery, abuse of office).")
    emergency: bool = Field(default=False, description="Its words speak of life or limb in danger now.")
    asks: tuple[str, ...] = Field((), description="What it lacks, and its citizen is asked for: what, where, when.")
    rule: str = Field("", description="The rule of the conversation by which this message opened a complaint.")
    standby: bool = Field(default=False, description="Another app answers this citizen: nothing is sent by itself.")
    split_from: str | None = Field(None, description="The ticket of the complaint that an officer split this one from.")


class ComplaintAppended(ComplaintEvent):
    """A further message belongs to the complaint: the citizen's, or one that the agency wrote in the provider's app."""

    source = "/services/intake"

    type: Literal["complaint.appended.v1"] = "complaint.appended.v1"
    channel: str
    account: str
    surface: str
    conversation_id: UUID | None
    message_id: UUID
    author: str = Field(description="citizen or agency")
    text: str = Field(description="At most 10,000 characters; empty for a photo alone.")
    text_truncated: bool = False
    attachments: tuple[AttachmentRef, ...] = ()
    place: Place = Place()
    event_time: UtcTime | None = None
    received_at: UtcTime
    sealed: bool = Field(description="Whether the complaint is sealed now: these words may have sealed it.")
    emergency: bool = False
    answers: tuple[str, ...] = Field((), description="Which of our questions it answers: what, where, when.")
    rule: str = Field(description="The rule of the conversation by which it belongs here.")


class ComplaintAmended(ComplaintEvent):
    """A message of the complaint was changed or taken back by its author. What it said before is kept as it was."""

    source = "/services/intake"

    type: Literal["complaint.amended.v1"] = "complaint.amended.v1"
    message_id: UUID
    author: str = Field(
        default="citizen", description="citizen or agency; an agency's words are no part of what is complained of"
    )
    change: str = Field(description="edited or withdrawn")
    text: str | None = Field(description="The new words of an edited message.")
    sealed: bool
    amended_at: UtcTime


class ComplaintWithdrawn(ComplaintEvent):
    """The citizen wants the complaint to go no further (BATAL)."""

    source = "/services/intake"

    type: Literal["complaint.withdrawn.v1"] = "complaint.withdrawn.v1"
    message_id: UUID
    withdrawn_at: UtcTime


class ComplaintResumed(ComplaintEvent):
    """The citizen takes a withdrawal back (LANJUT): the complaint goes on as if it had just come."""

    source = "/services/intake"

    type: Literal["complaint.resumed.v1"] = "complaint.resumed.v1"
    message_id: UUID
    resumed_at: UtcTime


class ComplaintRated(ComplaintEvent):
    """The citizen said how the answer was."""

    source = "/services/intake"

    type: Literal["complaint.rated.v1"] = "complaint.rated.v1"
    rating: int = Field(ge=1, le=5, description="From 1 (not helped) to 5 (helped well).")
    text: str | None = None
    rated_at: UtcTime


class AttachmentSettled(ComplaintEvent):
    """What became of an attachment: its content is in the house, or never will be."""

    source = "/services/intake"

    type: Literal["complaint.attachment_settled.v1"] = "complaint.attachment_settled.v1"
    attachment: AttachmentRef
    state: str = Field(description="stored, refused, failed or expired")
    problem: str | None = Field(None, description="Why there is no content, a stable snake_case name.")
    settled_at: UtcTime
    taken_at: Coordinates | None = Field(
        None, description="Where the photo says that it was taken; only where its sender agreed to keep that."
    )


class ComplaintRouted(ComplaintEvent):
    """Routing decided which agency is competent, and why."""

    source = "/services/routing"

    type: Literal["complaint.routed.v1"] = "complaint.routed.v1"
    agency: AgencyRef
    affair: str | None = Field(description="Government affair (urusan pemerintahan), None when none was found.")
    level: Level
    place: Place
    confidence: Share
    candidates: tuple[CandidateAgency, ...] = Field(description="Best first, at most three.")
    reasons: tuple[str, ...] = Field(min_length=1, description="In plain Indonesian.")
    rules_version: str
    directory_version: str
    decided_at: UtcTime
    kind: str | None = Field(None, description=f"One of {', '.join(KIND_WORDS)}; kinds may be added.")
    urgency: str | None = Field(None, description=f"One of {', '.join(URGENCY_WORDS)}.")
    model_version: str | None = Field(None, description="The trained model that had a say; None where there was none.")
    boundaries_version: str | None = Field(
        None, description="The boundaries that coordinates were looked up in; None where there were none."
    )


class SimilarComplaint(Value):
    """Another complaint that may be about the same thing, with its likeness between 0 and 1."""

    complaint_id: UUID
    ticket: str
    score: Share
    reasons: tuple[str, ...] = Field(description="In plain Indonesian: same place, same affair, like words.")


class ComplaintFoundSimilar(ComplaintEvent):
    """Routing found complaints that may be about the same thing: an officer may join them under one matter."""

    source = "/services/routing"

    type: Literal["complaint.found_similar.v1"] = "complaint.found_similar.v1"
    similar: tuple[SimilarComplaint, ...] = Field(min_length=1, description="Most alike first, at most five.")
    found_at: UtcTime


class ComplaintAssigned(ComplaintEvent):
    """Casework gave the complaint to an agency (disposisi)."""

    source = "/services/casework"

    type: Literal["complaint.assigned.v1"] = "complaint.assigned.v1"
    agency: AgencyRef
    affair: str | None
    level: Level
    place: Place
    confidence: Share | None = Field(description="Routing's; None where a person assigned it.")
    reasons: tuple[str, ...] = Field(min_length=1)
    actor: Actor
    sealed: bool
    assigned_at: UtcTime
    kind: str | None = Field(None, description=f"One of {', '.join(KIND_WORDS)}; kinds may be added.")
    urgency: str | None = Field(None, description=f"One of {', '.join(URGENCY_WORDS)}.")


class ComplaintJoined(ComplaintEvent):
    """An officer said that the complaint is about the same matter as others: what is answered to one, all are told."""

    source = "/services/casework"

    type: Literal["complaint.joined.v1"] = "complaint.joined.v1"
    matter_id: UUID = Field(description="The same for all complaints of the matter.")
    with_tickets: tuple[str, ...] = Field(description="The other complaints of the matter, oldest first.")
    actor: Actor
    joined_at: UtcTime


class ComplaintSeparated(ComplaintEvent):
    """An officer said that the complaint is about something else than the matter that it was joined with."""

    source = "/services/casework"

    type: Literal["complaint.separated.v1"] = "complaint.separated.v1"
    matter_id: UUID
    actor: Actor
    reason: str | None = None
    separated_at: UtcTime


class ComplaintTransferRequested(ComplaintEvent):
    """The agency says that it is not competent (bukan wewenang), and whose it is; the coordinator decides."""

    source = "/services/casework"

    type: Literal["complaint.transfer_requested.v1"] = "complaint.transfer_requested.v1"
    agency: AgencyRef = Field(description="Who has it, and says that it is not theirs.")
    proposed: AgencyRef | None = Field(description="Whose it is, as they say; None where they do not know.")
    reason: str
    actor: Actor
    requested_at: UtcTime


class ComplaintInformationRequested(ComplaintEvent):
    """An officer asks the citizen for something (tunda): the clocks stand still until they answer."""

    source = "/services/casework"

    type: Literal["complaint.information_requested.v1"] = "complaint.information_requested.v1"
    agency: AgencyRef | None = Field(description="Who asks; None while it is nobody's yet.")
    question: str
    actor: Actor
    requested_at: UtcTime
    answer_by: UtcTime | None = Field(None, description="After this it counts as withdrawn; None: no such limit.")


class ComplaintFollowedUp(ComplaintEvent):
    """The agency did something about it (tindak lanjut); its words are for the citizen too."""

    source = "/services/casework"

    type: Literal["complaint.followed_up.v1"] = "complaint.followed_up.v1"
    follow_up_id: UUID
    agency: AgencyRef
    action: str = Field(description=f"One of {', '.join(ACTION_WORDS)}; actions may be added.")
    text: str
    evidence: tuple[AttachmentRef, ...] = ()
    actor: Actor
    followed_up_at: UtcTime


class ComplaintMarked(ComplaintEvent):
    """An officer changed who may see it, the reporter hidden (anonim) or the whole report (rahasia), or its emergency.

    Never less strict than its citizen wanted it (Perpres 76/2013).
    """

    source = "/services/casework"

    type: Literal["complaint.marked.v1"] = "complaint.marked.v1"
    anonymous: bool
    secret: bool
    reason: str
    actor: Actor
    marked_at: UtcTime
    emergency: bool | None = Field(None, description="Whether life or limb is in danger; None: as it was.")


class ComplaintUnsealed(ComplaintEvent):
    """The Inspectorate opened what a rule had sealed; whose it is now, the `complaint.assigned.v1` after it says.

    Only this event opens: `sealed: false` in any other does not. Later words may seal it again.
    """

    source = "/services/casework"

    type: Literal["complaint.unsealed.v1"] = "complaint.unsealed.v1"
    reason: str
    actor: Actor
    unsealed_at: UtcTime


class ComplaintNoted(ComplaintEvent):
    """An officer wrote something down for colleagues; the words stay in casework."""

    source = "/services/casework"

    type: Literal["complaint.noted.v1"] = "complaint.noted.v1"
    note_id: UUID
    actor: Actor
    noted_at: UtcTime


class Deadline(Value):
    """How one clock of a complaint stands."""

    clock: str = Field(
        description="verify, follow_up, resolve, respond, transfer, close or complete; clocks may be added."
    )
    due_at: UtcTime | None = Field(description="None while the clock stands still.")
    outcome: str = Field(
        description="running, stopped, kept, missed, cancelled, or unknown where no limit or calendar is known; what "
        "is running and was due in the past is missed."
    )


class ComplaintDeadlinesChanged(ComplaintEvent):
    """The clocks of a complaint changed: begun, stopped, gone on, settled, or computed again for another calendar.

    It first comes when the complaint goes anywhere: assigned, asked about, ended.
    """

    source = "/services/casework"

    type: Literal["complaint.deadlines_changed.v1"] = "complaint.deadlines_changed.v1"
    deadlines: tuple[Deadline, ...] = Field(description="Every clock that it has or had.")
    because: str = Field(description="moved, calendar or limits.")
    changed_at: UtcTime


class ComplaintEscalated(ComplaintEvent):
    """A step of the ladder was reached: somebody is told that a deadline is near, or was missed."""

    source = "/services/casework"

    type: Literal["complaint.escalated.v1"] = "complaint.escalated.v1"
    clock: str
    step: str = Field(description="The step's name in the ladder, for example reminder or agency_head.")
    audience: str = Field(description="liaison, leader, coordinator or inspectorate.")
    due_at: UtcTime
    escalated_at: UtcTime


class ComplaintStatusChanged(ComplaintEvent):
    """The complaint moved from one state to another."""

    source = "/services/casework"

    type: Literal["complaint.status_changed.v1"] = "complaint.status_changed.v1"
    previous: str
    state: str = Field(description=f"One of {', '.join(STATE_WORDS)}; states will be added.")
    actor: Actor
    reason: str | None = None
    reason_code: str | None = Field(
        None, description=f"Why it ended without an answer: one of {', '.join(REASON_WORDS)}; or `reopened`."
    )
    version: int = Field(ge=1, description="The case's version after this change.")
    changed_at: UtcTime


class ComplaintAnswered(ComplaintEvent):
    """The agency answered the citizen (tindak lanjut)."""

    source = "/services/casework"

    type: Literal["complaint.answered.v1"] = "complaint.answered.v1"
    agency: AgencyRef | None = Field(description="None where it is not known which agency wrote it.")
    text: str
    actor: Actor
    answered_at: UtcTime
    warnings: tuple[str, ...] = Field(
        (), description="What the house finds wanting in the answer: only_forwarded, no_action, no_date, repeated, …"
    )


class ComplaintVerified(ComplaintEvent):
    """The complaint was found to be one (verifikasi): from now on it may leave for LAPOR! and the regions.

    A dated fact and no state: assigning waits for nothing (SP4N gives three working days for it, PermenPANRB 5/2025).
    """

    source = "/services/casework"

    type: Literal["complaint.verified.v1"] = "complaint.verified.v1"
    actor: Actor = Field(description="The officer, or the named policy of the house (kind machine).")
    version: int = Field(ge=1, description="The case's version after this change.")
    verified_at: UtcTime


class ComplaintMirrored(ComplaintEvent):
    """SP4N-LAPOR! holds the complaint, under a number of its own."""

    source = "/services/lapor"

    type: Literal["complaint.mirrored.v1"] = "complaint.mirrored.v1"
    lapor_id: str
    actor: Actor = Field(description="The mirror itself, or an officer who typed the number in.")
    mirrored_at: UtcTime


class ComplaintMirrorStatusChanged(ComplaintEvent):
    """SP4N-LAPOR! shows another status than when we looked before."""

    source = "/services/lapor"

    type: Literal["complaint.mirror_status_changed.v1"] = "complaint.mirror_status_changed.v1"
    lapor_id: str
    status: str = Field(description="In LAPOR!'s own words, for example Dalam Proses.")
    state: str | None = Field(description="The state of ours that it means; None where we do not know the status.")
    seen_at: UtcTime


class ReplyEvent(ComplaintEvent):
    """What happened to a message of ours to the citizen."""

    reply_id: UUID


class ReplySent(ReplyEvent):
    """The provider took a message for the citizen."""

    source = "/services/replies"

    type: Literal["reply.sent.v1"] = "reply.sent.v1"
    template: str = Field(description="acknowledgement, assigned, question, answer, closed, …; more will come.")
    channel: str
    provider_message_id: str | None = Field(
        None, description="What the provider calls it, where it says so: by it, its echo is known for ours."
    )
    sent_at: UtcTime


class ReplyFailed(ReplyEvent):
    """A message for the citizen was given up; it will not be sent."""

    source = "/services/replies"

    type: Literal["reply.failed.v1"] = "reply.failed.v1"
    template: str
    channel: str
    reason: str = Field(description="A stable snake_case name, for example window_closed.")
    failed_at: UtcTime


class ReplyWaiting(ReplyEvent):
    """A message cannot go where its citizen wrote, nor elsewhere: it waits until they write again, or for nothing."""

    source = "/services/replies"

    type: Literal["reply.waiting.v1"] = "reply.waiting.v1"
    template: str
    channel: str
    reason: str = Field(description="A stable snake_case name, for example window_closed.")
    until: UtcTime = Field(description="Then it is given up.")
    waiting_since: UtcTime


class ReplyUnknown(ReplyEvent):
    """Nobody knows whether the citizen got a message: it is not sent again until a report or an officer tells."""

    source = "/services/replies"

    type: Literal["reply.unknown.v1"] = "reply.unknown.v1"
    template: str
    channel: str
    reason: str = Field(description="A stable snake_case name, for example sender_vanished.")
    unknown_at: UtcTime


class ReplyDeliveryReported(ReplyEvent):
    """The provider told at the door what became of a message of ours (SMS delivery report, Messenger echo)."""

    source = "/services/intake"

    type: Literal["reply.delivery_reported.v1"] = "reply.delivery_reported.v1"
    channel: str
    outcome: str = Field(description="accepted, buffered, delivered, failed, rejected or echoed.")
    reported_at: UtcTime


class LocatedIn(Value):
    """Where a complaint is, by which edition of the directory."""

    region_code: str
    name: str
    confidence: Share | None = Field(None, description="None where the citizen or an officer said so.")
    directory_version: str | None = None


class SharedAttachment(Value):
    """An attachment, by what proves it: the content is reached through the API."""

    kind: str
    media_type: str | None = None
    sha256: str | None = None


class DueDate(Value):
    """By when a step must be done."""

    step: str
    at: UtcTime


class RegionEvent(ComplaintEvent):
    """What leaves the house for a region's own systems. Nothing in it names or finds a person."""

    topics = tuple(topic.name for topic in REGION_TOPICS.values())
    source = "/services/regencies"

    region: str = Field(description="Whose topic this is: 52 or the code of a regency or city.")

    @property
    def topic(self) -> str:
        """The region's topic."""
        return region_topic(self.region)


class ComplaintSharedWithRegion(RegionEvent):
    """Everything that a region may know of a complaint, as it stands now; the newest one replaces those before."""

    type: Literal["complaint.shared_with_region.v1"] = "complaint.shared_with_region.v1"
    located_in: LocatedIn | None
    coordinates: Coordinates | None = Field(description="Rounded to two decimals, about a kilometre.")
    affair: str | None
    level: Level | None
    kind: str | None = Field(description="For example pengaduan or aspirasi; None while it is not told apart.")
    urgency: str | None = Field(description="mendesak, penting or biasa; None while it is not told apart.")
    agency: AgencyRef | None
    state: str
    received_at: UtcTime
    verified_at: UtcTime
    assigned_at: UtcTime | None
    state_changed_at: UtcTime
    due_dates: tuple[DueDate, ...] = ()
    lapor_id: str | None
    text: str | None = Field(description="Masked; None when the reporter asked for secrecy (rahasia).")
    mask_version: str
    attachments: tuple[SharedAttachment, ...] = ()
    anonymous: bool
    secret: bool


class ComplaintWithdrawnFromRegion(RegionEvent):
    """The complaint concerns the region no longer, or was sealed: delete what was shared of it."""

    type: Literal["complaint.withdrawn_from_region.v1"] = "complaint.withdrawn_from_region.v1"
    reason: str = Field(description="elsewhere or sealed")
    withdrawn_at: UtcTime
