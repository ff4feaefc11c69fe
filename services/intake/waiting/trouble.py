"""What is a mistake of ours, in what waits."""

from collections.abc import Awaitable
from typing import TypeVar

from services.intake.passing import will_pass

T = TypeVar("T")


class MessageError(Exception):
    """A message that a mistake of ours keeps from going on: passed over for a while. The cause is chained."""

    def __init__(self, provider_message_id: str) -> None:
        """Name the message."""
        super().__init__("what waits could not be gone on with")
        self.provider_message_id = provider_message_id


async def guarded(provider_message_id: str, work: Awaitable[T]) -> T:
    """Do it. Raises `MessageError` for our own mistakes, and whatever passes by itself as it is."""
    try:
        return await work
    except Exception as error:
        if will_pass(error):
            raise
        raise MessageError(provider_message_id) from error
