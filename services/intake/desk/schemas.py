"""What officers say and see at intake's desk."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from services.intake.drafts import LONGEST_TEXT
from shared.channels import GivenPlace
from shared.core.text import clean_if_text
from shared.directory.regions import in_province

WITA = ZoneInfo("Asia/Makassar")
_CLOCK_TOLERANCE = timedelta(minutes=5)
LONGEST_WAY = timedelta(days=366)
"""How long ago a letter may have come: what is older is a slip of the pen in the year."""


class KeptAttachmentOut(BaseModel):
    """What came with a message; its content is opened by `/v1/attachments/{id}/link`."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    media_type: str | None
    size: int | None
    state: str


class KeptMessageOut(BaseModel):
    """A message without a complaint. Nobody's name: who wrote it stays in the vault."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    channel: str
    account: str
    surface: str
    disposition: str
    rule: str = Field(description="Why it opened no complaint.")
    text: str
    edited_text: str | None = Field(description="What it says since its author changed it.")
    event_time: datetime | None
    received_at: datetime
    withdrawn_at: datetime | None = Field(description="When its author took it back.")
    attachments: list[KeptAttachmentOut]


class KeptMessagesOut(BaseModel):
    """A page of them, newest first. It may be shorter than asked for, and still not the last."""

    items: list[KeptMessageOut]
    next_before: UUID | None = Field(description="The `before` of the next page; null on the last.")


class MadeOut(BaseModel):
    """The complaint that the message is in."""

    ticket: str


class SameReporterIn(BaseModel):
    """The other complaint of the same person."""

    model_config = ConfigDict(extra="forbid")

    ticket: str = Field(max_length=40)


class SameReporterOut(BaseModel):
    """`joined` is false when it was known before."""

    joined: bool


def _read_phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError("Nomor telepon ini tidak valid; contoh: 0812 3456 7890.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _text(longest: int, pattern: str | None = None) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest, pattern=pattern)


_Clean = BeforeValidator(clean_if_text)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


class DeskPlace(_Strict):
    """Where it happened."""

    region_code: Annotated[str, _text(13, r"^52(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$"), _Clean] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    description: Annotated[str, _text(500), _Clean] | None = None

    @model_validator(mode="after")
    def _check_point(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("Isi lintang dan bujur bersama-sama, atau tidak sama sekali.")
        if self.latitude is not None and self.longitude is not None and not in_province(self.latitude, self.longitude):
            raise ValueError("Titik ini di luar Nusa Tenggara Barat.")
        return self

    @property
    def given(self) -> GivenPlace:
        """Return it as a channel gives a place."""
        return GivenPlace(**self.model_dump())


class DeskCitizen(_Strict):
    """Who complains, as far as they want to say; kept in the vault, apart from the complaint."""

    name: Annotated[str, _text(200), _Clean] | None = None
    phone: Annotated[str, _text(30), _Clean, AfterValidator(_read_phone)] | None = None
    email: Annotated[str, _text(254, r"^[^@\s]+@[^@\s]+\.[^@\s]+$"), _Clean] | None = None
    address: Annotated[str, _text(500), _Clean] | None = None


class DeskComplaintIn(_Strict):
    """A complaint that came by other ways than a machine, in the citizen's own words."""

    channel: Literal["walk_in", "letter", "telephone"]
    text: Annotated[str, _text(LONGEST_TEXT), _Clean]
    received_on: AwareDatetime | date = Field(
        description="When it truly came: the letter's entry, the call, the visit."
    )
    place: DeskPlace | None = None
    citizen: DeskCitizen | None = None
    anonymous: bool = False
    secret: bool = False
    incident_time: AwareDatetime | None = Field(None, description="When it happened, as the citizen says.")

    def came_at(self) -> datetime:
        """Return the moment it came: of a day without an hour its beginning here."""
        if isinstance(self.received_on, datetime):
            return self.received_on.astimezone(UTC)
        return datetime.combine(self.received_on, time(), WITA).astimezone(UTC)

    def is_believable(self, now: datetime) -> bool:
        """Tell whether it came neither in the future nor longer ago than any letter takes."""
        latest = now + _CLOCK_TOLERANCE
        happened = self.incident_time is None or self.incident_time <= latest
        return happened and now - LONGEST_WAY <= self.came_at() <= latest


class SplitIn(_Strict):
    """What else a complaint holds, for another agency."""

    text: Annotated[str, _text(LONGEST_TEXT), _Clean] = Field(
        description="The citizen's words about it, shortened and put together; what they wrote stays as it is."
    )
    reason: Annotated[str, _text(1_000), _Clean]
    attachments: Annotated[tuple[UUID, ...], Field(max_length=20)] = Field(
        (), description="Which of the original's attachments belong to it, too."
    )


class DeskReceiptOut(BaseModel):
    """What the citizen gets on paper or hears: the ticket, and the code that opens words and answers."""

    ticket: str
    access_code: str
    status_url: str
    received_at: datetime
