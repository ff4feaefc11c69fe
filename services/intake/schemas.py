"""What intake says over HTTP."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from shared.events import CaseState

STATE_WORDS: dict[CaseState, str] = {
    "received": "Diterima",
    "assigned": "Diteruskan ke instansi",
    "in_progress": "Sedang ditindaklanjuti",
    "answered": "Sudah dijawab",
    "closed": "Selesai",
}
"""What citizens read for each state."""


class AnswerOut(BaseModel):
    """An agency's answer."""

    agency: str
    text: str
    answered_at: datetime


class ComplaintStatus(BaseModel):
    """Where a complaint stands. `text` and `answers` are there only for whoever holds the access code."""

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
