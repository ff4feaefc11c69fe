"""What officers send along with an order."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from shared.core.text import clean_text
from shared.events import ACTION_WORDS, ArchiveReason, Kind, RejectReason, Urgency

SHORTEST_ANSWER, LONGEST_ANSWER = 10, 5_000
_LONGEST_REASON = 1_000
_SHORTEST_QUESTION, _LONGEST_QUESTION = 10, 1_000
MOST_EVIDENCE = 10


def _clean(value: object) -> object:
    return clean_text(value).strip() if isinstance(value, str) else value


def _answer_length(text: str) -> str:
    if not SHORTEST_ANSWER <= len(text) <= LONGEST_ANSWER:
        raise PydanticCustomError("answer_length", "Jawaban perlu 10 sampai 5.000 karakter")
    return text


def _question_length(text: str) -> str:
    if not _SHORTEST_QUESTION <= len(text) <= _LONGEST_QUESTION:
        raise PydanticCustomError("question_length", "Pertanyaan perlu 10 sampai 1.000 karakter")
    return text


def _reason_length(text: str) -> str:
    if len(text) > _LONGEST_REASON:
        raise PydanticCustomError("reason_length", "Alasan paling panjang 1.000 karakter")
    return text


def _something(text: str) -> str:
    if not text:
        raise PydanticCustomError("reason_missing", "Sebutkan alasannya")
    return text


def _known_action(action: str) -> str:
    if action not in ACTION_WORDS:
        raise PydanticCustomError("unknown_action", f"Pilih salah satu tindakan: {', '.join(ACTION_WORDS)}")
    return action


_Words = Annotated[str, BeforeValidator(_clean), AfterValidator(_answer_length)]
_Reason = Annotated[str, BeforeValidator(_clean), AfterValidator(_reason_length)]
_NeededReason = Annotated[_Reason, AfterValidator(_something)]
_AgencyKey = Annotated[str, Field(max_length=100, description="As in the directory, for example 52.03.PUPR.")]


class AnswerIn(BaseModel):
    """An officer's answer to the citizen: 10 to 5,000 characters."""

    text: _Words


class FollowUpIn(BaseModel):
    """What the agency did (tindak lanjut): 10 to 5,000 characters that the citizen may read, and what proves it."""

    action: Annotated[str, AfterValidator(_known_action), Field(description=f"One of {', '.join(ACTION_WORDS)}.")]
    text: _Words
    evidence: Annotated[tuple[UUID, ...], Field(max_length=MOST_EVIDENCE, description="Ids of POST /v1/evidence.")] = ()


class AssignIn(BaseModel):
    """Whose it is, and why; the affair, kind and urgency where they are to be corrected."""

    agency_key: _AgencyKey
    reason: _NeededReason
    affair: Annotated[str | None, Field(max_length=100)] = None
    kind: Kind | None = None
    urgency: Urgency | None = None


class UnsealIn(BaseModel):
    """Whose the case is once it is open, and why nothing in it is the Inspectorate's alone."""

    agency_key: _AgencyKey
    reason: _NeededReason


class AskIn(BaseModel):
    """What the citizen is asked for, in words that they read: 10 to 1,000 characters."""

    question: Annotated[str, BeforeValidator(_clean), AfterValidator(_question_length)]


class TransferIn(BaseModel):
    """Why it is not the agency's (bukan wewenang), and whose it is where that is known."""

    reason: _NeededReason
    agency_key: _AgencyKey | None = None


class ArchiveIn(BaseModel):
    """Why it is put aside without an answer (arsip)."""

    reason_code: ArchiveReason
    reason: _Reason | None = None


class RejectIn(BaseModel):
    """Why it is refused."""

    reason_code: RejectReason
    reason: _Reason | None = None


class ReasonIn(BaseModel):
    """Why: 1 to 1,000 characters."""

    reason: _NeededReason


class MaybeReasonIn(BaseModel):
    """Why, if there is anything to say: at most 1,000 characters."""

    reason: _Reason | None = None


class JoinIn(BaseModel):
    """Which other case is about the same thing, and why."""

    ticket: Annotated[str, Field(max_length=40)]
    reason: _Reason | None = None


class MarkIn(BaseModel):
    """Who may see it, and whether life or limb is in danger: none leaves it as it is.

    What its citizen wanted hidden is never shown.
    """

    anonymous: Annotated[bool | None, Field(description="anonim: the reporter is shown to nobody but those of law")] = (
        None
    )
    secret: Annotated[bool | None, Field(description="rahasia: the whole report is hidden from the public")] = None
    emergency: Annotated[bool | None, Field(description="darurat: life or limb is in danger now")] = None
    reason: _NeededReason


class NoteIn(BaseModel):
    """Words for colleagues; no citizen reads them: 1 to 5,000 characters."""

    text: Annotated[str, BeforeValidator(_clean), AfterValidator(_something), Field(max_length=LONGEST_ANSWER)]
