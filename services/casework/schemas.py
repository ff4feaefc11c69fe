"""What casework says over HTTP."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.casework.mirroring.rules import Decision, ToSettle
from services.casework.queue.filters import WaitingFor
from services.casework.rules import Move
from shared.events import Actor, AttachmentRef, CandidateAgency, CaseState

_NEWS = "The citizen, or a word of LAPOR! to settle, was heard since an officer last did something with it."
_MIRROR = "What LAPOR! shows that an officer has not settled yet: it contradicts ours, or nobody knows the status."


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
    followed_up_at: datetime | None
    due_at: datetime | None
    news_at: datetime | None
    news: bool = Field(description=_NEWS)
    mirror: ToSettle | None = Field(description=_MIRROR)
    withdrawn_at: datetime | None


class Queue(BaseModel):
    """A page of the queue: open emergencies, then the newest first."""

    items: list[CaseSummary]
    next_cursor: str | None


class TransitionOut(BaseModel):
    """A change, with who made it: a rule's name or an account id. A remark leaves the state as it is."""

    version: int
    previous: CaseState | None
    state: CaseState
    actor: Actor
    move: str | None
    reason: str | None
    reason_code: str | None
    at: datetime


class WarningOut(BaseModel):
    """What the house finds wanting in an answer, as a stable name and in words."""

    code: str
    words: str


class AnswerOut(_Out):
    """An answer to the citizen: an officer's, or one that came by a channel because it was written in its own app."""

    agency_name: str | None
    text: str
    answered_by: UUID | None
    channel: str | None
    answered_at: datetime
    warnings: list[WarningOut]


class FollowUpOut(_Out):
    """What an agency did, with what proves it.

    What was written elsewhere (`channel` lapor) says which `institution` wrote it, how many `files` stand with it
    there, and the agency where that is known to be one of ours.
    """

    id: UUID
    agency_key: str | None
    agency_name: str | None
    action: str
    text: str
    evidence: list[AttachmentRef]
    done_by: UUID | None
    followed_up_at: datetime
    channel: str | None
    institution: str | None
    files: int


class ReplyOut(_Out):
    """A message to the citizen: sent, failed, unknown (nobody knows whether they got it), or waiting."""

    reply_id: UUID
    template: str
    channel: str
    state: str
    reason: str | None
    at: datetime


class NoteOut(_Out):
    """An officer's words for colleagues."""

    id: UUID
    text: str
    noted_by: UUID
    noted_at: datetime


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


class LadderStepOut(_Out):
    """A step of the ladder that a deadline has reached, and when its audience was told (with a digest).

    `problem`: why nobody of the audience could be told, so that the coordinator is: nobody_to_tell (no e-mail) or
    refused (by the mail server).
    """

    step: str
    audience: str
    noticed_at: datetime
    told_at: datetime | None
    problem: str | None


class ClockOut(_Out):
    """A clock of the case. `limit`: in words; none, as `source`, where no limit is known for that time.

    `outcome`: running, stopped, kept, missed, cancelled or unknown; what is missed and not settled is overdue.
    """

    clock: str
    limit: str | None
    source: str | None
    certainty: str | None
    started_at: datetime
    due_at: datetime | None
    stopped_since: datetime | None
    outcome: str
    settled_at: datetime | None
    steps: list[LadderStepOut]


class LaporOut(_Out):
    """The complaint at SP4N-LAPOR!: its number and status there, and what the rule made of that (decision 0031).

    `state`: the state of ours that the status means; none where nobody knows. `decision`: none where there was nothing
    to do. `words`: the same in a sentence.
    """

    number: str = Field(validation_alias="lapor_id")
    status: str | None
    state: str | None
    since: datetime | None
    seen_at: datetime | None
    decision: Decision | None
    words: str | None


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
    asked_at: datetime | None
    proposed_key: str | None
    proposed_name: str | None
    followed_up_at: datetime | None
    due_at: datetime | None
    reopened_at: datetime | None
    reopenings: int
    answered_at: datetime | None
    closed_at: datetime | None
    news_at: datetime | None
    news: bool = Field(description=_NEWS)
    mirror: ToSettle | None = Field(description=_MIRROR)
    lapor: LaporOut | None
    withdrawn_at: datetime | None
    rating: int | None
    rating_text: str | None
    rated_at: datetime | None
    messages: list[MessageOut]
    history: list[TransitionOut]
    answers: list[AnswerOut]
    follow_ups: list[FollowUpOut]
    notes: list[NoteOut]
    replies: list[ReplyOut]
    moves: list[Move]
    names: dict[UUID, str]
    similar: list[SimilarOut]
    clocks: list[ClockOut]
