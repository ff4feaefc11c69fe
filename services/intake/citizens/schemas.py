"""What is said about one's own complaints over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.intake.schemas import AnswerOut, CitizenFollowUp, CitizenQuestion
from shared.core.text import clean_if_text
from shared.events import STATE_WORDS, CaseState


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class RatingIn(_Strict):
    """How the answer was: 1 (not helped) to 5 (helped well), and a word if one likes."""

    rating: Annotated[int, Field(ge=1, le=5)]
    text: (
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000), BeforeValidator(clean_if_text)]
        | None
    ) = None


class PushTokenIn(_Strict):
    """The token that the app got from Firebase Cloud Messaging."""

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:.=-]{32,4096}$")]


class RatingOut(BaseModel):
    """A rating as it is kept."""

    rating: int
    text: str | None
    rated_at: datetime


class OwnAnswer(AnswerOut):
    """An agency's answer, and what its citizen thinks of it."""

    rating: RatingOut | None


class OwnAttachment(BaseModel):
    """Something that came with a message. `url` opens its content for ten minutes, where `state` is `stored`."""

    id: UUID
    kind: str
    media_type: str | None
    size: int | None
    state: str
    url: str | None
    expires_at: datetime | None


class OwnMessage(BaseModel):
    """What the citizen wrote, or the agency in the provider's own app."""

    id: UUID
    author: Literal["citizen", "agency"]
    text: str | None = Field(description="null: its author took it back")
    edited: bool
    sent_at: datetime
    attachments: list[OwnAttachment]


class OwnComplaint(BaseModel):
    """One's own complaint. Of a sealed one no agency is shown."""

    ticket: str
    state: CaseState
    state_words: str
    agency: str | None
    text: str
    received_at: datetime
    changed_at: datetime | None

    @classmethod
    def of(cls, *, state: CaseState, **values: object) -> Self:
        """Build it with the words that belong to the state."""
        return cls.model_validate({"state": state, "state_words": STATE_WORDS[state], **values})


class OwnComplaintWhole(OwnComplaint):
    """The same with everything that was said."""

    messages: list[OwnMessage]
    question: CitizenQuestion | None
    follow_ups: list[CitizenFollowUp]
    answers: list[OwnAnswer]
    may_rate: bool = Field(description="The newest answer waits for a rating.")


class OwnComplaints(BaseModel):
    """The newest first. `next` is the `cursor` of the following page."""

    complaints: list[OwnComplaint]
    next: str | None
