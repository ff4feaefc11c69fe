"""What passes by itself, and what is a mistake of ours."""

from collections.abc import Awaitable
from typing import TypeVar

from services.intake.media.store import StoreUnavailableError
from services.intake.repository import OvertakenError
from shared import db

T = TypeVar("T")


class MessageError(Exception):
    """A message that a mistake of ours keeps from going on: passed over for a while. The cause is chained."""

    def __init__(self, provider_message_id: str) -> None:
        """Name the message."""
        super().__init__("what waits could not be gone on with")
        self.provider_message_id = provider_message_id


def may_pass(error: BaseException) -> bool:
    """Tell whether the same work can succeed later although nothing is repaired in our code."""
    return isinstance(error, StoreUnavailableError) or db.may_pass(error)


async def guarded(provider_message_id: str, work: Awaitable[T]) -> T:
    """Do it. Raises `MessageError` for our own mistakes, and whatever passes by itself as it is."""
    try:
        return await work
    except Exception as error:
        if isinstance(error, OvertakenError) or may_pass(error):
            raise
        raise MessageError(provider_message_id) from error
