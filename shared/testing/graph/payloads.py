"""What Graph takes, strictly: a field that we do not send in production is a mistake of ours."""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from shared.testing.graph.errors import ERRORS, RefusalError


class Strict(BaseModel):
    """Base of the bodies."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Recipient(Strict):
    """A person, or whoever wrote a comment."""

    id: Annotated[str, Field(min_length=1)] | None = None
    comment_id: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.id is None) == (self.comment_id is None):
            raise ValueError("exactly one of id and comment_id")
        return self


class Text(Strict):
    """A message's content."""

    text: Annotated[str, Field(min_length=1)]
    metadata: Annotated[str, Field(max_length=1000)] | None = None


class MessageBody(Strict):
    """POST /{account}/messages."""

    messaging_type: Literal["RESPONSE", "UPDATE", "MESSAGE_TAG"]
    tag: Literal["HUMAN_AGENT"] | None = None
    recipient: Recipient
    message: Text
    appsecret_proof: str

    @model_validator(mode="after")
    def _tag_fits(self) -> Self:
        if (self.messaging_type == "MESSAGE_TAG") != (self.tag is not None):
            raise ValueError("a tag goes with MESSAGE_TAG, and only with it")
        return self


class CommentBody(Strict):
    """POST /{comment}/comments and POST /{comment}/replies."""

    message: Annotated[str, Field(min_length=1)]
    appsecret_proof: str


class Told(BaseModel):
    """Base of what a test or a demo tells the stand-in."""

    model_config = ConfigDict(extra="forbid")


class WroteAt(Told):
    """A person wrote to an account; without a time just now."""

    account: str
    person: str
    at: AwareDatetime | None = None


class Commented(Told):
    """A person commented; without a time just now."""

    account: str
    comment: str
    person: str = ""
    at: AwareDatetime | None = None


class Says(Told):
    """Somebody writes; without a time just now."""

    id: str
    account: str
    kind: Literal["message", "comment", "post", "media"]
    person: str
    text: str = ""
    at: AwareDatetime | None = None
    name: str = ""
    post: str | None = None
    parent: str | None = None
    image: str | None = None
    private: bool = False


class Webhooks(Told):
    """Of so many webhooks one is lost; 0: none, 1: all."""

    lose_every: Annotated[int, Field(ge=0)]


class Fault(Told):
    """How the next calls go wrong."""

    error: str | None = None
    """A name of the error table: answered, and nothing is taken."""
    status: Annotated[int, Field(ge=300, le=599)] | None = None
    """A page that is not Graph's, and nothing is taken."""
    lose: Literal["before", "after"] | None = None
    """The connection breaks while the answer is on its way: before or after the message was taken."""
    vague: bool = False
    """Taken, but the answer holds no id."""
    latency_s: Annotated[float, Field(ge=0, le=120)] = 0
    retry_after: Annotated[int, Field(ge=0)] | None = None
    account: str | None = None
    """Only calls in this account's name."""
    times: Annotated[int, Field(ge=1)] | None = None
    """How many calls; None: until the faults are taken away."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.error is not None and self.error not in ERRORS:
            raise ValueError(f"no such error; known: {', '.join(ERRORS)}")
        return self


def read(model: type[Strict], document: Any) -> Any:
    """Read a body, or raise `RefusalError`."""
    try:
        return model.model_validate(document)
    except ValueError:
        raise RefusalError("bad_parameter") from None
