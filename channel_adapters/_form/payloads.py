"""What our forms send, strictly: an unknown or misspelt field is refused, lest `anonimous` publish a name."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

import phonenumbers
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shared.core.text import clean_if_text
from shared.directory.regions import in_province

LONGEST_TEXT = 10_000
MOST_UPLOADS = 5
_EARLIEST = datetime(1945, 8, 17, tzinfo=UTC)
"""Complaints about land reach back decades; nothing is older than the republic."""
_CLOCK_TOLERANCE = timedelta(minutes=5)


def e164_of(text: str) -> str | None:
    """Return a telephone number as E.164 has it; None for what cannot be one."""
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _read_phone(text: str) -> str:
    number = e164_of(text)
    if number is None:
        raise PydanticCustomError("phone_invalid", "Nomor telepon ini tidak valid; contoh: 0812 3456 7890.")
    return number


def _read_moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise PydanticCustomError(
            "incident_time_invalid", "Tulis waktu beserta zonanya, misalnya 2026-08-17T08:30:00+08:00."
        )
    return moment


def _check_moment(moment: datetime, info: ValidationInfo) -> datetime:
    received_at: datetime = (info.context or {})["received_at"]
    if not _EARLIEST <= moment <= received_at + _CLOCK_TOLERANCE:
        raise PydanticCustomError(
            "incident_time_out_of_range", "Waktu kejadian tidak boleh di masa depan atau sebelum 17 Agustus 1945."
        )
    return moment.astimezone(UTC)


def _each_once(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise PydanticCustomError("upload_named_twice", "Sebut setiap unggahan satu kali saja.")
    return names


def _text(longest: int, pattern: str | None = None) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest, pattern=pattern)


_Clean = BeforeValidator(clean_if_text)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


class Place(_Strict):
    """Where it happened: a region's code, coordinates inside NTB, words, or several of them."""

    region_code: Annotated[str, _text(13, r"^52(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$"), _Clean] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    description: Annotated[str, _text(500), _Clean] | None = None

    @model_validator(mode="after")
    def _check_point(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError(
                "place_incomplete", "Kirim latitude dan longitude bersama-sama, atau tidak sama sekali."
            )
        if self.latitude is not None and self.longitude is not None and not in_province(self.latitude, self.longitude):
            raise PydanticCustomError(
                "place_outside_province",
                "Titik ini di luar Nusa Tenggara Barat. Pindahkan pin ke tempat kejadian, atau kosongkan dan tulis "
                "nama tempatnya.",
            )
        return self


class Reporter(_Strict):
    """Who complains, as far as they want to say; kept apart from the complaint."""

    name: Annotated[str, _text(200), _Clean] | None = None
    phone: Annotated[str, _text(30), _Clean, AfterValidator(_read_phone)] | None = None
    email: Annotated[str, _text(254, r"^[^@\s]+@[^@\s]+\.[^@\s]+$"), _Clean] | None = None


_Upload = Annotated[str, _text(36, r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), _Clean]


class _Accompanied(_Strict):
    """Any words, and what may come along with them."""

    text: Annotated[str, _text(LONGEST_TEXT), _Clean]
    uploads: Annotated[list[_Upload], Field(max_length=MOST_UPLOADS), AfterValidator(_each_once)] = []
    """Ids of finished uploads (`/v1/uploads`) of the same `X-Device-Id`."""
    keep_photo_hints: bool = False
    """Use place and time inside my photos to find the spot; otherwise both are only removed."""
    place: Place | None = None


class ComplaintForm(_Accompanied):
    """A complaint."""

    anonymous: bool = False
    """Do not show my name to the agency."""
    secret: bool = False
    """Do not publish my complaint."""
    incident_time: Annotated[datetime, BeforeValidator(_read_moment), AfterValidator(_check_moment)] | None = None
    reporter: Reporter | None = None
    language: Annotated[str, _text(35, r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"), _Clean] = "id"


class MessageForm(_Accompanied):
    """A further message of a complaint."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT), _Clean] = ""
    """May be empty where a photo, an upload or a place comes."""


class Accepted(BaseModel):
    """What a submission gets back; `access_code` opens the complaint's text and answers, and is shown only here."""

    ticket: str
    access_code: str
    status_url: str
    received_at: datetime


class Added(BaseModel):
    """What a further message gets back."""

    ticket: str
    status_url: str
    received_at: datetime
