"""What intake says over HTTP."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from shared.events import ACTION_WORDS, STATE_WORDS, CaseState


class AnswerOut(BaseModel):
    """An agency's answer."""

    agency: str | None
    text: str
    answered_at: datetime


class CitizenQuestion(BaseModel):
    """What an officer asks the citizen, while the complaint waits for it."""

    agency: str | None
    text: str
    asked_at: datetime
    answer_by: datetime | None = Field(description="Without an answer until then the complaint ends.")

    @classmethod
    def of(cls, row: Any, *, sealed: bool) -> Self | None:
        """Show a question; of a sealed complaint without the agency."""
        if row is None:
            return None
        agency = None if sealed else row.agency
        return cls(agency=agency, text=row.text, asked_at=row.asked_at, answer_by=row.answer_by)


class CitizenFollowUp(BaseModel):
    """What the agency did about it, in its words."""

    agency: str | None
    action: str
    action_words: str
    text: str
    followed_up_at: datetime

    @classmethod
    def of(cls, row: Any, *, sealed: bool) -> Self:
        """Show a follow-up; of a sealed complaint without the agency."""
        return cls(
            agency=None if sealed else row.agency,
            action=row.action,
            action_words=ACTION_WORDS.get(row.action, ACTION_WORDS["other"]),
            text=row.text,
            followed_up_at=row.followed_up_at,
        )


class ComplaintStatus(BaseModel):
    """Where a complaint stands. All but state and times is there only for whoever holds the access code."""

    ticket: str
    state: CaseState
    state_words: str
    agency: str | None
    received_at: datetime
    changed_at: datetime | None
    text: str | None
    question: CitizenQuestion | None
    follow_ups: list[CitizenFollowUp] | None
    answers: list[AnswerOut] | None

    @classmethod
    def of(cls, *, state: CaseState, **values: object) -> Self:
        """Build it with the words that belong to the state."""
        return cls.model_validate({"state": state, "state_words": STATE_WORDS[state], **values})
