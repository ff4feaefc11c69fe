"""The value of a `feed` change: what happened on a Page (Meta for Developers, "Webhooks reference: Page, feed")."""

from typing import Any

from pydantic import Field

from channel_adapters._meta.payloads import Id, Loose, Many, Text


class Author(Loose):
    """Who wrote it."""

    id: Id = None
    name: Text = ""


class FeedValue(Loose):
    """A `feed` change; older shapes have `sender_id` and `sender_name` instead of `from`."""

    item: Text = ""
    verb: Text = ""
    author: Author | None = Field(default=None, alias="from")
    sender_id: Id = None
    sender_name: Text = ""
    comment_id: Id = None
    post_id: Id = None
    parent_id: Id = None
    created_time: Any = None
    message: Text = ""
    photo: Any = None
    photos: Many = ()
    video: Any = None
