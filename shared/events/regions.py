"""What leaves the house for a region's own systems. Nothing in it names or finds a person."""

from typing import Literal

from pydantic import Field

from shared.events.base import UtcTime, Value
from shared.events.complaint import ComplaintEvent
from shared.events.topics import REGION_TOPICS, region_topic
from shared.events.values import AgencyRef, Coordinates, Share
from shared.events.words import Level


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
