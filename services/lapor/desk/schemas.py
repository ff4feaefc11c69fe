"""What officers see and say at the mirror's desk."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.core.text import clean_if_text

State = Literal[
    "waiting", "to_review", "by_hand", "queued", "posting", "perhaps_created", "refused", "created", "tracked",
    "withheld", "arriving",
]  # fmt: skip
WorkKind = Literal["review", "check", "type_in", "follow_up", "notice"]
ArrivalState = Literal["queued", "accepted", "ours", "refused"]
LONGEST_TEXT = 10_000


def _bare(value: object) -> object:
    return value.strip().removeprefix("#").strip() if isinstance(value, str) else value


def _text(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


_Clean = BeforeValidator(clean_if_text)
Number = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,19}$"), BeforeValidator(_bare)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ReviewIn(_Strict):
    """A complaint may go: as it stands, or in these words."""

    text: Annotated[str, _text(LONGEST_TEXT), _Clean] | None = Field(None, description="Masked once more.")
    secret: bool | None = Field(
        None,
        description="Whether what was found makes the report secret at LAPOR!; a secret that the citizen or "
        "casework wants stays one.",
    )
    digest: Annotated[str, _text(64)] | None = Field(
        None, description="Of the words that you saw; 409 `text_changed` if they are others by now."
    )


class ReasonIn(_Strict):
    """Why."""

    reason: Annotated[str, _text(500), _Clean]


class NumberIn(_Strict):
    """LAPOR!'s number of a complaint; a `#` before it is left out."""

    number: Number


class SeenFollowUp(_Strict):
    """A follow-up as LAPOR!'s page shows it."""

    institution: Annotated[str, _text(300), _Clean]
    text: Annotated[str, _text(LONGEST_TEXT), _Clean]
    written_at: AwareDatetime | None = None


class SeenIn(_Strict):
    """What LAPOR!'s page shows of a complaint; the same once more says nothing twice."""

    status: Annotated[str, _text(100), _Clean] = Field(description="In LAPOR!'s own words: Dalam Proses, Selesai, …")
    followups: Annotated[tuple[SeenFollowUp, ...], Field(max_length=50)] = ()


class ArrivalIn(_Strict):
    """A complaint that LAPOR! assigned to the province, typed in as it stands there."""

    number: Number
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000), _Clean] = ""
    content: Annotated[str, _text(LONGEST_TEXT), _Clean]
    filed_at: AwareDatetime | None = None
    incident_on: date | None = None
    place: Annotated[str, _text(1_000), _Clean] | None = None
    anonymous: bool
    secret: bool


