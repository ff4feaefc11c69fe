"""What becomes of our messages to its citizen."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.events.base import UtcTime
from shared.events.complaint import ComplaintEvent


class ReplyEvent(ComplaintEvent):
    """What happened to a message of ours to the citizen."""

    reply_id: UUID


class ReplySent(ReplyEvent):
    """The provider took a message for the citizen."""

    source = "/services/replies"

    type: Literal["reply.sent.v1"] = "reply.sent.v1"
    template: str = Field(description="acknowledgement, assigned, question, answer, closed, …; more will come.")
    channel: str
    provider_message_id: str | None = Field(
        None, description="What the provider calls it, where it says so: by it, its echo is known for ours."
    )
    sent_at: UtcTime


class ReplyFailed(ReplyEvent):
    """A message for the citizen was given up; it will not be sent."""

    source = "/services/replies"

    type: Literal["reply.failed.v1"] = "reply.failed.v1"
    template: str
    channel: str
    reason: str = Field(description="A stable snake_case name, for example window_closed.")
    failed_at: UtcTime


class ReplyWaiting(ReplyEvent):
    """A message cannot go where its citizen wrote, nor elsewhere: it waits until they write again, or for nothing."""

    source = "/services/replies"

    type: Literal["reply.waiting.v1"] = "reply.waiting.v1"
    template: str
    channel: str
    reason: str = Field(description="A stable snake_case name, for example window_closed.")
    until: UtcTime = Field(description="Then it is given up.")
    waiting_since: UtcTime


class ReplyUnknown(ReplyEvent):
    """Nobody knows whether the citizen got a message: it is not sent again until a report or an officer tells."""

    source = "/services/replies"

    type: Literal["reply.unknown.v1"] = "reply.unknown.v1"
    template: str
    channel: str
    reason: str = Field(description="A stable snake_case name, for example sender_vanished.")
    unknown_at: UtcTime


class ReplyDeliveryReported(ReplyEvent):
    """The provider told at the door what became of a message of ours (SMS delivery report, Messenger echo)."""

    source = "/services/intake"

    type: Literal["reply.delivery_reported.v1"] = "reply.delivery_reported.v1"
    channel: str
    outcome: str = Field(description="accepted, buffered, delivered, failed, rejected or echoed.")
    reported_at: UtcTime
