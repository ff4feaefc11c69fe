"""What every event is.

An event states a fact, in the past tense, with its version in its type. Inside a version only optional fields are ever
added; readers ignore what they do not know. Times are UTC.
"""

from datetime import UTC, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


def _utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time outside the calendar") from None


UtcTime = Annotated[AwareDatetime, AfterValidator(_utc)]


class Value(BaseModel):
    """Anything inside an event."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Value):
    """What all events have."""

    topics: ClassVar[tuple[str, ...]]
    """The topics on which events of this type may travel."""
    source: ClassVar[str]

    @property
    def topic(self) -> str:
        """The topic on which this very event travels."""
        return self.topics[0]

    @property
    def subject(self) -> UUID:
        """What it is about: the key within which events keep their order."""
        raise NotImplementedError

    type: str
