"""Reading back: what a provider still knows of messages that we missed, or of which it told only the id.

A channel folder whose provider can be asked has a `read.py` with `build_message_reader() -> MessageReader`.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.channels.protocol import Pointer, Translation


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the provider said, byte for byte, and what it means: accepted like a request at the door."""

    body: bytes
    translation: Translation


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHealth:
    """Whether one of our accounts can receive. None where the provider does not say."""

    token_valid: bool | None = None
    token_expires_at: datetime | None = None
    subscribed: bool | None = None
    reachable: bool = True
    problem: str | None = None
    """What an operator must do, in a stable snake_case name."""


class MessageReader(Protocol):
    """Asks one channel's provider. Failures are `SendError`s (`shared.channels.sending`), with their remedy."""

    @property
    def accounts(self) -> Sequence[str]:
        """Our accounts there."""

    @property
    def reads_back(self) -> bool:
        """Whether the provider keeps messages that can be read back; otherwise it is only asked for its health."""

    async def resolve(self, pointer: Pointer) -> Reading:
        """Ask for the message that a pointer means. The provider's refusal for good is `Remedy.GIVE_UP`."""

    def since(self, account: str, since: datetime) -> AsyncIterator[Reading]:
        """Read everything that citizens wrote to the account since then, in any order; overlaps are harmless."""

    async def health(self, account: str) -> AccountHealth:
        """Ask whether token and subscription of an account are alive; never raises for what the provider says."""

    async def close(self) -> None:
        """Close its connections."""
