"""Replies over HTTP, as JSON."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class ReplyOut(BaseModel):
    """A message to a citizen, and what became of it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    ticket: str | None = Field(description="None for a message that is about no complaint.")
    channel: str
    template: str
    state: str = Field(description="queued, sending, sent, failed, unknown or withheld.")
    reason: str | None = Field(description="Why, as a stable snake_case name.")
    reason_words: str | None = Field(None, description="The same for people, in Indonesian.")
    attempts: int
    due_at: datetime
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    text: str | None = Field(None, description="Its words; none for an operator, none of a sealed complaint.")


class Replies(BaseModel):
    """Messages, the newest first."""

    items: list[ReplyOut]


class ResolveIn(BaseModel):
    """What became of an unknown message."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    said: Literal["sent", "failed", "again"] = Field(
        alias="as", description="It reached the citizen; it did not and shall not; or it did not, and is sent again."
    )
