"""What the service lapor hands over, strictly: a forgotten `secret` must not publish what LAPOR! keeps secret."""

import re
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.core.text import clean_if_text, clean_text

LONGEST_CONTENT = 10_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _nothing_for_empty(value: object) -> object:
    return None if isinstance(value, str) and not clean_text(value).strip() else value


def _read_moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise PydanticCustomError("datetime_type", "a time with its zone is expected")
    return moment


def _read_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None:
        raise PydanticCustomError("date_type", "a day is expected")
    return day


def _text(longest: int, *, shortest: int = 0, pattern: str | None = None) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest, pattern=pattern)


_Clean = BeforeValidator(clean_if_text)
_IfAny = BeforeValidator(_nothing_for_empty)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Reporter(_Strict):
    """Who complains, as LAPOR! knows them: kept as it was written, for nobody could be asked to mend it."""

    name: Annotated[Annotated[str, _text(200), _Clean] | None, _IfAny] = None
    phone: Annotated[Annotated[str, _text(50), _Clean] | None, _IfAny] = None
    email: Annotated[Annotated[str, _text(254), _Clean] | None, _IfAny] = None


class LaporComplaint(_Strict):
    """A complaint as it stands at LAPOR!."""

    number: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
    """LAPOR!'s number of it, in digits: what it is known by for ever."""
    title: Annotated[str, _text(1_000), _Clean]
    """May be empty, where LAPOR! has none."""
    content: Annotated[str, _text(LONGEST_CONTENT, shortest=1), _Clean]
    filed_at: Annotated[datetime, BeforeValidator(_read_moment)] | None = None
    """When its citizen filed it, with the zone."""
    incident_on: Annotated[date, BeforeValidator(_read_day)] | None = None
    """The day on which it happened, here in NTB."""
    place: Annotated[Annotated[str, _text(1_000), _Clean] | None, _IfAny] = None
    region_code: Annotated[str, _text(13, pattern=r"^52(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$"), _Clean] | None = None
    """Kemendagri's dotted code of a place in NTB."""
    anonymous: bool
    """LAPOR! hides the reporter's name."""
    secret: bool
    """LAPOR! publishes nothing of it."""
    reporter: Reporter | None = None
    source: Literal["api", "entered", "imported"]
    """How we learnt of it: LAPOR!'s API, an officer who typed it, or a list."""


class Taken(BaseModel):
    """What the service lapor hears once it is stored."""

    ticket: str
    complaint_id: UUID
    duplicate: bool
    """True when this number had come before: the ticket is the one that was given then."""
    received_at: datetime
