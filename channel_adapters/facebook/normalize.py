"""Stop 3: Facebook's words → our words. Pure."""

from pydantic import ValidationError

from channel_adapters._meta.comments import comment_message, comment_time
from channel_adapters._meta.normalize import Change, Dialect, Outcome, translate
from channel_adapters._meta.payloads import read_url
from channel_adapters.facebook.payloads import FeedValue
from shared.channels.protocol import Attachment, Ignored, InboundRequest, Sender, Translation, Unreadable

_COMMENT_VERBS = {
    "edit": "comment_edited",
    "edited": "comment_edited",
    "remove": "comment_removed",
    "delete": "comment_removed",
    "hide": "comment_hidden",
    "unhide": "comment_unhidden",
}
_POSTS = {"post", "status", "photo", "video", "album", "share", "link", "event", "note", "story", "milestone"}
_FEED_ITEMS = {"like": "like", "reaction": "reaction", "mention": "mention", "rating": "rating"}
_FIELDS = {"leadgen": "leadgen"}
_FIELDS_WITH_WORDS = {"feed": None, "mention": "mention", "ratings": "rating"}
_WORDLESS = {"like", "reaction"}
_SILENT_VERBS = {"remove", "delete", "hide", "unhide", "block", "unblock"}


def normalize(request: InboundRequest, pages: frozenset[str]) -> Translation:
    """Translate one webhook; `pages` are the ids of our Pages."""
    dialect = Dialect(object_name="page", accounts=pages, sender_kind="psid", read_change=read_change)
    return translate(request, dialect)


def read_change(change: Change) -> Outcome:
    """Translate one change on a Page: a new comment is a message, everything else has a reason."""
    if change.field not in _FIELDS_WITH_WORDS:
        return Ignored(reason=_FIELDS.get(change.field, "unknown_field"), account=change.account)
    try:
        value = FeedValue.model_validate(change.value)
    except ValidationError:
        return Unreadable(reason="unknown_shape", where=change.where)
    if (change.field, value.item, value.verb) == ("feed", "comment", "add"):
        return _read_comment(value, change)
    reason = _FIELDS_WITH_WORDS[change.field] or _why_not(value, change)
    return Ignored(
        reason=reason,
        provider_message_id=value.comment_id or value.post_id,
        account=change.account,
        words=reason not in _WORDLESS and value.verb not in _SILENT_VERBS and not _is_ours(value, change),
    )


def _read_comment(value: FeedValue, change: Change) -> Outcome:
    if value.comment_id is None:
        return Unreadable(reason="no_message_id", where=change.where)
    return comment_message(
        comment_id=value.comment_id,
        account=change.account,
        author=_author(value),
        thread=value.parent_id or value.post_id,
        text=value.message,
        attachments=_attachments(value),
        event_time=comment_time(value.created_time, change.sent_at, change.received_at),
    )


def _author(value: FeedValue) -> Sender | None:
    named = value.author
    person, name = (named.id, named.name) if named and named.id else (value.sender_id, value.sender_name)
    return Sender(id=person, kind="psid", name=name or None) if person else None


def _attachments(value: FeedValue) -> tuple[Attachment, ...]:
    photos = dict.fromkeys(url for url in map(read_url, (value.photo, *value.photos)) if url)
    video = read_url(value.video)
    images = tuple(Attachment(kind="image", url=url) for url in photos)
    return (*images, Attachment(kind="video", url=video)) if video else images


def _why_not(value: FeedValue, change: Change) -> str:
    if value.item == "comment":
        return _COMMENT_VERBS.get(value.verb, "unknown_comment_verb")
    if value.item in _POSTS:
        if value.verb != "add":
            return "post_changed"
        return "page_post" if _is_ours(value, change) else "visitor_post"
    return _FEED_ITEMS.get(value.item, "unknown_feed_item")


def _is_ours(value: FeedValue, change: Change) -> bool:
    """Tell whether the Page itself wrote it; an author whom Meta leaves out is somebody else."""
    author = _author(value)
    return author is not None and author.id == change.account
