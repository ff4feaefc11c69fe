"""Stop 3: Facebook's words → our words. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from pydantic import ValidationError

from channel_adapters._meta.normalize import Change, ChangeOutcome, Dialect, translate
from channel_adapters._meta.public import agency_message, edited, has_content, ignored, pointer, withdrawn, written_at
from channel_adapters.facebook.feed import has_author, is_own, other_page, read_public
from channel_adapters.facebook.payloads import FeedValue
from shared.channels.protocol import Ignored, InboundMessage, InboundRequest, Translation, Unreadable

What = Literal["comment", "post", "mention", "review"]

_POSTS = ("post", "status", "photo", "video", "album", "share", "link", "event", "note", "story", "milestone", "offer")
_ITEMS: Mapping[str, Mapping[str, What]] = {
    "feed": {**dict.fromkeys(_POSTS, "post"), "comment": "comment", "mention": "mention", "rating": "review"},
    "mention": {**dict.fromkeys(_POSTS, "mention"), "comment": "mention", "mention": "mention", "": "mention"},
    "ratings": {"rating": "review", "": "review", "comment": "comment"},
}
_WORDLESS = {"like": "like", "reaction": "reaction"}
_FIELDS = {"leadgen": "leadgen"}
_SILENT = {
    "hide": "hidden",
    "unhide": "shown",
    "block": "blocked",
    "unblock": "unblocked",
    "mute": "muted",
    "follow": "followed",
}


def normalize(request: InboundRequest, pages: frozenset[str], app_id: str | None) -> Translation:
    """Translate one webhook; `pages` are the ids of our Pages, `app_id` that of our app where it is known."""
    return translate(
        request,
        Dialect(object_name="page", accounts=pages, app_id=app_id, sender_kind="psid", read_change=read_change),
    )


def read_change(change: Change) -> ChangeOutcome:
    """Translate one change on a Page."""
    if change.field not in _ITEMS:
        return Ignored(reason=_FIELDS.get(change.field, "unknown_field"), account=change.account)
    try:
        value = FeedValue.model_validate(change.value)
    except ValidationError:
        return Unreadable(reason="unknown_shape", where=change.where)
    what = _ITEMS[change.field].get(value.item or ("comment" if value.comment_id else ""))
    if what is None:
        reason = _WORDLESS.get(value.item)
        return Ignored(
            reason=reason or "unknown_feed_item",
            provider_message_id=value.comment_id or value.post_id,
            account=change.account,
            words=reason is None and not is_own(value, change),
        )
    return _read_public(value, what, change)


def _read_public(value: FeedValue, what: What, change: Change) -> ChangeOutcome:
    message = read_public(value, what, change)
    if value.verb in _SILENT:
        named = message.provider_message_id if message else None
        return Ignored(reason=f"{what}_{_SILENT[value.verb]}", provider_message_id=named, account=change.account)
    if message is None:
        if what == "post" and is_own(value, change):  # an album
            return Ignored(reason="own_post", account=change.account)
        return Unreadable(reason="no_message_id", where=change.where)
    if other_page(value, change):
        return ignored("other_page", message)
    return _VERBS.get(value.verb or "add", _unknown_verb)(message, what, value, change)


def _added(message: InboundMessage, what: What, value: FeedValue, change: Change) -> ChangeOutcome:
    if is_own(value, change):
        if what != "comment":
            return ignored(f"own_{what}", message)
        return agency_message(message) if has_content(message) else ignored("empty", message)
    if what == "mention" and not (has_author(value) and has_content(message)):
        return pointer(message, "mention", value.post_id if value.comment_id else None)
    return message if has_content(message) else _without_content(message, what, value)


def _without_content(message: InboundMessage, what: What, value: FeedValue) -> ChangeOutcome:
    """Ask for what Meta did not tell: a comment may be a sticker, a post an album. A review is stars, then."""
    if what == "review":
        return ignored("rating_without_words", message)
    if value.message is not None:
        return ignored("empty", message)
    if what == "post":
        return pointer(message, "post") if has_author(value) else ignored("page_story", message)
    return pointer(message, "comment")


def _edited(message: InboundMessage, what: What, value: FeedValue, change: Change) -> ChangeOutcome:
    own = is_own(value, change)
    if own and what != "comment":
        return ignored(f"own_{what}", message)
    if value.message is None and not message.attachments:
        return ignored(f"{what}_changed", message)
    at = written_at(value.edited_time, change.sent_at, change.received_at)
    amendment = edited(message, own=own, at=at)
    return replace(amendment, text=None) if value.message is None else amendment


def _removed(message: InboundMessage, what: What, value: FeedValue, change: Change) -> ChangeOutcome:  # noqa: ARG001
    return withdrawn(message.provider_message_id, message.account, change.sent_at)


def _unknown_verb(message: InboundMessage, what: What, value: FeedValue, change: Change) -> ChangeOutcome:
    return Ignored(
        reason=f"unknown_{what}_verb",
        provider_message_id=message.provider_message_id,
        account=message.account,
        words=has_content(message) and not is_own(value, change),
    )


_VERBS: Mapping[str, Callable[[InboundMessage, What, FeedValue, Change], ChangeOutcome]] = {
    "add": _added,
    "edit": _edited,
    "edited": _edited,
    "update": _edited,
    "remove": _removed,
    "delete": _removed,
}
