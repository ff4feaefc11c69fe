"""Stop 9, the channel's part: how a citizen is answered where they wrote.

A channel folder that can answer has a `send.py` with `build_reply_sender() -> ReplySender`, which reads the channel's
sending settings: the doors need none of those secrets. Replies calls `objection`, then `send`, and keeps what came of
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """Where the citizen of one complaint is answered, in the provider's own words. Kept encrypted in the vault."""

    channel: str
    account: str
    """Which of our accounts they wrote to, and are answered from."""
    surface: str
    """direct_message, comment, sms or form."""
    recipient: str
    """The sender's identifier (`Sender.id`)."""
    recipient_kind: str
    """Its kind (`Sender.kind`). A `device` that can be woken is handed to the channel as a `push_token`."""
    message_id: str
    """The provider's id of the message: a comment is answered by it."""
    thread: str | None = None
    """The topmost comment of a public message."""
    post: str | None = None
    """The post that a comment stands below."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "ReturnAddress":
        """Read what `document` gave; fields of a later release are left out."""
        return cls(**{name: document[name] for name in cls.__slots__ if name in document})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message of ours to one citizen."""

    reply_id: UUID
    """Goes along where the provider hands it back (delivery report, echo): it resolves what is unknown."""
    complaint_id: UUID
    address: ReturnAddress
    text: str
    confidential: bool
    """True where nobody but the citizen may read it: never as a public comment."""
    by_officer: bool
    """Written by a person: Meta lets only these through after 24 hours (tag HUMAN_AGENT, at most 7 days)."""
    written_to_us_at: datetime
    """When the citizen wrote: what the provider's messaging windows count from."""
    private_reply_spent: bool = False
    """True where something went out privately to this very comment: Meta takes one such message and no second."""
    urgent: bool = False
    """Life or limb: it waits for no quota of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The provider took it. `provider_message_id` where it gave one."""

    provider_message_id: str | None = None


class Remedy(Enum):
    """What helps after a failed call."""

    RETRY = "retry"
    """The provider did not take it, and may later."""
    GIVE_UP = "give_up"
    """It will never take it."""
    PAUSE = "pause"
    """Nothing of this account goes out until an operator acts (a dead token, a wrong password): all of it waits."""
    THROTTLE = "throttle"
    """A quota is used up for now: this one waits for `retry_after` and loses no try; others may go."""
    UNKNOWN = "unknown"
    """It may have taken it: never sent again blindly."""


class SendError(Exception):
    """A call to the provider failed. `reason` is a stable snake_case name; no secret and no address is in it."""

    def __init__(
        self, reason: str, remedy: Remedy, *, retry_after: timedelta | None = None, address_gone: bool = False
    ) -> None:
        """Name the reason and the remedy; `retry_after` where the provider says when.

        `address_gone`: there is nobody at this push token any more, so that it is to be forgotten.
        """
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.retry_after = retry_after
        self.address_gone = address_gone


class ReplySender(Protocol):
    """Sends on one channel."""

    def objection(self, outbound: Outbound, now: datetime) -> str | None:
        """Say why this may not be sent at all (a stable snake_case name), or None; pure.

        For example `window_closed`, `foreign_number`, `public_surface` for something confidential.
        """

    async def send(self, outbound: Outbound) -> Sent:
        """Hand it to the provider, once; raises `SendError`, and nothing else for what the provider does."""

    async def close(self) -> None:
        """Close its connections."""
