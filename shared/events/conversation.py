"""The events of a conversation: what a citizen wrote that is no complaint, and is answered all the same.

They travel on `conversations.v1`, keyed by the conversation's id, and hold none of the citizen's words.
"""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, UtcTime
from shared.events.topics import CONVERSATIONS


class ConversationEvent(Event):
    """What every event of a conversation carries."""

    topics: ClassVar[tuple[str, ...]] = (CONVERSATIONS.name,)

    @property
    def subject(self) -> UUID:
        """The conversation."""
        return self.conversation_id

    conversation_id: UUID


class CitizenPrompted(ConversationEvent):
    """A message made no complaint (small talk, a photo alone, a command), and its citizen is to be told something."""

    source = "/services/intake"

    type: Literal["conversation.citizen_prompted.v1"] = "conversation.citizen_prompted.v1"
    channel: str
    account: str
    surface: str
    message_id: UUID
    reporter: UUID = Field(description="An opaque reference into the reporter vault: where to answer.")
    prompt: str = Field(description="greeting, words_wanted, help, status, ticket_unknown, cancelled, …")
    rule: str = Field(description="The rule of the conversation that decided.")
    ticket: str | None = Field(None, description="The complaint that was asked about.")
    state: str | None = Field(None, description="Where that complaint stands.")
    written_at: UtcTime = Field(description="When the citizen wrote: what messaging windows count from.")
    received_at: UtcTime
