"""What events are made of: places, attachments, agencies, and who did it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.base import Value

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
