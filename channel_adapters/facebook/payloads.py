"""The value of a `feed` change: what happened on a Page (Meta for Developers, "Webhooks reference: Page, feed")."""

from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, Field

from channel_adapters._meta.payloads import Id, Loose, Many, Optional, Spelled, Text, Words

Name = Annotated[Text, AfterValidator(str.lower)]
"""A word of Meta's own."""


class Author(Loose):
    """Who wrote it."""

    id: Id = None
    name: Text = ""


class Post(Loose):
    """The post that a comment stands below."""

    id: Id = None


class FeedValue(Spelled):
    """A `feed`, `mention` or `ratings` change.

    Older shapes have `sender_id` and `sender_name` instead of `from`; a review has `reviewer_id`, `reviewer_name` and
    `review_text`, and names itself by `open_graph_story_id`.
    """

    item: Name = ""
    verb: Name = ""
    author: Author | None = Field(default=None, alias="from")
    sender_id: Id = Field(default=None, validation_alias=AliasChoices("sender_id", "reviewer_id"))
    sender_name: Text = Field(default="", validation_alias=AliasChoices("sender_name", "reviewer_name"))
    comment_id: Id = None
    post_id: Id = None
    open_graph_story_id: Id = None
    parent_id: Id = None
    post: Annotated[Post | None, Optional] = None
    created_time: Any = None
    edited_time: Any = None
    message: Words = Field(default=None, validation_alias=AliasChoices("message", "review_text"))
    """None where Meta tells no words: there may be some, or a sticker."""
    photo: Any = None
    photos: Many = ()
    video: Any = None
    link: Any = None
    """A photo's or a video's own address, of any other post the page that it shows."""
