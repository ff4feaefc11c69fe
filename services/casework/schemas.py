"""What casework takes and says over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from shared.core.text import clean_text
from shared.events import Actor, AttachmentRef, CaseState

SHORTEST_ANSWER, LONGEST_ANSWER = 10, 5_000
_LONGEST_REASON = 1_000


def _clean(value: object) -> object:
    return clean_text(value).strip() if isinstance(value, str) else value


def _answer_length(text: str) -> str:
    if not SHORTEST_ANSWER <= len(text) <= LONGEST_ANSWER:
        raise PydanticCustomError("answer_length", "Jawaban perlu 10 sampai 5.000 karakter")
    return text


def _reason_length(text: str) -> str:
    if len(text) > _LONGEST_REASON:
        raise PydanticCustomError("reason_length", "Alasan paling panjang 1.000 karakter")
    return text


class AnswerIn(BaseModel):
    """An officer's answer to the citizen: 10 to 5,000 characters."""

    text: Annotated[str, BeforeValidator(_clean), AfterValidator(_answer_length)]


class CloseIn(BaseModel):
    """Why the case is closed, if there is anything to say: at most 1,000 characters."""

    reason: Annotated[str, BeforeValidator(_clean), AfterValidator(_reason_length)] | None = None


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CaseSummary(_Out):
    """A case in the queue."""

    ticket: str
    channel: str
    state: CaseState
    version: int
    excerpt: str
    emergency: bool
    secret: bool
    sealed: bool
    region_code: str | None
    place_name: str | None
    agency_key: str | None
    agency_name: str | None
    affair: str | None
    taken_by: UUID | None
    received_at: datetime
    assigned_at: datetime | None
    news_at: datetime | None
    withdrawn_at: datetime | None


class Queue(BaseModel):
    """A page of the queue: open emergencies, then the newest first."""

    items: list[CaseSummary]
    next_cursor: str | None


class TransitionOut(BaseModel):
    """A change, with who made it: a rule's name or an account id. Verifying leaves the state as it is."""

    version: int
    previous: CaseState | None
    state: CaseState
    actor: Actor
    reason: str | None
    at: datetime


class AnswerOut(_Out):
    """An answer to the citizen: an officer's, or one that came by a channel because it was written in its own app."""

    agency_name: str | None
    text: str
    answered_by: UUID | None
    channel: str | None
    answered_at: datetime


class AttachmentOut(AttachmentRef):
    """An attachment as it stands now: stored, refused, failed, expired, or still waiting for its content."""

    model_config = ConfigDict(from_attributes=True)

    state: str = "waiting"
    problem: str | None = None


class MessageOut(_Out):
    """A message as it was said first; and as its author changed it last, or that they took it back."""

    message_id: UUID
    author: str
    channel: str
    text: str
    attachments: list[AttachmentOut]
    rule: str
    received_at: datetime
    amended_text: str | None
    amended_at: datetime | None
    withdrawn_at: datetime | None


class CaseOut(_Out):
    """A case with its whole history, oldest first."""

    ticket: str
    channel: str
    state: CaseState
    version: int
    text: str
    attachments: list[AttachmentOut]
    emergency: bool
    anonymous: bool
    secret: bool
    sealed: bool
    region_code: str | None
    place_name: str | None
    agency_key: str | None
    agency_name: str | None
    affair: str | None
    level: str | None
    confidence: float | None
    reasons: list[str] | None
    taken_by: UUID | None
    received_at: datetime
    assigned_at: datetime | None
    verified_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    news_at: datetime | None
    withdrawn_at: datetime | None
    rating: int | None
    rating_text: str | None
    rated_at: datetime | None
    messages: list[MessageOut]
    history: list[TransitionOut]
    answers: list[AnswerOut]
