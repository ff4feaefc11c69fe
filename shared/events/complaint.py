"""What a citizen says and what routing makes of it: the first events of a complaint's way, in their order.

They travel keyed by the complaint's id: the regions' own on `complaints.region.<code>`, all others on `complaints.v1`,
which is internal: it holds the citizen's own words, but no name, number or platform id (those stay in the reporter
vault).
"""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, UtcTime, Value
from shared.events.topics import COMPLAINTS
from shared.events.values import AgencyRef, AttachmentRef, CandidateAgency, Coordinates, Place, Share
from shared.events.words import KIND_WORDS, URGENCY_WORDS, Level


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
