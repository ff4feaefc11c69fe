"""What intake says over HTTP."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from shared.events import STATE_WORDS, CaseState


class AnswerOut(BaseModel):
    """An agency's answer."""

    agency: str | None
    text: str
    answered_at: datetime


class ComplaintStatus(BaseModel):
    """Where a complaint stands. `agency`, `text` and `answers` are there only for whoever holds the access code."""

    ticket: str
    state: CaseState
    state_words: str
    agency: str | None
    received_at: datetime
    changed_at: datetime | None
    text: str | None
    answers: list[AnswerOut] | None

    @classmethod
    def of(cls, *, state: CaseState, **values: object) -> Self:
        """Build it with the words that belong to the state."""
        return cls.model_validate({"state": state, "state_words": STATE_WORDS[state], **values})
