"""The value of a `feed` change: what happened on a Page (Meta for Developers, "Webhooks reference: Page, feed")."""

from typing import Any

from pydantic import AliasChoices, Field

from channel_adapters._meta.payloads import Id, Loose, Many, Text


class Author(Loose):
    """Who wrote it."""

    id: Id = None
    name: Text = ""


class FeedValue(Loose):
    """A `feed`, `mention` or `ratings` change.

    Older shapes have `sender_id` and `sender_name` instead of `from`; a rating has `reviewer_id` and names itself by
    `open_graph_story_id`.
    """

    item: Text = ""
    verb: Text = ""
    author: Author | None = Field(default=None, alias="from")
    sender_id: Id = Field(default=None, validation_alias=AliasChoices("sender_id", "reviewer_id"))
    sender_name: Text = ""
    comment_id: Id = None
    post_id: Id = Field(default=None, validation_alias=AliasChoices("post_id", "open_graph_story_id"))
    parent_id: Id = None
    created_time: Any = None
    message: Text = ""
    photo: Any = None
    photos: Many = ()
    video: Any = None
