"""Meta's words, read tolerantly: unknown keys are passed over, ids may be numbers, texts may hold anything."""

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator

from shared.core.text import clean_text

LONGEST_ID = 512
"""Characters. Messenger's message ids have about 90, Instagram's 200; a PostgreSQL index row ends at 2,700 bytes."""


def _read_id(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("an id is text or a whole number")  # noqa: TRY004 - pydantic takes no TypeError
    text = clean_text(str(value)).strip()
    if len(text) > LONGEST_ID:
        raise ValueError("this id is too long")
    return text or None


def _read_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError("not a text")


def _read_many(value: object) -> object:
    return value if isinstance(value, list) else () if value is None else (value,)


Id = Annotated[str | None, BeforeValidator(_read_id)]
"""An id as text; numbers keep all digits (they may be above 2^53). None when it is missing or empty."""
Text = Annotated[str, BeforeValidator(_read_text)]
"""What somebody wrote, safe to store; empty when it is missing. Where only a number was written, JSON may hold one."""
Words = Annotated[str | None, BeforeValidator(lambda value: None if value is None else _read_text(value))]
"""The same where it matters whether Meta told anything: None when it is missing."""
Optional = BeforeValidator(lambda value: value if isinstance(value, dict) else None)
"""For an object on which nothing depends: None when it is anything else."""
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
"""Whether Meta says so; null says nothing."""
Many = Annotated[tuple[Any, ...], BeforeValidator(_read_many)]
"""A list of things that are read one by one, so that a bad one does not lose the others; one thing alone is a list."""


class Loose(BaseModel):
    """Base of the payload models."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Spelled(Loose):
    """Base of those whose keys have two spellings."""

    @model_validator(mode="before")
    @classmethod
    def _pass_over_nulls(cls, told: Any) -> Any:
        """Null says as much as nothing, and so does not hide the other spelling of a key."""
        return {key: value for key, value in told.items() if value is not None} if isinstance(told, dict) else told


class Party(Loose):
    """A sender or a recipient."""

    id: Id = None


class MetaAttachment(Spelled):
    """An element of `message.attachments`; the payload may be missing, null, a text or an object."""

    type: Text = ""
    title: Any = None
    payload: Any = None
    url: Any = Field(default=None, validation_alias=AliasChoices("url", "URL"))

    @property
    def details(self) -> dict[str, Any]:
        """The payload where it is an object, else nothing."""
        return self.payload if isinstance(self.payload, dict) else {}

    @property
    def is_sticker(self) -> bool:
        """True for a sticker in both spellings: the type of its own (since August 2026) and the image with an id."""
        return self.type in {"sticker", "like_heart"} or self.details.get("sticker_id") is not None


class Coordinates(Loose):
    """The place in a location attachment, in degrees."""

    lat: FiniteFloat
    long: FiniteFloat


class Location(Loose):
    """The payload of a location attachment."""

    coordinates: Coordinates


class Story(Loose):
    """A story of ours that somebody answers."""

    id: Any = None
    url: Any = None


class ReplyTo(Loose):
    """What a message answers: an earlier message, or a story of ours (Instagram)."""

    mid: Id = None
    story: Annotated[Story | None, Optional] = None


class Message(Loose):
    """A direct message."""

    mid: Id = None
    text: Text = ""
    attachments: Many = ()
    quick_reply: Any = None
    """Set where somebody tapped one of the answers that we offered."""
    reply_to: Annotated[ReplyTo | None, Optional] = None
    sticker_id: Any = None
    app_id: Any = None
    """Of an echo: which app sent it; none, or 263902037430900, for somebody in the Page Inbox."""
    metadata: Any = None
    """What an app of ours wrote on the message; an echo brings it back."""
    is_echo: Flag = False
    is_deleted: Flag = False
    is_unsupported: Flag = False
    is_self: Flag = False

    @property
    def words(self) -> str:
        """What they said: their own words, or else what stands behind the answer that they tapped."""
        tapped = self.quick_reply.get("payload") if isinstance(self.quick_reply, dict) else None
        return self.text if self.text.strip() or not isinstance(tapped, str) else clean_text(tapped)


class MessageEdit(Loose):
    """An edit of a direct message."""

    mid: Id = None
    num_edit: Any = None
    text: Words = None

    @property
    def is_first(self) -> bool:
        """True where Instagram tells a new message so."""
        return str(self.num_edit) == "0"


class Postback(Loose):
    """A tap on a button or a menu of ours: what stands on it, and what we put behind it."""

    mid: Id = None
    title: Any = None
    payload: Any = None


class Receipt(Loose):
    """Which of our messages arrived (Messenger names several), or was read (Instagram names one)."""

    mids: Many = ()
    mid: Any = None


class PolicyEnforcement(Loose):
    """What Meta did to a Page of ours, and why."""

    action: Any = None
    reason: Any = None


class MessagingEvent(Loose):
    """An element of `entry.messaging`; one more key says what happened."""

    sender: Party | None = None
    recipient: Party | None = None
    timestamp: Any = None
    message: Message | None = None
    message_edit: MessageEdit | None = None
    postback: Annotated[Postback | None, Optional] = None
    delivery: Annotated[Receipt | None, Optional] = None
    read: Annotated[Receipt | None, Optional] = None
    policy_enforcement: Annotated[PolicyEnforcement | None, Optional] = Field(
        default=None, validation_alias=AliasChoices("policy_enforcement", "policy-enforcement")
    )
