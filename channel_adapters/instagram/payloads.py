"""The value of a `comments` change (Meta for Developers, "Instagram Platform: Webhooks examples")."""

from typing import Annotated, Any

from pydantic import AliasChoices, Field

from channel_adapters._meta.payloads import Id, Loose, Optional, Spelled, Text, Words


class Author(Loose):
    """Who wrote it."""

    id: Id = None
    username: Text = ""
    self_ig_scoped_id: Id = None
    """Our own account by the other kind of id: the author's is the same where we wrote it."""


class Media(Loose):
    """The post it stands under."""

    id: Id = None


class CommentValue(Spelled):
    """A comment or a mention; one page of Meta's documents calls its id `comment_id`. Edits are not told."""

    id: Id = Field(default=None, validation_alias=AliasChoices("id", "comment_id"))
    author: Author | None = Field(default=None, alias="from")
    parent_id: Id = None
    media: Annotated[Media | None, Optional] = None
    media_id: Id = None
    """Of a mention in a caption, which has no comment."""
    text: Words = None
    """None where Meta tells no words."""
    created_time: Any = Field(default=None, validation_alias=AliasChoices("created_time", "timestamp"))
