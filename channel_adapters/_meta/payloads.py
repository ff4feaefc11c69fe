"""Meta's words, read tolerantly: unknown keys are passed over, ids may be numbers, texts may hold anything."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from shared.core.text import clean_text

LONGEST_ID = 512
"""Characters. Messenger's message ids have about 90, Instagram's 200; a PostgreSQL index row ends at 2,700 bytes."""
_LONGEST_URL = 4096


def _read_id(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("an id is text or a whole number")  # noqa: TRY004 - pydantic takes no TypeError
    text = clean_text(str(value)).strip()
    if len(text) > LONGEST_ID:
        raise ValueError("this id is too long")
    return text or None


def _read_text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 - pydantic takes no TypeError
    return clean_text(value)


Id = Annotated[str | None, BeforeValidator(_read_id)]
"""An id as text; numbers keep all digits (they may be above 2^53). None when it is missing or empty."""
Text = Annotated[str, BeforeValidator(_read_text)]
"""What somebody wrote, safe to store; empty when it is missing."""
Many = Annotated[tuple[Any, ...], BeforeValidator(lambda value: () if value is None else value)]
"""A list of things that are read one by one, so that a bad one does not lose the others."""


class Loose(BaseModel):
    """Base of the payload models."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Party(Loose):
    """A sender or a recipient."""

    id: Id = None


class MetaAttachment(Loose):
    """An element of `message.attachments`; the payload may be missing, null, a text or an object."""

    type: Text = ""
    payload: Any = None
    url: Any = None

    @property
    def is_sticker(self) -> bool:
        """True for a sticker in both spellings: the type of its own (since August 2026) and the image with an id."""
        return self.type == "sticker" or (isinstance(self.payload, dict) and self.payload.get("sticker_id") is not None)


class Coordinates(Loose):
    """The place in a location attachment, in degrees."""

    lat: float
    long: float


class Location(Loose):
    """The payload of a location attachment."""

    coordinates: Coordinates


class Message(Loose):
    """A direct message."""

    mid: Id = None
    text: Text = ""
    attachments: Many = ()
    sticker_id: Any = None
    metadata: Any = None
    """What an app of ours wrote on the message; an echo brings it back."""
    is_echo: bool = False
    is_deleted: bool = False
    is_unsupported: bool = False
    is_self: bool = False


class MessageEdit(Loose):
    """An edit of a direct message."""

    mid: Id = None


class MessagingEvent(Loose):
    """An element of `entry.messaging`; one more key says what happened."""

    sender: Party | None = None
    recipient: Party | None = None
    timestamp: Any = None
    message: Message | None = None
    message_edit: MessageEdit | None = None


def read_url(value: object) -> str | None:
    """Return a web address, or None for anything else (a file name, an object, nothing)."""
    if not isinstance(value, str) or len(value) > _LONGEST_URL or not value.startswith(("https://", "http://")):
        return None
    return clean_text(value)
