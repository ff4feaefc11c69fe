"""The value of a `comments` change (Meta for Developers, "Instagram Platform: Webhooks examples")."""

from typing import Any

from pydantic import AliasChoices, Field

from channel_adapters._meta.payloads import Id, Loose, Text


class Author(Loose):
    """Who wrote it."""

    id: Id = None
    username: Text = ""


class Media(Loose):
    """The post it stands under."""

    id: Id = None


class CommentValue(Loose):
    """A comment or a mention; one page of Meta's documents calls its id `comment_id`. There is no notice of edits."""

    id: Id = Field(default=None, validation_alias=AliasChoices("id", "comment_id"))
    author: Author | None = Field(default=None, alias="from")
    parent_id: Id = None
    media: Media | None = None
    media_id: Id = None
    """Of a mention in a caption, which has no comment."""
    text: Text = ""
    created_time: Any = None
