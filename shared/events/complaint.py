"""The events of a complaint's way, in the order in which they happen.

An event states a fact, in the past tense, with its version in its type. Inside a version only optional fields are ever
added; readers ignore what they do not know. All of them travel on `complaints.v1`, keyed by the complaint's id, and are
internal: they hold the citizen's own words, but no name, number or platform id (those stay in the reporter vault).
Times are UTC.
"""

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

CaseState = Literal["received", "assigned", "in_progress", "answered", "closed"]
"""Where a complaint stands; only casework moves it. In events it is a plain string: states will be added."""

STATE_WORDS: dict[str, str] = {
    "received": "Diterima",
    "assigned": "Diteruskan ke instansi",
    "in_progress": "Sedang ditindaklanjuti",
    "answered": "Sudah dijawab",
    "closed": "Selesai",
}
"""What citizens and officers read for each state."""

Level = Literal["national", "province", "regency", "village", "regional_company"]
"""Whose authority it is (tingkat kewenangan, UU 23/2014): the state and its vertical bodies, the province, a regency or
city, a village, or a company owned by a region."""


def _utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time outside the calendar") from None


UtcTime = Annotated[AwareDatetime, AfterValidator(_utc)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GivenPlace(_Value):
    """Where it happened, as the citizen gave it."""

    region_code: str | None = Field(None, description="Kemendagri's dotted code, for example 52.03.")
    description: str | None = Field(None, description="In the citizen's own words.")


class Coordinates(_Value):
    """A point in degrees (WGS 84)."""

    latitude: Latitude
    longitude: Longitude


class DetectedPlace(_Value):
    """Where routing found it to be, with how sure it is and on what evidence."""

    region_code: str
    name: str
    confidence: Share
    evidence: tuple[str, ...] = Field(description="In plain Indonesian; of the text it quotes place names only.")


class Place(_Value):
    """What is known of the place: as given, as coordinates, as found in the text."""

    given: GivenPlace = GivenPlace()
    coordinates: Coordinates | None = None
    detected: DetectedPlace | None = None


class AttachmentRef(_Value):
    """An attachment's description; its content is reached through the API only."""

    id: UUID
    kind: str = Field(description="image, audio, video, file or other")
    media_type: str | None = None
    sha256: str | None = Field(None, description="Hexadecimal, once the content is in the house.")
    size: int | None = Field(None, description="Bytes.")


class AgencyRef(_Value):
    """An agency (perangkat daerah or other body), with the name it had at that time."""

    key: str
    name: str


class CandidateAgency(AgencyRef):
    """An agency that might be competent, with its score between 0 and 1."""

    score: Share


class Actor(_Value):
    """Who did it: a rule of the house, or an officer (by account id, never by name)."""

    kind: str = Field(description="machine or officer; more kinds will come.")
    id: str


class ComplaintEvent(_Value):
    """What every event of a complaint carries."""

    topic: ClassVar[str] = "complaints.v1"
    source: ClassVar[str]

    type: str
    complaint_id: UUID
    ticket: str


class ComplaintReceived(ComplaintEvent):
    """A citizen's message was accepted and became this complaint: the normalized complaint."""

    source = "/services/intake"

    type: Literal["complaint.received.v1"] = "complaint.received.v1"
    channel: str = Field(description="The channel's name, for example sms. Never an enum: channels are added.")
    account: str = Field(description="Which of our accounts received it: page id, number, app.")
    surface: str = Field(description="direct_message, comment, sms or form")
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


class ComplaintStatusChanged(ComplaintEvent):
    """The complaint moved from one state to another."""

    source = "/services/casework"

    type: Literal["complaint.status_changed.v1"] = "complaint.status_changed.v1"
    previous: str
    state: str = Field(description="received, assigned, in_progress, answered or closed; states will be added.")
    actor: Actor
    reason: str | None = None
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


EVENTS: dict[str, type[ComplaintEvent]] = {
    model.model_fields["type"].default: model
    for model in (
        ComplaintReceived,
        ComplaintRouted,
        ComplaintAssigned,
        ComplaintStatusChanged,
        ComplaintAnswered,
    )
}
"""Every published event by its type."""
