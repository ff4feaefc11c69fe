"""What casework takes and says over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from shared.core.text import clean_text
from shared.events import Actor, AttachmentRef, CandidateAgency, CaseState, Kind, Urgency

SHORTEST_ANSWER, LONGEST_ANSWER = 10, 5_000
_LONGEST_REASON = 1_000

WaitingFor = Literal["verification"]
"""What keeps a case: an officer who says whose it is."""


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


_Reason = Annotated[str, BeforeValidator(_clean), AfterValidator(_reason_length)]


def _something(text: str) -> str:
    if not text:
        raise PydanticCustomError("reason_missing", "Sebutkan alasannya")
    return text


class AssignIn(BaseModel):
    """Whose it is, and why; the affair, kind and urgency where they are to be corrected."""

    agency_key: Annotated[str, Field(max_length=100, description="As in the directory, for example 52.03.PUPR.")]
    reason: Annotated[_Reason, AfterValidator(_something)]
    affair: Annotated[str | None, Field(max_length=100)] = None
    kind: Kind | None = None
    urgency: Urgency | None = None


class JoinIn(BaseModel):
    """Which other case is about the same thing, and why."""

    ticket: Annotated[str, Field(max_length=40)]
    reason: _Reason | None = None


class CloseIn(BaseModel):
    """Why the case is closed, if there is anything to say: at most 1,000 characters."""

    reason: _Reason | None = None


class SeparateIn(BaseModel):
    """Why it is about something else after all."""

    reason: _Reason | None = None


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
    kind: str | None
    urgency: str | None
    waiting_for: WaitingFor | None
    candidates: list[CandidateAgency] | None
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


class SimilarOut(_Out):
    """Another case: joined under one matter, or found alike. `score` is none where only an officer saw the likeness."""

    ticket: str
    state: CaseState
    agency_name: str | None
    excerpt: str
    score: float | None
    reasons: list[str]
    joined: bool


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
    kind: str | None
    urgency: str | None
    waiting_for: WaitingFor | None
    candidates: list[CandidateAgency] | None
    assigned_by: UUID | None
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
    similar: list[SimilarOut]