class _Seen(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class NamedOut(_Seen):
    """An id of LAPOR!'s, with its name there where that is known."""

    id: int | None
    name: str | None


class AgencyOut(_Seen):
    """An agency of ours."""

    key: str
    name: str | None


class AttachmentOut(BaseModel):
    """What came along; `link` gives an address for ten minutes, to whoever may see the complaint."""

    id: UUID
    kind: str
    media_type: str | None
    size: int | None
    fits: bool = Field(description="Whether LAPOR! takes it.")
    link: str


class ToldOut(BaseModel):
    """What is typed into LAPOR!'s form, or was told it."""

    title: str | None = Field(description="None where the words are gone, and for operators.")
    content: str | None
    classification_id: int
    institution: NamedOut
    agency: AgencyOut | None = Field(description="Whose it is here.")
    topic: NamedOut
    affair: str | None
    location: NamedOut
    region: str | None
    happened_on: date
    anonymous: bool
    secret: bool


class StepOut(BaseModel):
    """One thing that is done at LAPOR! beside telling it."""

    id: UUID
    kind: str
    part: int
    state: str
    reason: str | None
    reference: str | None
    attempts: int
    due_at: datetime | None
    made_at: datetime
    settled_at: datetime | None
    words: str | None = Field(description="None when it is over, and for operators.")
    institution: NamedOut | None = Field(description="To whom it is passed on.")
    attachments: list[AttachmentOut]


class ExchangeOut(_Seen):
    """What was said to LAPOR!, and what it said, without a citizen's words."""

    call: str
    method: str
    path: str
    status: int | None
    outcome: str
    sent: Any
    got: Any
    began_at: datetime
    took_ms: int


class NoticeOut(_Seen):
    """What waits for a person."""

    id: UUID
    ticket: str | None
    kind: str
    detail: str
    raised_at: datetime
    settled_at: datetime | None


class NoticesOut(BaseModel):
    """Open ones, the newest first."""

    items: list[NoticeOut]


class HeardOut(_Seen):
    """A follow-up that was heard: theirs, ours, or a line of LAPOR!'s log."""

    their_id: str
    what: str
    written_at: datetime | None
    heard_at: datetime


class ActOut(_Seen):
    """What an officer did."""

    what: str
    account_id: UUID
    at: datetime
    detail: str | None


class MirrorOut(BaseModel):
    """How a complaint stands at LAPOR!."""

    ticket: str
    state: str
    reason: str | None
    number: str | None = Field(description="LAPOR!'s.")
    status: str | None = Field(description="In LAPOR!'s own words.")
    status_since: datetime | None
    institution: NamedOut = Field(description="Who has it at LAPOR!, as told or as seen.")
    incoming: bool = Field(description="Filed at LAPOR!.")
    verified_at: datetime | None
    released_at: datetime | None
    reviewed_at: datetime | None
    posted_at: datetime | None
    mirrored_at: datetime | None
    looked_at: datetime | None
    next_at: datetime | None = Field(description="When it is told, or looked at, next.")
    attempts: int
    taken_at: datetime | None = Field(description="When an officer took it to type it in.")
    taken_by_you: bool


class MirrorsOut(BaseModel):
    """A page of complaints, the newest first."""

    items: list[MirrorOut]
    next_before: str | None = Field(description="The `before` of the next page; null on the last.")


class MirrorDetailOut(MirrorOut):
    """All that is known of one."""

    text: str | None = Field(description="What is told, masked; None where it is gone, and for operators.")
    found: list[str] = Field(description="What masking put in the place of something.")
    digest: str | None = Field(description="Of `text`, for `/review`.")
    told: ToldOut
    attachments: list[AttachmentOut]
    steps: list[StepOut]
    exchanges: list[ExchangeOut]
    notices: list[NoticeOut]
    heard: list[HeardOut]
    acts: list[ActOut]


class WorkOut(BaseModel):
    """One thing that an officer types or decides."""

    kind: WorkKind
    ticket: str | None
    since: datetime | None
    state: str | None = None
    reason: str | None = None
    number: str | None = None
    api_seems_down: bool = Field(default=False, description="It waits for LAPOR!'s API, and for long: take it.")
    taken_at: datetime | None = None
    taken_by_you: bool = False
    advice: list[str] = Field(description="What to do, in steps.")
    text: str | None = None
    found: list[str] = []
    digest: str | None = None
    told: ToldOut | None = None
    attachments: list[AttachmentOut] = []
    step: StepOut | None = None
    notice: NoticeOut | None = None


class WorkListOut(BaseModel):
    """What waits for an officer, the oldest first; `counts` are of all of it."""

    items: list[WorkOut]
    counts: dict[str, int]
    by_hand: bool = Field(description="Whether officers type in everything.")


class NumbersOut(BaseModel):
    """What a list of numbers came to; on a dry run nothing was written."""

    dry_run: bool
    numbered: int
    known: int = Field(description="Had that very number before.")
    skipped: int = Field(description="Rows without a number.")


class ArrivedOut(BaseModel):
    """What became of a complaint of LAPOR!'s."""

    number: str
    became: Literal["new", "known", "ours"]
    ticket: str | None


class ArrivedListOut(BaseModel):
    """What a list of complaints came to; on a dry run nothing was written."""

    dry_run: bool
    new: int
    known: int
    ours: int
    items: list[ArrivedOut]


class ArrivalOut(BaseModel):
    """A complaint that LAPOR! assigned to the province."""

    number: str
    state: str
    source: str
    ticket: str | None
    reason: str | None
    title: str | None = Field(description="Until it is a complaint here; None for operators.")
    filed_at: datetime | None
    arrived_at: datetime


class ArrivalsOut(BaseModel):
    """The newest first."""

    items: list[ArrivalOut]
